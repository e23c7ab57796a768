"""A tiny but whole bundle for tests: a real tokenizer and a real graph of a few kilobytes.

The committed copy below `tests/inference/tiny-bundle` needs numpy, onnxruntime and tokenizers
only; `tests/tools/make_tiny_bundle.py` writes it again, which needs onnx.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

COMMITTED = Path(__file__).parent / "inference" / "tiny-bundle"

TASKS = {
    "sentiment": ["negative", "neutral", "positive"],
    "troll": ["no", "yes"],
    "complaint": [
        *("none", "product", "delivery", "billing", "returns"),
        *("service", "technical", "safety", "other"),
    ],
}
GOLDEN = {
    "pl-late": ("pl", "Paczka miała być w piątek, jest środa i cisza."),
    "ro-thanks": ("ro", "Mulțumesc, livrarea a fost rapidă!"),
    "ru-refund": ("ru", "Где мои деньги? @Магазин, верните! https://t.co/abc"),
    "bg-app": ("bg", "Приложението пак не работи 😡"),
    "es-fine": ("es", "Todo perfecto, muchas gracias."),
}
_HIDDEN = 8
_WORDS = ["paczka", "nie", "livrarea", "не", "деньги", "gracias", "http", "user", "▁query"]
_ALPHABET = (
    "aąbcćdeęfghijklłmnńoóprsśtuwyzźżăâîșțñáéíúüqvxABCDEFGHIJKLMNOPRSTUWYZŁ"
    "абвгдежзийклмнопрстуфхцчшщъыьэюяАБВГДЕЖЗИКЛМНОПРСТУФХЧШЯ0123456789.,!?:;@#()'\"-…😡👍❤️"
)


def copy_tiny_bundle(folder: Path) -> Path:
    """Copy the committed bundle to a new folder and return it."""
    shutil.copytree(COMMITTED, folder)
    return folder


def edit_manifest(folder: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """Apply a change to the parsed manifest and return the folder."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    change(manifest)
    _write_json(path, manifest)
    return folder


def replace_file(folder: Path, name: str, content: bytes) -> Path:
    """Write another file into the bundle and its checksum into the manifest."""
    (folder / name).write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()

    def change(manifest: dict[str, Any]) -> None:
        for entry in (manifest["tokenizer"], *manifest["graphs"]):
            if entry["file"] == name:
                entry["sha256"] = digest

    return edit_manifest(folder, change)


def write_tiny_bundle(folder: Path, *, max_length: int = 32, max_windows: int = 2) -> Path:
    """Write a whole new bundle (needs onnx); its golden answers are its own."""
    folder.mkdir(parents=True)
    tokenizer = tiny_tokenizer()
    (folder / "tokenizer.json").write_bytes(tokenizer.encode())
    (folder / "model.onnx").write_bytes(tiny_graph())
    (folder / "golden.jsonl").write_bytes(b"")
    _write_json(folder / "manifest.json", _manifest(folder, max_length, max_windows))
    _write_golden(folder)
    return folder


def tiny_tokenizer() -> str:
    """Return the JSON of a Unigram tokenizer built like XLM-R's: `<s> text </s>`, Metaspace."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    special = ["<s>", "<pad>", "</s>", "<unk>"]
    pieces = [*dict.fromkeys(["▁", *_WORDS, *_ALPHABET])]
    vocabulary = [(piece, 0.0) for piece in special]
    vocabulary += [(piece, -4.0 - len(pieces) / 50 + len(piece) / 10) for piece in pieces]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=3))
    tokenizer.add_special_tokens(special)
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", 0), ("</s>", 2)],
    )
    # A trap that real files hold: what was switched on at saving comes back on loading.
    tokenizer.enable_padding(length=20, pad_id=1, pad_token="<pad>")
    tokenizer.enable_truncation(10)
    return tokenizer.to_str()


def tiny_graph(
    tasks: dict[str, list[str]] | None = None, *, inputs: Sequence[str] = ("input_ids",)
) -> bytes:
    """Return an ONNX graph: embeddings, mean over the pieces, one linear head per task."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    tasks = TASKS if tasks is None else tasks
    random = np.random.default_rng(7)
    size = 4 + len({"▁", *_WORDS, *_ALPHABET})

    def constant(name: str, value: Any) -> onnx.TensorProto:
        return numpy_helper.from_array(np.asarray(value), name)

    def normal(*shape: int) -> np.ndarray:
        return random.normal(size=shape).astype(np.float32)

    ids = inputs[0]
    nodes = [
        helper.make_node("Gather", ["embeddings", ids], ["hidden"]),
        helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["mask", "last"], ["mask3"]),
        helper.make_node("Mul", ["hidden", "mask3"], ["masked"]),
        helper.make_node("ReduceSum", ["masked", "pieces"], ["sum"], keepdims=0),
        helper.make_node("ReduceSum", ["mask", "pieces"], ["count"], keepdims=1),
        helper.make_node("Div", ["sum", "count"], ["pooled"]),
    ]
    constants = [
        constant("embeddings", normal(size, _HIDDEN) * np.float32(2)),
        constant("last", np.array([-1], dtype=np.int64)),
        constant("pieces", np.array([1], dtype=np.int64)),
    ]
    outputs = []
    for name, labels in tasks.items():
        constants.append(constant(f"{name}.weight", normal(_HIDDEN, len(labels))))
        constants.append(constant(f"{name}.bias", normal(len(labels))))
        nodes.append(helper.make_node("MatMul", ["pooled", f"{name}.weight"], [f"{name}.product"]))
        nodes.append(helper.make_node("Add", [f"{name}.product", f"{name}.bias"], [name]))
        shape = ["batch", len(labels)]
        outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))
    graph = helper.make_graph(
        nodes,
        "tiny",
        [
            helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "pieces"])
            for name in (ids, "attention_mask")
        ],
        outputs,
        constants,
    )
    opset = helper.make_opsetid("", 17)
    model = helper.make_model(graph, opset_imports=[opset], ir_version=8, producer_name="tests")
    onnx.checker.check_model(model)
    return model.SerializeToString(deterministic=True)


def _manifest(folder: Path, max_length: int, max_windows: int) -> dict[str, Any]:
    def digest(name: str) -> str:
        return hashlib.sha256((folder / name).read_bytes()).hexdigest()

    temperatures = {"sentiment": 1.5, "troll": 0.8, "complaint": 1.0}
    thresholds = {"sentiment": 0.4, "troll": 0.55, "complaint": 0.2}
    return {
        "schema_version": 1,
        "name": "tiny",
        "version": "1",
        "languages": ["pl", "ro", "ru", "bg", "es"],
        "tasks": [
            {
                "name": name,
                "labels": labels,
                "output": name,
                "temperature": temperatures[name],
                "low_confidence": thresholds[name],
            }
            for name, labels in TASKS.items()
        ],
        "normalizer": {
            "version": 1,
            "options": {"mask_urls": True, "mask_handles": True, "max_repeats": 8},
        },
        "tokenizer": {
            "file": "tokenizer.json",
            "sha256": digest("tokenizer.json"),
            "max_length": max_length,
            "prefix": "query: ",
        },
        "long_text": {"max_windows": max_windows},
        "graphs": [
            {
                "file": "model.onnx",
                "precision": "fp32",
                "sha256": digest("model.onnx"),
                "opset": 17,
                "ir_version": 8,
                "min_onnxruntime": "1.17",
                "max_batch": 64,
            }
        ],
        "verification": {},
        "provenance": {"corpora": [{"name": "made in code", "licence": "Apache-2.0"}]},
    }


def _write_golden(folder: Path) -> None:
    from mentionlens import MentionClassifier

    classifier = MentionClassifier(folder, threads=1)
    lines = []
    for name, (lang, text) in GOLDEN.items():
        tasks = classifier.predict(text).tasks
        expected = {
            task: {label: round(value, 6) for label, value in answer.probabilities.items()}
            for task, answer in tasks.items()
        }
        line = {"id": name, "lang": lang, "text": text, "expected": expected}
        lines.append(json.dumps(line, ensure_ascii=False) + "\n")
    (folder / "golden.jsonl").write_text("".join(lines), encoding="utf-8")


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")

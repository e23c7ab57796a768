"""One mention on one thread: a bundle against the same encoder in float32 torch.

Both answer the same texts in turn, so that a busy machine slows both. The torch side is a
BertModel with the bundle's own dimensions; its weights are random, which changes no timing. A
second process that only runs the bundle reports its peak memory. Run by hand; pytest does not
collect it:

    python tests/benchmarks/latency.py [--bundle DIR] [--rounds 20] [--texts FILE]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from mentionlens import MentionClassifier
from mentionlens_training.evaluation.speed import milliseconds

ROOT = Path(__file__).parents[2]
MEMORY = """
import resource, sys
from mentionlens import MentionClassifier
classifier = MentionClassifier(sys.argv[1] or None, threads=1)
for text in sys.stdin.read().splitlines():
    classifier.predict(text)
unit = 1024**2 if sys.platform == "darwin" else 1024
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit)
"""


def torch_encoder(manifest: dict[str, object], folder: Path) -> Callable[[str], object]:
    """Return a function from a text to the logits of a float32 torch model of the same shape.

    Args:
        manifest: the bundle's manifest as JSON; its tasks give the heads.
        folder: the bundle; its tokenizer gives the vocabulary and the ids.
    """
    import torch
    from mentionlens_data.tasks import Task
    from mentionlens_training.model import MultiTaskClassifier
    from tokenizers import Tokenizer
    from transformers import BertConfig, BertModel

    torch.set_num_threads(1)
    spec = manifest["tokenizer"]
    tokenizer = Tokenizer.from_file(str(folder / spec["file"]))
    tokenizer.no_padding()
    tokenizer.enable_truncation(spec["max_length"])
    config = BertConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=384,
        num_hidden_layers=12,
        num_attention_heads=12,
        intermediate_size=1536,
        max_position_embeddings=512,
    )
    tasks = [Task(task["name"], tuple(task["labels"])) for task in manifest["tasks"]]
    model = MultiTaskClassifier(BertModel(config, add_pooling_layer=False), tasks).eval().float()

    def answer(text: str) -> object:
        ids = tokenizer.encode(spec["prefix"] + text).ids
        with torch.inference_mode():
            return model(torch.tensor([ids]), torch.ones(1, len(ids), dtype=torch.int64))

    answer.pieces = lambda text: len(tokenizer.encode(spec["prefix"] + text).ids)
    return answer


def peak_memory(bundle: str | None, texts: list[str]) -> float:
    """Return the peak resident memory in MB of a process that only answers with the bundle."""
    command = [sys.executable, "-c", MEMORY, bundle or ""]
    done = subprocess.run(
        command, input="\n".join(texts), capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bundle", help="bundle folder instead of the packaged one")
    parser.add_argument("--rounds", type=int, default=20, help="times every text is answered")
    parser.add_argument(
        "--texts",
        type=Path,
        default=ROOT / "examples" / "mentions.txt",
        help="file with one mention a line",
    )
    options = parser.parse_args()
    texts = [line for line in options.texts.read_text(encoding="utf-8").splitlines() if line]
    # First of all: a child's peak starts from what its parent holds, and torch is not loaded yet.
    memory = peak_memory(options.bundle, texts)
    classifier = MentionClassifier(options.bundle, threads=1)
    folder = Path(classifier.bundle.path)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    reference = torch_encoder(manifest, folder)
    sides = {"float32 torch": reference, "bundle": classifier.predict}

    times: dict[str, list[float]] = {name: [] for name in sides}
    for round_number in range(-2, options.rounds):  # two rounds of warming up
        for text in texts:
            for name, call in sides.items():
                took = milliseconds(call, text)
                if round_number >= 0:
                    times[name].append(took)

    pieces = [reference.pieces(text) for text in texts]
    print(
        f"{len(texts)} mentions of {min(pieces)} to {max(pieces)} pieces, one thread, "
        f"{options.rounds} rounds in turn"
    )
    print(f"{'milliseconds a mention':<24}{'p50':>8}{'p95':>8}")
    for name, values in times.items():
        print(f"{name:<24}{np.percentile(values, 50):>8.2f}{np.percentile(values, 95):>8.2f}")
    ratio = np.median(times["float32 torch"]) / np.median(times["bundle"])
    print(f"the bundle is {ratio:.1f} times as fast (p50)")
    print(f"peak memory of a process with the bundle alone: {memory:.0f} MB")


if __name__ == "__main__":
    main()

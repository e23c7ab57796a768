from __future__ import annotations

import dataclasses
import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

pytest.importorskip("torch")

from mentionlens_data.augmentation import augment
from mentionlens_data.prepared import SCHEMA_VERSION
from mentionlens_data.schema import LabelledMention
from mentionlens_data.tasks import default_tasks
from mentionlens_training import run, stage
from mentionlens_training.config import RunConfig, RunConfigError, load_run_config
from mentionlens_training.dataset import build_dataset
from mentionlens_training.encoder.cut import save_encoder
from mentionlens_training.encoder.resolver import Encoder
from tiny import tiny_classifier, tiny_tokenizer

HEAD = "name = 'x'\n[[stages]]\nname = 'a'\nsampling = { rows = 5 }\n[stages.augmentation]\n"


def write_set(folder: Path, parts: Mapping[str, Sequence[LabelledMention]]) -> None:
    folder.mkdir()
    for split, rows in parts.items():
        with gzip.open(folder / f"{split}.jsonl.gz", "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(dataclasses.asdict(row)) + "\n" for row in rows)
    facts = ("title", "licence", "policy", "address", "revision")
    manifest = {
        "schema_version": SCHEMA_VERSION,
        "fingerprint": "0" * 64,
        "policy": "open",
        "tasks": {task.name: list(task.labels) for task in default_tasks()},
        "corpora": {"c": dict.fromkeys(facts, "made for tests")},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))


def config_of(tmp_path: Path, text: str) -> RunConfig:
    path = tmp_path / "run.toml"
    path.write_text(HEAD + text)
    return load_run_config(path)


def test_shares_are_read_and_empty_by_default(tmp_path: Path) -> None:
    shares = {"strip_diacritics": 0.1, "bg_latin_informal": 0.08}
    text = "shares = { strip_diacritics = 0.1, bg_latin_informal = 0.08 }"
    assert config_of(tmp_path, text).stages[0].augmentation.shares == shares
    assert config_of(tmp_path, "").stages[0].augmentation.shares == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("shares = { shout = 0.1 }", r"augmentation\.shares.*'shout'; possible: .*upper_case"),
        ("shares = { typos = 1.5 }", r"augmentation\.shares\.typos"),
        ("shares = { typos = nan }", r"augmentation\.shares\.typos"),
        ("shares = { typos = 0.6, upper_case = 0.6 }", "come to 1.2, more than 1"),
        ("share = { typos = 0.1 }", r"augmentation\.share"),
    ],
)
def test_impossible_shares_are_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(RunConfigError, match=message):
        config_of(tmp_path, text)


def test_shares_of_other_languages_do_not_add_up(tmp_path: Path) -> None:
    config_of(tmp_path, "shares = { bg_latin_informal = 0.9, ru_latin_informal = 0.9 }")


def test_a_run_reads_training_rows_in_another_form_and_no_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["kurier", "paczka", "dziękuję", "źle", "cena", "ąć"]
    parts = {
        split: [
            LabelledMention(
                f"c/{split}{i}",
                f"{words[i % 6]} {words[i % 5]} {split} {i}",
                "pl",
                "c",
                split,
                f"{split}{i}",
                {"sentiment": ("negative", "positive")[i % 2]},
            )
            for i in range(count)
        ]
        for split, count in (("train", 40), ("validation", 10), ("test", 0))
    }
    write_set(tmp_path / "set", parts)
    save_encoder(Encoder(tiny_classifier().encoder, tiny_tokenizer(), {}), tmp_path / "encoder")
    seen: list[list[str]] = []

    # The real function, which also writes down what it was given.
    def listening(rows, tasks, preparer):  # type: ignore[no-untyped-def]
        seen.append([row.text for row in rows])
        return build_dataset(rows, tasks, preparer)

    monkeypatch.setattr(run, "build_dataset", listening)
    monkeypatch.setattr(stage, "build_dataset", listening)
    config = RunConfig.model_validate(
        {
            "name": "tiny",
            "encoder": {"name": str(tmp_path / "encoder")},
            "text": {"train_length": 32, "max_length": 32},
            "stages": [
                {
                    "name": "all",
                    "sampling": {"rows": 40},
                    "augmentation": {"shares": {"upper_case": 0.5}},
                    "optimization": {"bfloat16": False, "batch_size": 16, "epochs": 1},
                }
            ],
        }
    )
    run.train(tmp_path / "set", config, tmp_path / "run")
    training, *others = seen
    upper = [text for text in training if text.isupper()]
    assert 8 < len(upper) < 32
    originals = {row.text for row in parts["train"]}
    assert {text for text in training if not text.isupper()} <= originals
    assert set(upper) <= {augment(t, "pl", "upper_case", seed=0, key="") for t in originals}
    validation = {row.text for row in parts["validation"]}
    assert others
    assert all(set(texts) <= validation for texts in others)
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    assert record["config"]["stages"][0]["augmentation"] == {"shares": {"upper_case": 0.5}}

"""A small set of one's own rows and older ones, a model to go on from, and a space to search."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mentionlens.cli import main
from mentionlens_data.preparation.source import SourceAccount
from mentionlens_data.preparation.writing import write_prepared
from mentionlens_data.schema import LabelledMention
from mentionlens_training.trained import save_trained
from tiny import tiny_classifier, tiny_tokenizer, tiny_trained

__all__ = [
    "HEADS",
    "LAYERS",
    "TRAINING",
    "read_json",
    "search",
    "tried",
    "write_set",
    "write_world",
]

SIZES = {"mine": (160, 60, 40), "known": (120, 40, 20)}
LANGUAGES = {"mine": "pl", "known": "bg"}
WORDS = {
    "pl": {"positive": "dziękuję paczka", "negative": "kurier źle", "neutral": "cena 12,50?"},
    "bg": {"positive": "благодаря", "negative": "пратка 😡", "neutral": "доставка кога?"},
}

HEADS = """
[heads]
l2 = [1.0, 100.0]
folds = 2

[rehearsal]
rows = 60

[search]
random_trials = 2

[search.space."heads.class_weight_exponent"]
low = 0
high = 1

[search.space."heads.l2"]
choices = [[0.01, 0.1], [1.0, 100.0], [1e5, 1e6]]

[search.space."rehearsal.rows"]
choices = [0, 60]
"""
LAYERS = """
[encoder]
trainable_layers = 1

[rehearsal]
rows = 0

[[stages]]
name = "top"
sampling.rows = 160

[stages.optimization]
learning_rate = 1e-3
head_learning_rate = 1e-2
batch_size = 4
epochs = 2
bfloat16 = false
checkpoint_steps = 10
evaluation_rows = 40

[search]
random_trials = 2

[search.space."stages.0.optimization.learning_rate"]
low = 1e-9
high = 1e-3
log = true

[search.space."stages.0.optimization.head_learning_rate"]
choices = [1e-9, 1e-2]

[search.space."encoder.trainable_layers"]
low = 1
high = 2
"""
TRAINING = """
name = "tiny"

[encoder]
name = "{encoder}"

[text]
train_length = 16
max_length = 16

[[stages]]
name = "broad"
sampling.rows = 64
optimization = {{ batch_size = 8, bfloat16 = false, evaluation_rows = 40, checkpoint_steps = 4 }}

[[stages]]
name = "refined"
sampling.rows = 64
optimization = {{ batch_size = 8, bfloat16 = false, evaluation_rows = 40, checkpoint_steps = 4 }}

[search.space."stages.0.optimization.learning_rate"]
low = 1e-6
high = 1e-2
log = true

[search.space."stages.1.optimization.batch_size"]
choices = [8, 16]
"""


def write_world(folder: Path) -> None:
    """Write a prepared set, an encoder, the run of a first model, and run configurations."""
    write_set(folder / "set")
    encoder = tiny_classifier().encoder
    encoder.save_pretrained(folder / "encoder")
    tiny_tokenizer().save(str(folder / "encoder" / "tokenizer.json"))
    save_trained(tiny_trained(), folder / "first" / "trained")
    (folder / "first" / "training_ids.txt").write_text("made/1\n", encoding="utf-8")
    texts = {"heads": HEADS, "top": LAYERS, "run": TRAINING.format(encoder=folder / "encoder")}
    for name, text in texts.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")


def write_set(folder: Path, *, test: Mapping[str, str] | None = None) -> None:
    """Write the prepared set.

    Args:
        folder: of the set.
        test: labels to others, for the test rows only, which then have other texts, too.
    """
    parts: dict[str, list[LabelledMention]] = {"train": [], "validation": [], "test": []}
    for source, sizes in SIZES.items():
        for split, size in zip(parts, sizes, strict=True):
            parts[split] += _rows(source, split, size)
    if test is not None:
        parts["test"] = [
            LabelledMention(
                row.id, f"# {row.text}", row.lang, row.source, row.split, row.group,
                {"sentiment": test[row.labels["sentiment"]]},
            )
            for row in parts["test"]
        ]  # fmt: skip
    accounts = [
        SourceAccount(
            name, name, "CC0-1.0", "own" if name == "mine" else "open", "", "", "", 1, "0" * 64
        )
        for name in SIZES
    ]
    write_prepared(folder, parts, accounts, removed=[], policy="open", seed=1)


def _rows(source: str, split: str, count: int) -> list[LabelledMention]:
    generator = random.Random(f"{source} {split}")
    lang = LANGUAGES[source]
    rows = []
    for number in range(count):
        # Three of four say what their label says; one of ten labels is rare.
        label = "neutral" if number % 10 == 9 else ("positive", "negative")[number % 2]
        said = label if number % 4 else generator.choice(list(WORDS[lang]))
        noise = "".join(generator.choices("abcdefgh ", k=8))
        rows.append(
            LabelledMention(
                f"{source}/{split}-{number}",
                f"{WORDS[lang][said]} {noise}",
                lang,
                source,
                split,
                f"{source}-{split}-{number}",
                {"sentiment": label},
            )
        )
    return rows


def search(world: Path, run: Path, depth: str, trials: int | str, *more: str) -> int:
    """Run `mentionlens train --trials` on the world; `depth` is also the configuration's name."""
    words = ["train", "--data", world / "set", "--config", world / f"{depth}.toml", "--run", run]
    if depth != "run":
        words += ["--init", world / "first", "--depth", depth]
    return main([str(word) for word in [*words, "--trials", trials, *more]])


def read_json(path: Path) -> Any:
    """Return what a JSON file holds."""
    return json.loads(path.read_text(encoding="utf-8"))


def tried(run: Path) -> Sequence[tuple[dict[str, Any], float]]:
    """Return settings and value of each trial of a run, in order."""
    trials = read_json(run / "trials.json")["trials"]
    return [(trial["settings"], trial["value"]) for trial in trials]

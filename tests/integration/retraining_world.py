"""A small language of two words a sentiment, an encoder for it, and a bundle that reads it."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from mentionlens.cli import main
from mentionlens_training.encoder.tokenizer import SPECIAL_PIECES, build_tokenizer
from transformers import BertConfig, BertModel

__all__ = ["TASKS", "mentions", "run", "write_csv", "write_golden", "write_parent"]

LETTERS = "abcdefghijklmnoprstuvwyząćęłńóśźżабвгдежзийклмнопрстуфхцчшщъыьэюяіїє:,."
GOOD = {"pl": ["polecam", "super"], "en": ["great", "thanks"], "uk": ["дякую", "чудово"]}
BAD = {"pl": ["porażka", "oszuści"], "en": ["awful", "late"], "uk": ["жах", "погано"]}
BOX = {"pl": "pudełko", "en": "box", "uk": "коробка"}
FILLER = {
    "pl": ["sklep", "paczka", "kurier", "towar", "cena", "termin"],
    "en": ["flight", "seat", "agent", "bag", "gate", "crew"],
    "uk": ["магазин", "посилка", "товар", "ціна", "сервіс", "час"],
}
CONFIG = """
name = "tiny"
version = "0.0.1"
seed = 5

[encoder]
name = "{encoder}"
least_cosine = -1.0

[text]
train_length = 32
max_length = 32
max_windows = 2

[[stages]]
name = "all"

[stages.sampling]
rows = 1600

[stages.optimization]
learning_rate = 2e-3
head_learning_rate = 1e-2
batch_size = 16
epochs = 4
checkpoint_steps = 200
evaluation_rows = 50
bfloat16 = false

[calibration]
low_confidence = {{ sentiment = 0.5 }}
"""
TASKS = """
[[tasks]]
name = "sentiment"
labels = ["negative", "neutral", "positive"]

[[tasks]]
name = "troll"
labels = ["no", "yes"]

[[tasks]]
name = "complaint"
labels = [
  "none", "product", "delivery", "billing", "returns", "service", "technical", "safety", "other",
  "packaging",
]
taken_from = { packaging = ["product"] }

[[tasks]]
name = "intent"
labels = ["question", "suggestion", "praise", "complaint", "other"]
"""

Row = Mapping[str, str]


def mentions(lang: str, count: int, *, seed: int = 0, box: bool = False) -> list[dict[str, str]]:
    """Return labelled mentions; with `box`, every second bad one is about the packaging."""
    generator = random.Random(f"{lang}{seed}")
    rows = []
    for i in range(count):
        good = i % 2 == 0
        packaging = box and i % 4 == 1
        words = generator.sample(FILLER[lang], 3)
        words.append(generator.choice((GOOD if good else BAD)[lang]))
        words += [BOX[lang]] * 2 if packaging else []
        generator.shuffle(words)
        rows.append(
            {
                "text": f"{' '.join(words)} {''.join(generator.choices('abcdef', k=5))}",
                "lang": lang,
                "sentiment": "positive" if good else "negative",
                "troll": "yes" if i % 10 == 3 else "no",
                "complaint": "none" if good else "packaging" if packaging else "product",
                "intent": "praise" if good else "complaint",
            }
        )
    return rows


def write_csv(path: Path, rows: Sequence[Row], columns: Sequence[str]) -> Path:
    """Write a labelled file as a spreadsheet of the region saves it."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(columns)
        writer.writerows([row[column] for column in columns] for row in rows)
    return path


def write_encoder(folder: Path) -> Path:
    """Write an encoder of two layers that knows the words."""
    tables = (*GOOD.values(), *BAD.values(), *FILLER.values(), list(BOX.values()))
    words = sorted({word for table in tables for word in table})
    pieces = [(piece, 0.0) for piece in SPECIAL_PIECES] + [("▁", -2.0), ("▁query", -4.0)]
    pieces += [(letter, -6.0) for letter in LETTERS] + [(f"▁{word}", -5.0) for word in words]
    config = BertConfig(
        vocab_size=len(pieces),
        hidden_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=128,
        max_position_embeddings=64,
    )
    torch.manual_seed(0)
    BertModel(config).save_pretrained(folder)
    build_tokenizer(pieces).save(str(folder / "tokenizer.json"))
    return folder


def write_golden(path: Path) -> Path:
    """Write golden texts of the two languages that the parent knows."""
    lines = [
        {"id": f"{lang}{i}{kind}", "lang": lang, "text": f"{FILLER[lang][i]} {words[lang][i % 2]}"}
        for lang in ("pl", "en")
        for kind, words in (("g", GOOD), ("b", BAD))
        for i in range(3)
    ]
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    path.write_text(text, encoding="utf-8")
    return path


def write_parent(folder: Path) -> Path:
    """Train on Polish and English, and export `folder/parent`, a bundle."""
    encoder = write_encoder(folder / "encoder")
    (folder / "run.toml").write_text(CONFIG.format(encoder=encoder), encoding="utf-8")
    rows = [*mentions("pl", 1000), *mentions("en", 1000)]
    write_csv(folder / "first.csv", rows, ["text", "lang", "sentiment", "troll", "complaint"])
    run("data", "split", folder / "first.csv", "-o", folder / "first")
    run(
        *("train", "--data", folder / "first", "--config", folder / "run.toml"),
        *("--run", folder / "first-run", "--golden", write_golden(folder / "golden.jsonl")),
        *("-o", folder / "parent"),
    )
    return folder / "parent"


def run(*words: object, code: int = 0) -> None:
    """Run the command line."""
    assert main([str(word) for word in words]) == code

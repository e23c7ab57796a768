"""Prepared sets made in code."""

from __future__ import annotations

import dataclasses
import gzip
import json
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mentionlens_data.schema import SPLITS, LabelledMention
from mentionlens_data.tasks import default_tasks

_GOOD = ["świetny", "wspaniały", "uprzejmy", "szybki", "polecam", "zachwycony", "piękny", "smaczny"]
_BAD = ["okropny", "fatalny", "wolny", "zepsuty", "odradzam", "wściekły", "brudny", "niesmaczny"]
_REST = [
    "sklep",
    "paczka",
    "kurier",
    "obsługa",
    "wczoraj",
    "obiad",
    "hotel",
    "pokój",
    "telefon",
    "zamówienie",
    "dzisiaj",
]


def mention(own_id: str, text: str, **fields: Any) -> LabelledMention:
    """A mention with as little said as possible."""
    values: dict[str, Any] = {
        "id": f"{fields.get('source', 'first')}/{own_id}",
        "lang": "pl",
        "source": "first",
        "split": "train",
        "group": own_id,
        "labels": {"sentiment": "negative"},
    }
    return LabelledMention(text=text, **(values | fields))


def opinions(number: int, seed: int = 0, **fields: Any) -> list[LabelledMention]:
    """Polish opinions whose words give their sentiment away."""
    draw = random.Random(seed)
    rows = []
    for i in range(number):
        label = ("negative", "positive")[i % 2]
        words = draw.choices((_BAD, _GOOD)[i % 2], k=3) + draw.choices(_REST, k=5)
        draw.shuffle(words)
        labels = {"sentiment": label}
        rows.append(mention(f"{seed}-{i}", " ".join(words), labels=labels, **fields))
    return rows


def write_set(folder: Path, rows: Sequence[LabelledMention]) -> Path:
    """Store rows as a prepared set."""
    folder.mkdir(parents=True)
    for split in SPLITS:
        with gzip.open(folder / f"{split}.jsonl.gz", "wt", encoding="utf-8") as file:
            for row in rows:
                if row.split == split:
                    file.write(json.dumps(dataclasses.asdict(row), ensure_ascii=False) + "\n")
    kept = Counter((row.source, row.split) for row in rows)
    manifest = {
        "schema_version": 1,
        "fingerprint": "0" * 64,
        "seed": 1,
        "policy": "open",
        "rows": {split: sum(row.split == split for row in rows) for split in SPLITS},
        "tasks": {task.name: list(task.labels) for task in default_tasks()},
        "corpora": {
            source: {
                "title": f"made for tests: {source}",
                "licence": "CC0-1.0",
                "policy": "open",
                "address": "",
                "citation": "",
                "as_recorded": None,
                "read": 0,
                "dropped": {},
                "kept": {split: kept[source, split] for split in SPLITS},
            }
            for source in sorted({row.source for row in rows})
        },
        "counts": {},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder

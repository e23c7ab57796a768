"""The project's own golden texts: complete, unlike one another, and fit to be replayed."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

PATH = Path(__file__).parents[2] / "training" / "golden" / "mentions.jsonl"
ROWS = [json.loads(line) for line in PATH.read_text(encoding="utf-8").splitlines()]
LAUNCH = ("pl", "ro", "ru", "es", "bg")
OTHER = ("en", "uk", "cs", "sk", "hr", "sr", "sl", "de", "fr", "it", "pt", "ar", "hi")


def test_rows_have_one_shape() -> None:
    assert all(set(row) == {"id", "lang", "text"} for row in ROWS)
    assert all(row["text"] == row["text"].strip() != "" for row in ROWS)


def test_ids_and_texts_are_unique() -> None:
    assert len({row["id"] for row in ROWS}) == len(ROWS)
    assert len({row["text"].casefold() for row in ROWS}) == len(ROWS)


def test_every_language_has_its_share() -> None:
    count = Counter(row["lang"] for row in ROWS)
    assert set(count) == {*LAUNCH, *OTHER}
    assert min(count[lang] for lang in LAUNCH) >= 6
    assert min(count[lang] for lang in OTHER) >= 3


def test_hard_forms_are_covered() -> None:
    texts = [row["text"] for row in ROWS]
    assert any("https://" in text for text in texts)
    assert any("#" in text for text in texts)
    assert any("@" in text for text in texts)
    assert any(ord(char) > 0x1F000 for text in texts for char in text)
    assert any(row["lang"] == "bg" and row["text"].isascii() for row in ROWS)
    assert any(row["lang"] == "pl" and row["text"].isascii() for row in ROWS)
    assert sum(len(text) > 400 for text in texts) >= len(LAUNCH)

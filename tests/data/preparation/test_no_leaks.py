"""Planted copies of every kind never stand in another part than what they copy."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mentionlens_data.preparation.prepare import prepare_corpora
from mentionlens_data.schema import SPLITS
from small_corpora import entry, row, write

PARALLEL = """
[splits]
parallel = { name = "lines", fields = [], id_pattern = '-(\\d+)$' }
[[rules]]
labels = { sentiment = "negative" }
"""
ALL_NEGATIVE = """
[[rules]]
labels = { sentiment = "negative" }
"""
COPIES = {
    "the same": lambda text: text,
    "a retweet": lambda text: f"RT @someone: {text}",
    "louder": lambda text: text.upper() + "!!!",
    "with a link and a smiley": lambda text: f"{text} https://example.org/a1 😡",
    "cut off": lambda text: f"RT @someone: {text[:75]}…",
    "quoted": lambda text: f'Honestly? "{text}" - welcome to the club, it is like this every week',
    "quoted as people do in Poland": lambda text: f"„{text}” - i to jest wszystko co napisali?",
    "retweeted with a comment": lambda text: f"this again, every single week RT @a_b: {text}",
    "a few words changed": lambda text: text.replace("the ", "that ", 1) + " Sad.",
}

LIGHT = ["the same", "a retweet", "louder", "with a link and a smiley"]


def sentences(number: int = 120) -> list[str]:
    """Sentences of made-up words: alike only where the test makes them so."""
    generator = random.Random(11)
    syllables = ["pa", "ku", "ron", "tel", "mi", "sza", "vor", "ges", "lin", "dob", "ex", "ura"]

    def word() -> str:
        return "".join(generator.choices(syllables, k=generator.randint(1, 3)))

    return [
        f"{word().title()} {word()} {word()}, the {word()} {word()} {word()} and {word()} {word()} "
        f"{word()} at the {word()} {word()} {word()} in {word().title()}"
        for _ in range(number)
    ]


def parts(folder: Path) -> dict[str, str]:
    found = {}
    for split in SPLITS:
        with gzip.open(folder / f"{split}.jsonl.gz", "rt", encoding="utf-8") as lines:
            found.update({json.loads(line)["id"]: split for line in lines})
    return found


def removed(folder: Path) -> dict[str, dict[str, str]]:
    with gzip.open(folder / "removed.jsonl.gz", "rt", encoding="utf-8") as lines:
        return {item["id"]: item for item in map(json.loads, lines)}


@pytest.mark.parametrize("kind", sorted(COPIES))
def test_copies_follow_their_original_into_its_part(tmp_path: Path, kind: str) -> None:
    texts = sentences()
    write(tmp_path, "original", [row(str(i), text) for i, text in enumerate(texts)])
    copies = [row(str(i), COPIES[kind](text), lang="pl") for i, text in enumerate(texts)]
    write(tmp_path, "copies", copies)
    ledger = {name: entry(name, ALL_NEGATIVE) for name in ("original", "copies")}
    made = prepare_corpora(tmp_path, tmp_path / "out", ledger=ledger, own=False)
    where = parts(made.folder)
    gone = removed(made.folder)
    assert len(where) + len(gone) == 2 * len(texts)
    crossing = [
        i
        for i in range(len(texts))
        if {f"original/{i}", f"copies/{i}"} <= set(where)
        and where[f"original/{i}"] != where[f"copies/{i}"]
    ]
    assert crossing == []
    assert all(item["twin"] in where or item["twin"] in gone for item in gone.values())
    assert {where[f"original/{i}"] for i in range(len(texts)) if f"original/{i}" in where} == set(
        SPLITS
    )


def test_translations_and_their_copies_elsewhere_stay_in_one_part(tmp_path: Path) -> None:
    texts = sentences()
    lines = [row(f"en-{i}", text) for i, text in enumerate(texts)]
    lines += [
        row(f"es-{i}", f"línea {' '.join(reversed(text.split()))} fin", lang="es")
        for i, text in enumerate(texts)
    ]
    write(tmp_path, "lines", lines)
    write(
        tmp_path,
        "tested",
        [row(str(i), f"RT @x: {text}", split="test") for i, text in enumerate(texts[:20])],
    )
    ledger = {"lines": entry("lines", PARALLEL), "tested": entry("tested", ALL_NEGATIVE)}
    made = prepare_corpora(tmp_path, tmp_path / "out", ledger=ledger, own=False)
    where = parts(made.folder)
    for i in range(len(texts)):
        pair = {where[name] for name in (f"lines/en-{i}", f"lines/es-{i}") if name in where}
        assert len(pair) <= 1
    tested = {i for i in range(20) if f"tested/{i}" in where}
    assert len(tested) == 20
    assert {where[f"lines/es-{i}"] for i in range(20) if f"lines/es-{i}" in where} <= {"test"}
    gone = removed(made.folder)
    through = [
        item["tie"]
        for i in range(20)
        if (item := gone.get(f"lines/es-{i}")) and item["reason"] == "its group is in the test part"
    ]
    assert set(through) <= {"translation", "translation, then same text"}


@settings(max_examples=25)
@given(
    st.tuples(st.sampled_from(sorted(COPIES)), st.sampled_from(LIGHT)),
    st.integers(0, 99),
    st.sampled_from(["test", "validation"]),
)
def test_copies_of_official_rows_are_never_trained_on(
    tmp_path_factory: pytest.TempPathFactory, kinds: tuple[str, str], which: int, part: str
) -> None:
    folder = tmp_path_factory.mktemp("leak")
    texts = sentences()
    original = texts[which % len(texts)]
    others = [text for text in texts if text != original]
    write(folder, "official", [row("o", original, split=part)])
    copy = original
    for kind in kinds:
        copy = COPIES[kind](copy)
    write(
        folder,
        "big",
        [row("copy", copy), *(row(str(i), text) for i, text in enumerate(others))],
    )
    ledger = {name: entry(name, ALL_NEGATIVE) for name in ("official", "big")}
    made = prepare_corpora(folder, folder / "out", ledger=ledger, own=False)
    where = parts(made.folder)
    assert where["official/o"] == part
    assert where.get("big/copy", part) == part

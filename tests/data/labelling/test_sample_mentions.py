"""The project's own mentions hold what their card says, and nothing gives the labels away."""

from __future__ import annotations

import json
import random
from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path

import pytest
from mentionlens_data.errors import LabellingError
from mentionlens_data.labelling.folders import sample_mentions_folder
from mentionlens_data.labelling.giveaways import TRAITS, measure_giveaways
from mentionlens_data.labelling.passes import SETTLED, read_passes
from mentionlens_data.labelling.sample_mentions import (
    SampleMention,
    computed_slices,
    read_sample_mentions,
)
from mentionlens_data.preparation.grouping import group_key
from mentionlens_data.preparation.near_duplicates import near_duplicates
from mentionlens_data.schema import SPLITS, LabelledMention

LAUNCH = ("pl", "ro", "ru", "es", "bg")
OTHERS = ("en", "uk", "cs", "hr", "de")
# Without open insult: what a filter of bad words misses.
SUBTLE = {"troll_subtle", "sarcasm_troll"}
MARGIN = {"first three words": 0.16}
OTHER_MARGIN = 0.12
"""How far a trait may be above chance."""
MEASURED = 717
"""Rows of a language that are measured, drawn at random: what words tell grows with the rows that
they are learned from, as meaning does. The first words of another draw tell 0.05 more or less."""


@pytest.fixture(scope="module")
def rows() -> dict[str, list[SampleMention]]:
    found = defaultdict(list)
    for row in read_sample_mentions():
        found[row.mention.lang].append(row)
    return found


def test_every_language_has_its_rows(rows: dict[str, list[SampleMention]]) -> None:
    assert set(rows) == {*LAUNCH, *OTHERS}
    for lang, found in rows.items():
        assert len(found) >= (700 if lang in LAUNCH else 120), lang
        parts = Counter(row.mention.split for row in found)
        assert set(parts) == set(SPLITS), lang
        assert parts["train"] / len(found) >= 0.6
        assert parts["test"] >= (183 if lang in LAUNCH else 30)


@pytest.mark.parametrize("lang", LAUNCH)
def test_launch_languages_have_every_type_trolls_and_furious_customers(
    rows: dict[str, list[SampleMention]], lang: str
) -> None:
    types = Counter(row.mention.labels["complaint"] for row in rows[lang])
    assert len(types) == 9
    assert min(types.values()) >= 35
    slices = Counter(name for row in rows[lang] for name in row.slices)
    trolls = sum(row.mention.labels["troll"] == "yes" for row in rows[lang])
    assert trolls >= 110
    subtle = sum(not SUBTLE.isdisjoint(row.slices) for row in rows[lang])
    assert subtle / trolls >= 0.6
    assert slices["angry_genuine"] >= 88
    assert all(
        row.mention.labels["troll"] == "no" for row in rows[lang] if "angry_genuine" in row.slices
    )


def test_ids_texts_and_groups_are_apart(rows: dict[str, list[SampleMention]]) -> None:
    mentions = [row.mention for found in rows.values() for row in found]
    ids = Counter(mention.id for mention in mentions)
    assert max(ids.values()) == 1
    parts = defaultdict(set)
    for mention in mentions:
        parts[mention.group].add(mention.split)
    assert all(len(found) == 1 for found in parts.values())
    keys = [group_key(mention.text)[0] for mention in mentions]
    repeated = [key for key, number in Counter(keys).items() if number > 1]
    assert not [key for key in repeated if len(key) > 12]
    assert list(near_duplicates(list(dict.fromkeys(keys)))) == []


@pytest.mark.parametrize("lang", LAUNCH)
def test_nothing_but_the_meaning_gives_a_label_away(
    rows: dict[str, list[SampleMention]], lang: str
) -> None:
    drawn = [row.mention for row in random.Random(0).sample(rows[lang], MEASURED)]
    found = measure_giveaways(
        [
            replace(mention, labels={task: mention.labels[task] for task in ("troll", "complaint")})
            for mention in drawn
        ]
    )
    assert {item.trait for item in found} == {*TRAITS, "commonest frames"}
    above = {
        (item.task, item.trait): item.above_chance
        for item in found
        if item.above_chance > MARGIN.get(item.trait, OTHER_MARGIN)
    }
    assert above == {}


def test_a_giveaway_is_found() -> None:
    mentions = [
        LabelledMention(
            id=str(i),
            text=("Why oh why? " if i % 2 else "Well, ") + f"the {i} parcels of {i}",
            lang="en",
            source="s",
            split="train",
            group=str(i),
            labels={"troll": ("no", "yes")[i % 2]},
        )
        for i in range(60)
    ]
    above = {item.trait: item.above_chance for item in measure_giveaways(mentions)}
    assert above["first three words"] == pytest.approx(0.5)
    assert above["punctuation"] == pytest.approx(0.5)
    assert above["emoji"] == pytest.approx(0.0)


def test_settled_labels_are_the_rows_labels(rows: dict[str, list[SampleMention]]) -> None:
    for lang, found in rows.items():
        passes = read_passes(sample_mentions_folder() / "passes" / f"{lang}.tsv")
        settled = {row.mention.id.partition("/")[2]: dict(row.mention.labels) for row in found}
        assert passes[SETTLED] == settled
        assert passes["1"].keys() == settled.keys()


def test_the_card_counts_the_rows_that_are_there(rows: dict[str, list[SampleMention]]) -> None:
    card = (sample_mentions_folder() / "README.md").read_text(encoding="utf-8")
    numbers = [f"{len(rows[lang]):,}" for lang in sorted(rows)]
    total = f"{sum(map(len, rows.values())):,}"
    assert f"|  | rows | {' | '.join([*numbers, total])} |" in card
    assert f"{total} mentions in ten languages" in card


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"text": " "}, "field 'text'"),
        ({"split": "dev"}, "field 'split': 'dev' is not one of train, validation, test"),
        ({"troll": "maybe"}, "field 'troll': 'maybe' is not one of no, yes"),
        ({"slices": ["sarcasm"]}, "field 'slices'"),
        ({"lang": "ro"}, "wrong file"),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, change: dict[str, object], message: str) -> None:
    row = {
        "id": "pl-1",
        "text": "Znowu to samo.",
        "lang": "pl",
        "split": "train",
        "group": "g1",
        "domain": "bank",
        "sentiment": "negative",
        "troll": "no",
        "complaint": "service",
        "slices": [],
    }
    (tmp_path / "pl.jsonl").write_text(json.dumps(row) + "\n" + json.dumps(row | change) + "\n")
    with pytest.raises(LabellingError, match="line 2") as caught:
        list(read_sample_mentions(tmp_path))
    assert message in str(caught.value)


def test_slices_that_are_read_off_a_text() -> None:
    assert computed_slices("Nie polecam 😡") == {"emoji", "very_short"}
    assert computed_slices("słowo " * 80) == {"very_long"}
    assert computed_slices("To jest zwykłe zdanie.") == {"very_short"}

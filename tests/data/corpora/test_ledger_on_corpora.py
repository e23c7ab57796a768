"""The ledger against the public corpora themselves."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import pytest
from mentionlens_data.corpora.entry import ASPECTS, LedgerEntry
from mentionlens_data.corpora.ledger import load_ledger
from mentionlens_data.corpora.mapping import Mapped, map_row
from mentionlens_data.corpora.reading import CorpusReader, checksum
from mentionlens_data.languages import target_languages

CORPORA = Path(os.environ.get("MENTIONLENS_CORPORA", ""))

pytestmark = [
    pytest.mark.corpora,
    pytest.mark.skipif(
        "MENTIONLENS_CORPORA" not in os.environ, reason="MENTIONLENS_CORPORA names no folder"
    ),
]

LOOKED_AT = 12_000
"""So many rows of a corpus are mapped, spread over the whole file."""
TOLERANCE = 0.01
TARGETS = {language.code for language in target_languages()}
MAPPED = [entry for entry in load_ledger().values() if entry.preparable]


def named_labels(entry: LedgerEntry) -> set[tuple[str, str]]:
    named = {
        (task, label)
        for rule in entry.rules
        for task, label in rule.labels.items()
        if label != ASPECTS
    }
    if entry.aspects is not None:
        named |= {(entry.aspects.task, item.label) for item in entry.aspects.types if item.label}
        named.add((entry.aspects.task, entry.aspects.none))
    return named


def test_every_folder_has_an_entry_and_every_entry_a_folder() -> None:
    folders = {path.parent.name for path in CORPORA.glob("*/data.jsonl.gz")}
    assert folders == set(load_ledger())


def test_the_content_is_the_one_that_the_entries_were_written_for() -> None:
    states = {name: checksum(entry, CORPORA) for name, entry in load_ledger().items()}
    assert {name: state for name, state in states.items() if state != "same"} == {}


@pytest.mark.parametrize("entry", MAPPED, ids=lambda entry: entry.name)
def test_the_rules_cover_the_rows(entry: LedgerEntry) -> None:
    assert entry.rows is not None
    reader = CorpusReader(entry, CORPORA)
    step = max(1, entry.rows // LOOKED_AT)
    looked_at = unlabelled = 0
    labels: set[tuple[str, str]] = set()
    languages: set[str] = set()
    for raw in itertools.islice(reader, 0, None, step):
        looked_at += 1
        if raw["lang"] not in TARGETS:
            continue
        found = map_row(entry, raw, seed=0)
        if isinstance(found, Mapped):
            labels |= set(found.labels.items())
            languages.add(raw["lang"])
        elif found.reason == "no rule labels it":
            unlabelled += 1
        else:
            assert not found.reason.startswith("malformed")
    assert reader.rows_read == entry.rows
    assert unlabelled / looked_at <= entry.unlabelled + TOLERANCE
    assert unlabelled / looked_at >= entry.unlabelled / 3, "the entry promises fewer labels"
    assert labels == named_labels(entry)
    assert languages == set(entry.languages)

from __future__ import annotations

from pathlib import Path

import pytest
from mentionlens_data.corpora.entry import ASPECTS
from mentionlens_data.corpora.ledger import find_corpus, load_entry, load_ledger, permitted
from mentionlens_data.errors import LedgerError
from mentionlens_data.tasks import default_tasks
from small_corpora import entry

LABELS = {task.name: task.labels for task in default_tasks()}
GOOD = """
name = "good"
title = "t"
address = "https://example.org"
revision = "1"
licence = "CC0-1.0"
policy = "open"
languages = ["en"]
tasks = ["troll"]
citation = "nobody"
[[rules]]
labels = { troll = "no" }
"""


@pytest.mark.parametrize("name", sorted(load_ledger()))
def test_every_entry_is_complete_and_labels_only_what_tasks_know(name: str) -> None:
    found = load_ledger()[name]
    assert found.name == name
    assert found.licence.strip()
    assert found.address.startswith("http")
    assert found.revision.strip()
    assert found.traps
    assert found.obtain
    assert found.sha256
    assert found.rows
    for rule in found.rules:
        for task, label in rule.labels.items():
            assert label == ASPECTS or label in LABELS[task]
    for other in found.splits.without:
        assert other in load_ledger()


def test_sets_that_their_owners_withdrew_or_forbid_stay_out() -> None:
    for name, found in load_ledger().items():
        for withdrawn in ("banpl", "frenk", "rusentiment"):
            assert withdrawn not in (name + found.title).lower().replace("-", "")


def test_probes_are_measured_on_and_never_trained_on() -> None:
    probes = [found for found in load_ledger().values() if found.use == "probe"]
    assert len(probes) >= 3
    for found in probes:
        assert "train" not in found.splits.official.values()
        assert found.splits.max_test >= (found.rows or 0)


def test_profanity_without_a_target_is_no_troll() -> None:
    hard = {
        "offendes": "NOE",
        "ro-offense": "PROFANITY",
        "ro-fb-offense": "PROFANITY",
        "germeval2018-offensive-de": "PROFANITY",
    }
    for name, label in hard.items():
        rules = [r for r in load_ledger()[name].rules if label in (r.when.get("label") or [])]
        assert [r.labels for r in rules] == [{"troll": "no"}]


def test_a_file_loads(tmp_path: Path) -> None:
    (tmp_path / "good.toml").write_text(GOOD, encoding="utf-8")
    assert load_entry(tmp_path / "good.toml").rules[0].labels == {"troll": "no"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('troll = "no"', 'troll = "maybe"'), "troll='maybe' is not a label"),
        (('licence = "CC0-1.0"', ""), "licence"),
        (('address = "https://example.org"', 'address = "here"'), "address"),
        (('policy = "open"', 'policy = "mine"'), "policy"),
        (('tasks = ["troll"]', 'tasks = ["sentiment"]'), "the rules label"),
        (('labels = { troll = "no" }', 'labels = { troll = "@aspects" }'), "@aspects"),
        (('labels = { troll = "no" }', 'when = { x = { matches = "(" } }'), "regular expression"),
        (('revision = "1"', 'revision = "1"\ncolour = "red"'), "colour"),
        (('name = "good"', 'name = "other"'), "named 'good'"),
        (('title = "t"', "title = "), "not TOML"),
        (("[[rules]]", '[text]\nfixes = ["shout"]\n[[rules]]'), "unknown fixes"),
        (('title = "t"', 'title = "t"\nuse = "sometimes"'), "use"),
        (('title = "t"', 'title = "t"\nuse = "probe"'), "a reason is given"),
        (('title = "t"', 'title = "t"\nreason = "because it is so"'), "a reason is given"),
        (
            ('title = "t"', 'title = "t"\nuse = "lexicon"\nreason = "only words"'),
            "has no rules, tasks or aspects",
        ),
        (('[[rules]]\nlabels = { troll = "no" }', ""), "needs rules and tasks"),
        (('title = "t"', 'title = "t"\nsha256 = "abc"'), "sha256"),
        (('title = "t"', 'title = "t"\nrows = 0'), "rows"),
        (
            (
                "[[rules]]",
                '[[published]]\ntask = "troll"\nmetric = "F1"\nvalue = 120.0\nmodel = "it"\n'
                'source = "somewhere"\nverified = true\n[[rules]]',
            ),
            "published.0.value",
        ),
    ],
)
def test_a_bad_file_is_refused_with_its_place(
    tmp_path: Path, change: tuple[str, str], message: str
) -> None:
    path = tmp_path / "good.toml"
    path.write_text(GOOD.replace(*change), encoding="utf-8")
    with pytest.raises(LedgerError) as caught:
        load_entry(path)
    assert message in str(caught.value)
    assert str(path) in str(caught.value)


def test_uses_without_a_mapping_need_none(tmp_path: Path) -> None:
    words = GOOD.replace('tasks = ["troll"]\n', "").replace(
        '[[rules]]\nlabels = { troll = "no" }', ""
    )
    path = tmp_path / "good.toml"
    path.write_text(words + 'use = "lexicon"\nreason = "only words"\n', encoding="utf-8")
    assert not load_entry(path).preparable
    path.write_text(
        GOOD.replace("[[rules]]", 'use = "probe"\nreason = "only a diagnostic"\n[[rules]]')
    )
    assert load_entry(path).preparable


def test_an_entry_knows_which_fields_its_mapping_reads() -> None:
    found = load_ledger()["ru-m-absa"]
    assert found.fields == ["aspects", "domain", "id", "label", "lang", "split", "text"]
    assert "content" in load_ledger()["ro-laroseda"].fields
    assert "url" in load_ledger()["bg-cinexio"].fields


def test_an_unknown_corpus_is_answered_with_the_known_ones() -> None:
    assert find_corpus(load_ledger(), "umsab").name == "umsab"
    with pytest.raises(LedgerError, match="known: airline-es"):
        find_corpus(load_ledger(), "nothing")


def test_policies() -> None:
    assert permitted("open") == {"open"}
    assert "unknown" in permitted("research")
    with pytest.raises(LedgerError, match="open, research"):
        permitted("all")
    assert entry("x").policy == "open"

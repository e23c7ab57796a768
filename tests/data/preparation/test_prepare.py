from __future__ import annotations

import gzip
import json
import os
from functools import partial
from pathlib import Path

import pytest
from mentionlens_data.corpora.entry import LedgerEntry
from mentionlens_data.corpora.ledger import load_ledger
from mentionlens_data.errors import (
    CorpusFormatError,
    CorpusNotFoundError,
    LedgerError,
    PreparedSetError,
)
from mentionlens_data.languages import target_languages
from mentionlens_data.preparation.grouping import SHORT, group_key
from mentionlens_data.preparation.near_duplicates import LEAST_LETTERS, SHINGLE
from mentionlens_data.preparation.prepare import prepare_corpora
from mentionlens_data.prepared import PreparedSet, open_prepared, read_split
from mentionlens_data.schema import SPLITS
from mentionlens_data.tasks import default_tasks
from small_corpora import entry, row, write

prepare = partial(prepare_corpora, own=False)

LETTERS = "abcdefghijklmnopqrstuvwxy"


def ledger() -> dict[str, LedgerEntry]:
    entries = [
        entry("first"),
        entry("second", policy="research", licence="CC BY-NC-SA 4.0"),
        entry("third", policy="unknown", licence="not stated"),
    ]
    return {found.name: found for found in entries}


def corpora(folder: Path) -> Path:
    for name in ledger():
        rows = [
            row(
                str(i),
                f"{name} says {LETTERS[i % 25] * 3} and {LETTERS[i // 25] * 4}",
                label=("negative", "neutral", "positive")[i % 3],
            )
            for i in range(300)
        ]
        rows += [row("du", "wat een dag", lang="nl"), row("skip", "cannot tell", label="skip")]
        rows += [row("0", "the same id again and again")]
        write(folder, name, rows)
    return folder


def test_what_is_read_is_kept_or_accounted_for(tmp_path: Path) -> None:
    made = prepare(corpora(tmp_path / "c"), tmp_path / "out", ledger=ledger())
    manifest = made.manifest
    rows = {split: list(read_split(tmp_path / "out", split)) for split in SPLITS}
    assert {split: len(found) for split, found in rows.items()} == manifest["rows"]
    assert all(rows.values())
    for name, account in manifest["corpora"].items():
        assert account["read"] == 303
        assert sum(account["kept"].values()) + sum(account["dropped"].values()) == 303
        assert account["dropped"]["language nl is not a target"] == 1
        assert account["licence"] == ledger()[name].licence
    ids = [found.id for part in rows.values() for found in part]
    assert len(set(ids)) == len(ids)
    assert "first/0#2" in ids
    counted = manifest["counts"]["en"]["sentiment"]["neutral"]
    assert counted["train"] == sum(m.labels["sentiment"] == "neutral" for m in rows["train"])
    assert open_prepared(tmp_path / "out").fingerprint == made.fingerprint


def test_what_is_known_not_to_be_so_is_kept_and_counted_in_no_cell(tmp_path: Path) -> None:
    found = entry(
        "first",
        """
        tasks = ["complaint"]
        [[rules]]
        when = { label = ["complaint"] }
        excludes = { complaint = ["none"] }
        [[rules]]
        when = { label = ["fine"] }
        labels = { complaint = "none" }
        """,
    )
    rows = [
        row(
            str(i),
            f"he says {LETTERS[i % 25] * 3} and {LETTERS[i // 25] * 4}",
            label=("complaint", "fine")[i % 2],
        )
        for i in range(100)
    ]
    # The same words again say nothing new.
    write(tmp_path / "c", "first", [*rows, {**rows[0], "id": "again"}])
    made = prepare(tmp_path / "c", tmp_path / "out", ledger={"first": found})
    parts = {split: list(made.read(split)) for split in SPLITS}
    assert sum(map(len, parts.values())) == 100
    for split, read in parts.items():
        typeless = [mention for mention in read if not mention.labels]
        assert 0 < len(typeless) < len(read), split
        assert all(mention.excluded == {"complaint": ("none",)} for mention in typeless)
        counted = made.manifest["counts"]["en"]["complaint"]
        assert sum(cell[split] for cell in counted.values()) == len(read) - len(typeless)


def test_two_runs_write_equal_bytes_and_another_seed_does_not(tmp_path: Path) -> None:
    folder = corpora(tmp_path / "c")
    for name, seed in (("one", 3), ("two", 3), ("other", 4)):
        prepare(folder, tmp_path / name, ledger=ledger(), seed=seed)
    for file in ("train.jsonl.gz", "validation.jsonl.gz", "test.jsonl.gz", "manifest.json"):
        one, two, other = ((tmp_path / n / file).read_bytes() for n in ("one", "two", "other"))
        assert one == two
        assert one != other


def test_the_order_of_a_corpus_is_not_the_order_of_the_set(tmp_path: Path) -> None:
    prepare(corpora(tmp_path / "c"), tmp_path / "out", ledger=ledger(), names=["first"])
    labels = [m.labels["sentiment"] for m in read_split(tmp_path / "out", "train")]
    cyclic = sum(labels[i] == labels[i + 3] for i in range(len(labels) - 3)) / (len(labels) - 3)
    assert cyclic < 0.5


def test_policies_and_names_choose(tmp_path: Path) -> None:
    folder = corpora(tmp_path / "c")

    def names(**options: object) -> list[str]:
        return list(prepare(folder, tmp_path / "o", ledger=ledger(), **options).manifest["corpora"])

    assert names(policy="open") == ["first"]
    assert names() == ["first", "second", "third"]
    assert names(names=["second"]) == ["second"]
    with pytest.raises(LedgerError, match="'fourth'"):
        names(names=["fourth"])
    with pytest.raises(LedgerError, match="permits none"):
        names(names=["second"], policy="open")
    with pytest.raises(LedgerError, match="open, research"):
        names(policy="closed")


def test_a_missing_corpus_says_where_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(CorpusNotFoundError, match=r"first.*https://example\.org/corpus"):
        prepare(tmp_path, tmp_path / "out", ledger=ledger())
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{not json", "line 2: not JSON"),
        ("[1]", "line 2: a JSON object"),
        ('{"id": "2", "lang": "en"}', "line 2: field 'text'"),
        ('{"id": 2, "text": "a", "lang": "en"}', "line 2: field 'id'"),
        ('{"id": "2", "text": "a b", "lang": "en", "label": "negative", "split": "dev"}', "'dev'"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, message: str) -> None:
    write(tmp_path, "first", [row("1", "a good line here")])
    with gzip.open(tmp_path / "first" / "data.jsonl.gz", "at", encoding="utf-8") as file:
        file.write(line + "\n")
    with pytest.raises(CorpusFormatError) as caught:
        prepare(tmp_path, tmp_path / "out", ledger=ledger(), names=["first"])
    assert message in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_a_cut_file_is_named(tmp_path: Path) -> None:
    folder = corpora(tmp_path)
    path = folder / "first" / "data.jsonl.gz"
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(CorpusFormatError, match="cannot be read"):
        prepare(folder, tmp_path / "out", ledger=ledger())


def test_only_a_prepared_set_is_replaced(tmp_path: Path) -> None:
    folder = corpora(tmp_path / "c")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(PreparedSetError, match="choose another"):
        prepare(folder, tmp_path / "mine", ledger=ledger())
    assert (tmp_path / "mine" / "thesis.txt").exists()
    prepare(folder, tmp_path / "out", ledger=ledger(), seed=1)
    again = prepare(folder, tmp_path / "out", ledger=ledger(), seed=2)
    assert open_prepared(tmp_path / "out").fingerprint == again.fingerprint
    assert sorted(p.name for p in tmp_path.iterdir()) == ["c", "mine", "out"]


def test_a_damaged_set_is_refused(tmp_path: Path) -> None:
    made = prepare(corpora(tmp_path / "c"), tmp_path / "out", ledger=ledger())
    train = made.folder / "train.jsonl.gz"
    train.write_bytes(train.read_bytes()[:500])
    with pytest.raises(PreparedSetError, match=r"train\.jsonl\.gz"):
        list(made.read("train"))
    with pytest.raises(PreparedSetError, match="train, validation, test"):
        list(made.read("dev"))
    with pytest.raises(PreparedSetError, match=r"no manifest\.json"):
        open_prepared(tmp_path / "c")
    manifest = json.loads((made.folder / "manifest.json").read_text())
    (made.folder / "manifest.json").write_text(json.dumps({**manifest, "schema_version": 99}))
    with pytest.raises(PreparedSetError, match="99"):
        open_prepared(made.folder)


def test_the_share_that_stands_alone_is_grouped_by_what_stands(tmp_path: Path) -> None:
    body = """
    [text]
    alternative = { field = "content", share = 1.0 }
    [[rules]]
    labels = { sentiment = "negative" }
    """
    reviews = [
        row(str(i), f"{LETTERS[i] * 3} {LETTERS[i] * 2} title. very bad", content="very bad")
        for i in range(25)
    ]
    write(tmp_path, "x", reviews)
    made = prepare(tmp_path, tmp_path / "out", ledger={"x": entry("x", body)})
    assert sum(made.manifest["rows"].values()) == 1
    assert made.manifest["corpora"]["x"]["dropped"] == {"duplicate of a train row": 24}


def test_parallel_lines_and_tied_rows_share_a_group(tmp_path: Path) -> None:
    head = """
    [splits]
    group_by = ["review"]
    parallel = { name = "p", fields = ["split"], id_pattern = '-(\\d+)$' }
    [[rules]]
    labels = { sentiment = "negative" }
    """
    write(
        tmp_path,
        "x",
        [
            row("en-1", "one whole sentence here", review=1),
            row("es-1", "una frase entera aquí", lang="es", review=2),
            row("en-2", "another sentence of it", review=2),
            row("en-3", "nothing to do with it", review=3),
        ],
    )
    made = prepare(tmp_path, tmp_path / "out", ledger={"x": entry("x", head)})
    groups = {m.id: m.group for split in SPLITS for m in made.read(split)}
    assert groups["x/en-1"] == groups["x/es-1"] == groups["x/en-2"] != groups["x/en-3"]
    write(tmp_path, "x", [row("no number", "one whole sentence here")])
    with pytest.raises(CorpusFormatError, match="does not match"):
        prepare(tmp_path, tmp_path / "out", ledger={"x": entry("x", head)})


@pytest.mark.corpora
@pytest.mark.slow
def test_the_real_corpora(tmp_path: Path) -> None:
    folder = os.environ.get("MENTIONLENS_CORPORA")
    if not folder:
        pytest.skip("MENTIONLENS_CORPORA names no folder of corpora")
    made = prepare_corpora(Path(folder), tmp_path / "out")
    labels = {task.name: task.labels for task in default_tasks()}
    languages = {language.code for language in target_languages()}
    keys: dict[str, set[object]] = {}
    groups: dict[str, set[str]] = {}
    for split in SPLITS:
        keys[split], groups[split] = set(), set()
        for mention in made.read(split):
            assert mention.text.strip()
            assert mention.lang in languages
            assert mention.labels
            assert all(label in labels[task] for task, label in mention.labels.items())
            assert 0 < mention.weight <= 1
            key, words = group_key(mention.text)
            keys[split].add(key if words >= SHORT else (mention.lang, key or mention.text))
            groups[split].add(mention.group)
    for one, other in (("train", "test"), ("train", "validation"), ("validation", "test")):
        assert not keys[one] & keys[other]
        assert not groups[one] & groups[other]
    assert _alike_across_parts(made) <= 20
    for name, account in made.manifest["corpora"].items():
        total = sum(account["kept"].values()) + sum(account["dropped"].values())
        assert total == account["read"], name
        cut = name in load_ledger() and load_ledger()[name].splits.test_share
        assert account["kept"]["test"] or not cut, name
    for lang, found in made.manifest["counts"].items():
        for task, numbers in found.items():
            present = [n for n in numbers.values() if n["train"]]
            assert len(present) >= 2, (lang, task)
            assert sum(n["test"] > 0 for n in numbers.values()) >= 2, (lang, task)


def _alike_across_parts(made: PreparedSet) -> int:
    """Count near-duplicates between parts, found with other hash functions than `prepare` used."""
    from datasketch import MinHash, MinHashLSH

    shingles: dict[str, tuple[str, set[str]]] = {}
    for split in SPLITS:
        for mention in made.read(split):
            key, words = group_key(mention.text)
            if words >= 5 and len(key) >= LEAST_LETTERS:
                found = {key[i : i + SHINGLE] for i in range(len(key) - SHINGLE + 1)}
                shingles.setdefault(key, (split, found))
    index = MinHashLSH(num_perm=64, params=(16, 4))
    empty = MinHash(num_perm=64, seed=99)
    sketches = {}
    for key, (split, found) in shingles.items():
        sketch = sketches[key] = empty.copy()
        sketch.update_batch([shingle.encode() for shingle in found])
        if split != "train":
            index.insert(key, sketch)
    pairs = 0
    for key, (split, found) in shingles.items():
        for other in index.query(sketches[key]):
            other_split, other_found = shingles[other]
            if split != other_split and len(found & other_found) / len(found | other_found) >= 0.7:
                pairs += 1
    return pairs


def test_a_probe_keeps_its_spelling_variants_and_is_only_tested_on(tmp_path: Path) -> None:
    probe = entry("probe", use="probe", reason="a diagnostic test, never trained on")
    variants = ["I hate this lot", "I h4te this lot", "I HATE this lot!", "I h a t e this lot"]
    write(tmp_path, "probe", [row(str(i), text) for i, text in enumerate(variants)])
    write(
        tmp_path,
        "first",
        [
            row(str(i), f"{LETTERS[i] * 4} {text}")
            for i, text in enumerate(["came late", "I hate this lot", "is broken"])
        ],
    )
    entries = {"probe": probe, "first": entry("first")}
    assert "probe" not in prepare(tmp_path, tmp_path / "o", ledger=entries).manifest["corpora"]
    made = prepare(tmp_path, tmp_path / "out", ledger=entries, names=["probe", "first"])
    assert made.manifest["corpora"]["probe"]["kept"] == {"train": 0, "validation": 0, "test": 4}

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mentionlens_data.corpora.missing import missing_corpora, require_corpora
from mentionlens_data.corpora.reading import CorpusReader, checksum, read_corpus
from mentionlens_data.errors import CorpusFormatError, CorpusNotFoundError
from small_corpora import entry, row, write


def store(folder: Path, name: str, content: bytes, level: int = 6) -> None:
    (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / name / "data.jsonl.gz").write_bytes(gzip.compress(content, level))


def test_a_reader_knows_what_it_read(tmp_path: Path) -> None:
    rows = [row(str(i), f"text {i}") for i in range(5)]
    write(tmp_path, "x", rows)
    content = gzip.decompress((tmp_path / "x" / "data.jsonl.gz").read_bytes())
    digest = hashlib.sha256(content).hexdigest()
    reader = CorpusReader(entry("x", sha256=digest, rows=5), tmp_path)
    assert (reader.rows_read, reader.checksum, reader.matches_ledger) == (0, None, None)
    iterator = iter(reader)
    next(iterator)
    assert (reader.rows_read, reader.checksum) == (1, None)
    assert list(reader) == rows
    assert (reader.rows_read, reader.checksum, reader.matches_ledger) == (5, "same", True)
    assert reader.content_sha256 == digest
    assert list(read_corpus(entry("x"), tmp_path)) == rows


def test_another_content_is_known_and_another_compression_is_not_another_content(
    tmp_path: Path,
) -> None:
    content = b'{"id": "1", "text": "a", "lang": "en"}\n'
    recorded = entry("x", sha256=hashlib.sha256(content).hexdigest())
    for level in (1, 9):
        store(tmp_path, "x", content, level)
        assert checksum(recorded, tmp_path) == "same"
    assert checksum(entry("x"), tmp_path) == "not recorded"
    reader = CorpusReader(entry("x"), tmp_path)
    assert len(list(reader)) == 1
    assert (reader.checksum, reader.matches_ledger) == ("not recorded", None)
    store(tmp_path, "x", content * 2)
    other = CorpusReader(recorded, tmp_path)
    assert len(list(other)) == 2
    assert (other.checksum, other.matches_ledger) == ("other", False)
    assert checksum(recorded, tmp_path) == "other"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"{", "line 2: not JSON"),
        (b"[" * 100_000, "line 2: not JSON"),
        (b"[]", "line 2: a JSON object is needed"),
        (b'{"id": 1, "text": "a", "lang": "en"}', "line 2: field 'id' must be a string, found int"),
        (b'{"id": "1", "lang": "en"}', "field 'text' must be a string, found NoneType"),
        (b'{"id": "\xff"}', "line 2: cannot be read"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: bytes, message: str) -> None:
    store(tmp_path, "x", b'{"id": "1", "text": "a", "lang": "en"}\n' + line + b"\n")
    with pytest.raises(CorpusFormatError, match=r"data\.jsonl\.gz") as caught:
        list(read_corpus(entry("x"), tmp_path))
    assert message in str(caught.value)


@pytest.mark.parametrize("cut", [5, 40])
def test_a_damaged_file_is_named(tmp_path: Path, cut: int) -> None:
    store(tmp_path, "x", b'{"id": "1", "text": "a", "lang": "en"}\n' * 50)
    path = tmp_path / "x" / "data.jsonl.gz"
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(CorpusFormatError, match="cannot be read"):
        list(read_corpus(entry("x"), tmp_path))
    with pytest.raises(CorpusFormatError, match="cannot be read"):
        checksum(entry("x"), tmp_path)


@given(content=st.binary(max_size=200))
def test_any_content_is_read_or_refused_by_name(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    folder = tmp_path_factory.mktemp("any")
    store(folder, "x", content)
    try:
        list(read_corpus(entry("x"), folder))
    except CorpusFormatError as error:
        assert "line" in str(error)
    else:
        assert content == b""


def test_few_missing_corpora_are_told_in_full(tmp_path: Path) -> None:
    write(tmp_path, "here", [])
    there = entry("there", obtain="Take the one file and rename its column.")
    assert missing_corpora([entry("here"), there], tmp_path) == [there]
    require_corpora([entry("here")], tmp_path)
    with pytest.raises(CorpusNotFoundError) as caught:
        require_corpora([entry("here"), there], tmp_path)
    said = str(caught.value)
    assert str(tmp_path / "there" / "data.jsonl.gz") in said
    assert "Get it from https://example.org/corpus (licence: CC0-1.0)" in said
    assert "Take the one file" in said
    assert "fields id, label, lang, split, text" in said
    with pytest.raises(CorpusNotFoundError, match="there"):
        list(read_corpus(there, tmp_path))


def test_many_missing_corpora_are_named_at_once(tmp_path: Path) -> None:
    wanted = [entry(f"c{i}", licence=f"licence {i}") for i in range(9)]
    with pytest.raises(CorpusNotFoundError) as caught:
        require_corpora(wanted, tmp_path)
    said = str(caught.value)
    assert "lacks 9 corpora" in said
    for one in wanted:
        assert f"{one.name!r}: Get it from {one.address} (licence: {one.licence})" in said

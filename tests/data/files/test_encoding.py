from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from mentionlens_data.errors import LabelledFileError
from mentionlens_data.files.encoding import Encoding, detect_encoding, named_encoding
from mentionlens_data.files.labelled_file import LabelledFile
from mentionlens_data.files.lines import TextFile
from mentionlens_data.files.mapping import FileMapping
from mentionlens_data.files.text import canonical_text, unify_romanian
from own_files import ENCODINGS, encode, plain
from own_texts import TEXTS


def detected(text: bytes) -> Encoding:
    return detect_encoding(text, [line for line in text.split(b"\n") if not line.isascii()])


@pytest.mark.parametrize("rows", [6, 40])
@pytest.mark.parametrize(
    ("encoding", "lang", "mark"),
    [(name, lang, mark) for name, langs, mark, _ in ENCODINGS for lang in langs],
)
def test_letters_are_read_as_they_were(encoding: str, lang: str, mark: bytes, rows: int) -> None:
    lines = itertools.islice(itertools.cycle(TEXTS[lang]), rows)
    text = "id;text\n" + "".join(f"{i};{line}\n" for i, line in enumerate(lines))
    data = mark + encode(text, encoding)
    found = detected(data)
    assert found.mark == len(mark)
    read = data[found.mark :].decode(found.name)
    assert unify_romanian(read) == unify_romanian(plain(text, encoding))
    assert found.sure != "unsure" or rows < 40


def test_a_few_letters_are_not_called_sure() -> None:
    found = detected("id;text\n1;łąka\n".encode("cp1250"))
    assert found.sure == "unsure"


@pytest.mark.parametrize("data", [b"", b"a", b"\n", b"text,troll\n"])
def test_short_files_are_utf_8(data: bytes) -> None:
    assert detected(data).name == "utf-8"


def test_ascii_then_other_letters_far_down(tmp_path: Path) -> None:
    path = tmp_path / "late.csv"
    rows = ["text,troll\n", *["all is fine,no\n"] * 60_000, *[f"{t},no\n" for t in TEXTS["ru"]]]
    path.write_bytes("".join(row.replace(", ", " ") for row in rows).encode("cp1251"))
    assert TextFile(path).encoding.name == "cp1251"


def test_a_damaged_line_does_not_rule_an_encoding_out() -> None:
    for encoding, lang, broken in (("cp1251", "ru", b"\x98"), ("cp1250", "cs", b"\x81")):
        lines = [encode(line, encoding) for line in TEXTS[lang] * 3]
        lines[7] += broken
        assert detected(b"\n".join(lines)).name == encoding


def test_the_mapping_overrules(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("text,troll\nŁąka i żółw,no\n".encode("cp1250"))
    forced = FileMapping(encoding="windows-1251")
    (row,) = LabelledFile(path, mapping=forced).read(lambda bad: None)
    assert row.text == "Łąka i żółw".encode("cp1250").decode("cp1251")
    with pytest.raises(LabelledFileError, match="no encoding 'klingon'; possible are UTF-8, UTF-1"):
        LabelledFile(path, mapping=FileMapping(encoding="klingon"))
    with pytest.raises(LabelledFileError, match="no encoding 'rot13'"):
        named_encoding("rot13", b"")


def test_old_mac_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "mac.csv"
    path.write_bytes(b"text,troll\rone two,no\rthree,yes\r")
    rows = list(LabelledFile(path).read(lambda bad: None))
    assert [(row.line, row.text) for row in rows] == [(2, "one two"), (3, "three")]


def test_a_byte_that_no_iso_encoding_means_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    lines = [f"{i};{text};no" for i, text in enumerate(TEXTS["pl"])]
    data = encode("id;text;troll\n" + "\n".join(lines) + "\n", "iso8859-2")
    path.write_bytes(data + b"99;mi\x9co;no\n")
    bad = []
    file = LabelledFile(path, mapping=FileMapping(encoding="ISO-8859-2"))
    assert len(list(file.read(bad.append))) == len(lines)
    assert [(row.line, row.kind) for row in bad] == [(len(lines) + 2, "undecodable")]


def test_text_is_composed_and_romanian_letters_unified() -> None:
    assert canonical_text("z\u0307o\u0301\u0142c\u0301") == "\u017c\u00f3\u0142\u0107"
    assert canonical_text("\u015etiin\u0163\u0103", "ro") == "\u0218tiin\u021b\u0103"
    assert canonical_text("\u015etiin\u0163\u0103") == "\u0218tiin\u021b\u0103"
    assert canonical_text("s\u0327i", "ro") == "\u0219i"
    assert canonical_text("\u015feker", "tr") == "\u015feker"
    assert canonical_text("\u015feker") == "\u015feker"
    assert canonical_text("  two  spaces\n&amp; \u2026 ") == "  two  spaces\n&amp; \u2026 "

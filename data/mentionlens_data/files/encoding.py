"""Which encoding a file is in: byte order marks and UTF-8 first, then a detector, then letters.

`chardet` chooses among the 8-bit encodings of the target languages. On short files its answer is
checked against the alphabets: an encoding whose letters fit one language better wins.
"""

from __future__ import annotations

import codecs
import functools
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from mentionlens_data.errors import LabelledFileError
from mentionlens_data.files.text import unify_romanian
from mentionlens_data.languages import target_languages

__all__ = ["DISPLAY_NAMES", "Encoding", "detect_encoding", "named_encoding"]

DISPLAY_NAMES = {
    "utf-8": "UTF-8",
    "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE",
    "cp1250": "windows-1250",
    "cp1251": "windows-1251",
    "cp1252": "windows-1252",
    "iso8859-2": "ISO-8859-2",
    "iso8859-16": "ISO-8859-16",
    "koi8-r": "KOI8-R",
}
"""Python's name of every encoding that is looked for, to the name people know."""

# In the order of preference where two read a text alike.
_EIGHT_BIT = ("cp1250", "cp1251", "cp1252", "iso8859-2", "iso8859-16", "koi8-r")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_PUNCTUATION = frozenset("„“”‚‘’«»‹›–—…€£§°©®™№¿¡·•\u00a0ºª")
# With so many letters beyond ASCII no file of tests/benchmarks/labelled_files.py was misread.
_ENOUGH_LETTERS = 20
_CONTROL = re.compile("[\x80-\x9f]")
# Hardly ever letters in these encodings: a damaged line must not rule out the right one.
_NO_LETTER = re.compile(rb"[\x81\x83\x88\x90\x98]")


@dataclass(frozen=True)
class Encoding:
    """An encoding and how it came to be chosen.

    Attributes:
        name: Python's name.
        mark: number of bytes of the byte order mark at the start of the file.
        sure: `certain`, `likely`, or `unsure`.
        why: for people.
    """

    name: str
    mark: int
    sure: str
    why: str

    @property
    def display(self) -> str:
        """The name people know."""
        return DISPLAY_NAMES.get(self.name, self.name)

    def __str__(self) -> str:
        """Return the name people know, with the byte order mark."""
        return f"{self.display} with BOM" if self.mark else self.display


def named_encoding(name: str, start: bytes) -> Encoding:
    """Return the encoding that a person named; a byte order mark that fits it is skipped.

    Raises:
        LabelledFileError: Python knows no text encoding of that name.
    """
    try:
        known = codecs.lookup(name)
        "a".encode(name)
    except (LookupError, ValueError) as error:
        possible = ", ".join(DISPLAY_NAMES.values())
        raise LabelledFileError(
            f"there is no encoding {name!r}; possible are {possible} and others that Python knows"
        ) from error
    plain = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}.get(known.name, known.name)
    for mark, of in _MARKS:
        if start.startswith(mark) and (of == plain or known.name == "utf-16"):
            return Encoding(of, len(mark), "certain", "named in the mapping")
    return Encoding(plain, 0, "certain", "named in the mapping")


def detect_encoding(start: bytes, lines: Iterable[bytes]) -> Encoding:
    """Say which encoding a file is in.

    Args:
        start: the first bytes of the file, 64 KiB or all of it.
        lines: lines with bytes beyond ASCII, from the whole file, as many as are to be looked at.
    """
    for mark, name in _MARKS:
        if start.startswith(mark):
            return Encoding(name, len(mark), "certain", "byte order mark")
    wide = _utf16(start)
    if wide:
        return Encoding(wide, 0, "likely", "zeros stand in every second byte only")
    lines = list(lines)
    if not lines:
        return Encoding("utf-8", 0, "certain", "ASCII only")
    valid = sum(_decodes(line, "utf-8") for line in lines)
    # A line of 8-bit text that happens to be valid UTF-8 is very rare.
    if valid * 2 > len(lines):
        if valid == len(lines):
            return Encoding("utf-8", 0, "certain", f"{valid} lines beyond ASCII are valid UTF-8")
        why = f"{valid} of {len(lines)} lines beyond ASCII are valid UTF-8"
        return Encoding("utf-8", 0, "likely", why)
    sound = [line for line in lines if not _NO_LETTER.search(line)]
    return _eight_bit(b"\n".join(sound if len(sound) * 10 > len(lines) * 8 else lines))


def _utf16(start: bytes) -> str | None:
    """Tell UTF-16 without a mark by its zero bytes: delimiters, digits and line ends have one."""
    even, odd = start[0::2].count(0), start[1::2].count(0)
    zeros = max(even, odd)
    if not zeros or zeros * 40 < len(start) or zeros < 8 * min(even, odd):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _decodes(data: bytes, name: str) -> bool:
    try:
        data.decode(name)
    except UnicodeDecodeError:
        return False
    return True


def _eight_bit(data: bytes) -> Encoding:
    import chardet

    found = chardet.detect(data, include_encodings=_EIGHT_BIT)["encoding"] or _EIGHT_BIT[0]
    answer = codecs.lookup(found).name
    texts = {name: _read(data, name) for name in _EIGHT_BIT}
    fits = {name: _fit(text) for name, text in texts.items()}
    best = max(fits.values())
    why = "chosen by the detector, its letters fit"
    if fits.get(answer, 0.0) < best - 0.01:
        answer = next(name for name in _EIGHT_BIT if fits[name] == best)
        why = "chosen by its letters"
    else:
        # The more common of two that read the file alike.
        answer = next(name for name in _EIGHT_BIT if texts[name] == texts.get(answer))
    alike = [
        DISPLAY_NAMES[name]
        for name in _EIGHT_BIT
        if name != answer and texts[name] == texts[answer]
    ]
    if alike:
        why += f"; {' and '.join(alike)} would read the same"
    enough = len(_beyond_ascii(texts[answer])) >= _ENOUGH_LETTERS and fits[answer] > 0.9
    return Encoding(answer, 0, "likely" if enough else "unsure", why)


def _read(data: bytes, name: str) -> str:
    """Decode, with U+FFFD for what is no text in that encoding."""
    text = data.decode(name, "replace")
    return unify_romanian(_CONTROL.sub("\ufffd", text))


@functools.cache
def _alphabets() -> tuple[frozenset[str], ...]:
    return tuple(lang.letters for lang in target_languages())


def _beyond_ascii(text: str) -> str:
    return "".join(char for char in text if not char.isascii())


def _fit(text: str) -> float:
    """Return the share of characters beyond ASCII that one language, the best, writes with."""
    marked = _beyond_ascii(text)
    punctuation = sum(char in _PUNCTUATION for char in marked)
    counts = Counter(marked)
    letters = max(
        sum(number for char, number in counts.items() if char in alphabet)
        for alphabet in _alphabets()
    )
    return (letters + punctuation) / len(marked)

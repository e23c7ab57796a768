"""Messy files made of own sentences, with the faults that were planted in them."""

from __future__ import annotations

import codecs
from dataclasses import dataclass, field

from own_texts import TEXTS

__all__ = ["ENCODINGS", "MessyFile", "encode", "plain"]

# Python's name of an encoding, the languages that are written in it, the byte order mark, and
# bytes that it cannot mean.
ENCODINGS = (
    ("utf-8", ("pl", "ro", "ru", "bg", "cs", "hr", "es"), b"", b"\xff"),
    ("utf-8", ("ro", "bg"), codecs.BOM_UTF8, b"\xff"),
    ("utf-16-le", ("pl", "ru"), codecs.BOM_UTF16_LE, b"\x00\xd8"),
    ("utf-16-be", ("bg", "es"), codecs.BOM_UTF16_BE, b"\xd8\x00"),
    ("utf-16-le", ("ro", "ru"), b"", b"\x00\xd8"),
    ("utf-16-be", ("cs", "bg"), b"", b"\xd8\x00"),
    ("cp1250", ("pl", "ro", "cs", "hr"), b"", b"\x81"),
    ("cp1251", ("ru", "bg"), b"", b"\x98"),
    ("cp1252", ("es",), b"", b"\x81"),
    ("iso8859-2", ("pl", "ro", "cs", "hr"), b"", b"\x81"),
    ("iso8859-16", ("pl", "ro", "hr"), b"", b"\x81"),
    ("koi8-r", ("ru", "bg"), b"", b""),
)

_HEADERS = {
    "pl": ("nr", "treść", "ocena"),
    "ro": ("id", "conținut", "notă"),
    "ru": ("номер", "отзыв", "тональность"),
    "bg": ("номер", "отзив", "оценка"),
    "cs": ("číslo", "recenze", "hodnocení"),
    "hr": ("broj", "recenzija", "ocjena"),
    "es": ("número", "reseña", "valoración"),
}
_LABELS = {
    "pl": ("negatywny", "pozytywny"),
    "ro": ("negativ", "pozitiv"),
    "ru": ("негативный", "позитивный"),
    "bg": ("отрицателен", "положителен"),
    "cs": ("negativní", "pozitivní"),
    "hr": ("negativno", "pozitivno"),
    "es": ("negativo", "positivo"),
}


def plain(text: str, encoding: str) -> str:
    """Write a text with the characters that an encoding has, as people did."""
    if encoding in ("iso8859-2", "koi8-r", "iso8859-16"):
        text = text.replace("…", "...")
    if encoding in ("iso8859-2", "koi8-r"):
        text = text.replace("„", "'").replace("”", "'")
    if encoding in ("cp1250", "iso8859-2"):
        text = text.translate(str.maketrans("șțȘȚ", "şţŞŢ"))
    return text


def encode(text: str, encoding: str) -> bytes:
    return plain(text, encoding).encode(encoding)


@dataclass
class MessyFile:
    """Builds a CSV with `;` row by row.

    Attributes:
        good: line of every good row to its text.
        bad: line of every planted fault to its kind.
    """

    lang: str
    encoding: str
    mark: bytes
    broken: bytes
    good: dict[int, str] = field(default_factory=dict)
    bad: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._parts = [self.mark]
        self._line = 1
        self._number = 0
        self._first = ""
        self._write(";".join(_HEADERS[self.lang]))

    @property
    def data(self) -> bytes:
        return b"".join(self._parts)

    @property
    def rows(self) -> int:
        return len(self.good) + len(self.bad)

    def add_good(self, number: int) -> None:
        texts = TEXTS[self.lang]
        for i in range(number):
            text = texts[self._number % len(texts)]
            quoted = ";" in text or i % 3 == 0
            shown = f'"{text}"' if quoted else text
            self._good(text, f"{self._next()};{shown};{_LABELS[self.lang][i % 2]}")

    def add_faults(self) -> None:
        """Plant every kind of fault, each beside a good row that looks like it."""
        text = TEXTS[self.lang][1]
        label = _LABELS[self.lang][1]
        self._good(f"{text}\n;{text}\n{text}", f'{self._next()};"{text}\n;{text}\n{text}";{label}')
        self._good(f'=HYPERLINK("x") {text}', f'{self._next()};=HYPERLINK("x") {text};{label}')
        self._good(f'{text} 5" {text}', f'{self._next()};{text} 5" {text};{label}')
        self._bad("unknown label", f"{self._next()};{text};hm")
        self._bad("no text", f"{self._next()};;{label}")
        self._bad("no text", f"{self._next()};  ;{label}")
        self._bad("no answer", f"{self._next()};{text};")
        self._bad("duplicate id", f"1;{text};{label}")
        self._bad("ragged", f"{self._next()};{text};{text};{label}")
        self._bad("ragged", f"{self._next()};{text}")
        self._bad("bad quotes", f'{self._next()};"{text};{label}')
        self.add_good(2)
        self._bad("bad quotes", f'{self._next()};"{text}"x;{label}')
        if self.broken:
            self._bad("undecodable", f"{self._next()};{text}", self.broken, f";{label}")
        self._write("")
        self._write("")

    def _next(self) -> int:
        self._number += 1
        return self._number

    def _good(self, text: str, row: str) -> None:
        self.good[self._line] = plain(text, self.encoding)
        self._write(row)

    def _bad(self, kind: str, row: str, broken: bytes = b"", after: str = "") -> None:
        self.bad[self._line] = kind
        self._write(row, broken, after)

    def _write(self, row: str, broken: bytes = b"", after: str = "") -> None:
        self._parts += [encode(row, self.encoding), broken, encode(after + "\n", self.encoding)]
        self._line += 1 + row.count("\n")

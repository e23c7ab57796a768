"""How wide a text stands in a terminal, and shortening it to a width."""

from __future__ import annotations

import unicodedata

__all__ = ["pad", "printable", "shorten", "width"]

_JOINER = "\u200d"
_ELLIPSIS = "…"
# Skin tones follow the emoji that they colour.
_SKIN_TONES = range(0x1F3FB, 0x1F400)
# Marks that turn the writing direction of everything after them.
_DIRECTION = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def printable(text: str) -> str:
    """Return one line without control characters: a mention must not steer the terminal."""
    kept = []
    for char in text:
        if char in _DIRECTION:
            continue
        category = unicodedata.category(char)
        if category in ("Cc", "Zl", "Zp"):
            kept.append(" ")
        else:
            kept.append("\ufffd" if category == "Cs" else char)
    return " ".join("".join(kept).split())


def width(text: str) -> int:
    """Return the number of columns that a printable text takes."""
    return sum(_widths(text))


def shorten(text: str, columns: int) -> str:
    """Return the text, or its beginning with `…`, in at most so many columns."""
    widths = _widths(text)
    if sum(widths) <= columns:
        return text
    used = 0
    for index, size in enumerate(widths):
        # One column stays free for the ellipsis; marks of no width stay with their letter.
        if used + size > columns - 1:
            return text[:index].rstrip(_JOINER + " ") + _ELLIPSIS if columns > 0 else ""
        used += size
    raise AssertionError("the widths sum to more than the columns")


def pad(text: str, columns: int) -> str:
    """Return the text with spaces up to so many columns."""
    return text + " " * max(0, columns - width(text))


def _widths(text: str) -> list[int]:
    """Return the columns of each character; 0 for what joins the one before."""
    widths: list[int] = []
    previous = ""
    for char in text:
        joins = (
            unicodedata.category(char) in ("Mn", "Me", "Cf")
            or (previous == _JOINER and widths)
            or (ord(char) in _SKIN_TONES and widths)
        )
        wide = unicodedata.east_asian_width(char) in "WF"
        widths.append(0 if joins else 2 if wide else 1)
        previous = char
    return widths

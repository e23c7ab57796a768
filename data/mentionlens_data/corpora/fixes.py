"""Registered text fixes: each undoes one thing that a corpus did to its texts.

A ledger entry names the fixes it needs, in order. None of them is a normaliser: cleaning that
every mention gets belongs to the runtime.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable

__all__ = ["FIXES", "apply_fixes"]

_BEFORE_POINT = re.compile(r"\s+([.,!?%)\]}…]|[:;](?!-?[()]))")
_AFTER_BRACKET = re.compile(r"([(\[{])\s+")
_SPLIT_DECIMAL = re.compile(r"(?<=\d)\s*([.,])\s+(?=\d)")
_SMILEY = re.compile(r"(?<=[:;]) (-? ?[()])(?=\s|$)")
_ENGLISH_CLITIC = re.compile(r"(\w) ?(n 't|n't|' ?(?:s|m|re|ve|ll|d|t))\b")
_POLISH_PAST = re.compile(r"(\w+(?:ł|ła|ło|li|ły)) (em|eś|m|ś|śmy|ście)\b")
_POLISH_BY = re.compile(r"(\w*(?:ł|ła|ło|li|ły|[Jj]ak|[Gg]dy|[Aa]|[Żż]e)) ?(by) ?(m|ś|śmy|ście)\b")
_POLISH_BY_ALONE = re.compile(r"(\w+(?:ł|ła|ło|li|ły)) (by)\b(?! [mś]\b)")
_HANDLE = re.compile(r"(?<![\w@])@\w+")
_PASTED = (("Cancelled Flight", "cancel"), ("Late Flight", "late"))
_PASTED_BOOKING = "Flight Booking Problems"
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")
_MIDDLE_DOTS = re.compile(r"\s*·(?:\s*·)+\s*")
_MIDDLE_DOT = re.compile(r"\s*·\s*")
_SPLIT_ENTITY = re.compile(r"& (amp|quot|lt|gt|apos|nbsp) ;")
_OPENING_MARK = re.compile(r"([¡¿«]) ")
_CONTROL = re.compile(r"[\x80-\x9f]")
_END_POINTS = re.compile(r"[\s.!?…]+$")


def _detokenize(text: str) -> str:
    text = _SMILEY.sub(lambda hit: hit[1].replace(" ", ""), text)
    text = _SPLIT_DECIMAL.sub(r"\1", text)
    text = _BEFORE_POINT.sub(r"\1", text)
    return _AFTER_BRACKET.sub(r"\1", text)


def _english_clitics(text: str) -> str:
    return _ENGLISH_CLITIC.sub(lambda hit: hit[1] + hit[2].replace(" ", ""), text)


def _polish_endings(text: str) -> str:
    text = _POLISH_PAST.sub(r"\1\2", text)
    text = _POLISH_BY.sub(r"\1\2\3", text)
    return _POLISH_BY_ALONE.sub(r"\1\2", text)


def _mask_handles(text: str) -> str:
    return _HANDLE.sub("@user", text)


def _unpaste_flight(text: str) -> str:
    for pasted, original in _PASTED:
        text = text.replace(pasted, original)
    return text.replace(_PASTED_BOOKING, "booking")


def _restore_marks(text: str) -> str:
    text = html.unescape(_SPLIT_ENTITY.sub(r"&\1;", text))
    text = _MIDDLE_DOT.sub("-", _MIDDLE_DOTS.sub(" - ", text))
    text = _CONTROL.sub(lambda hit: hit[0].encode("latin-1").decode("cp1252", "replace"), text)
    return _OPENING_MARK.sub(r"\1", text)


def _strip_end_points(text: str) -> str:
    return _END_POINTS.sub("", text)


FIXES: dict[str, Callable[[str], str]] = {
    "detokenize": _detokenize,
    "english_clitics": _english_clitics,
    "lowercase": str.lower,
    "mask_handles": _mask_handles,
    "polish_endings": _polish_endings,
    "restore_marks": _restore_marks,
    "strip_end_points": _strip_end_points,
    "unpaste_flight": _unpaste_flight,
}
"""Name to function: detokenize (spaces before punctuation), english_clitics ("do n't"),
lowercase, mask_handles (real user names), polish_endings ("była m"), restore_marks (hyphens
that became middle dots, split HTML entities, Windows punctuation read as Latin-1),
strip_end_points, unpaste_flight (class names pasted over "late", "cancel" and "booking")."""


def apply_fixes(text: str, names: list[str]) -> str:
    """Apply the named fixes in order; replace halves of cut emoji (not UTF-8), strip the ends."""
    for name in names:
        text = FIXES[name](text)
    return _LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text).strip()

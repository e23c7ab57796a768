"""The one change that a text goes through when it is read, and how values are compared."""

from __future__ import annotations

import functools
import re
import unicodedata

__all__ = ["canonical_text", "fold", "short", "unify_romanian"]

_COMMA_BELOW = str.maketrans("\u015e\u015f\u0162\u0163", "\u0218\u0219\u021a\u021b")
_CEDILLA = re.compile("[\u015e\u015f\u0162\u0163]")


def unify_romanian(text: str) -> str:
    """Turn the cedilla letters of old Romanian texts, ş and ţ, into ș and ț."""
    return text.translate(_COMMA_BELOW) if _CEDILLA.search(text) else text


def canonical_text(text: str, lang: str = "und") -> str:
    """Return `text` in NFC; Romanian texts with ș and ț, whatever they were typed with.

    Nothing else is touched: what the model does not need, its own normaliser takes away.

    Args:
        text: as it was written.
        lang: ISO 639-1 code, `und` where unknown: then a ţ, which no other language of a size
            writes, tells Romanian. Turkish and others need their ş.
    """
    if text.isascii():
        return text
    text = unicodedata.normalize("NFC", text)
    romanian = lang == "ro" or (lang == "und" and ("\u0163" in text or "\u0162" in text))
    return unify_romanian(text) if romanian else text


def fold(value: object) -> str:
    """Return the form in which names and label values are compared.

    Case, surrounding space, hyphen, underscore, the full stop of an abbreviation and the way a
    number is written do not count: `Treść`, ` treść ` and `TREŚĆ` are one, and so are `neg` and
    `Neg.`, and 1, 1.0 and `1`.
    """
    if value is None:
        return ""
    text = str(value)
    return _fold(text) if len(text) <= _LONGEST_CACHED else _fold.__wrapped__(text)


def short(value: object) -> str:
    """Return a value as Python writes it, in 60 characters at most, for messages."""
    shown = repr(value)
    return shown if len(shown) <= 60 else shown[:59] + "…"


_LONGEST_CACHED = 64
_STOP = re.compile(r"(?<=[^\W\d_])\.$")  # behind a letter; "1." is no abbreviation
_NUMBER = re.compile(r"\s*([+-]?\d{1,4})(?:[.,]0+)?\s*")


@functools.lru_cache(maxsize=4096)
def _fold(text: str) -> str:
    number = _NUMBER.fullmatch(text)
    if number:
        return str(int(number[1]))
    text = unify_romanian(unicodedata.normalize("NFC", text)).casefold()
    return _STOP.sub("", re.sub(r"[\s_-]+", " ", text).strip())

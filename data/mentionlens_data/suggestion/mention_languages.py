"""The language under which a mention is counted: the declared one, or one that is plain to see."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence

from mentionlens_data.files.synonyms import language_code
from mentionlens_data.quality.language_check import LEAST_LETTERS, SURE, detect_language

__all__ = ["UNKNOWN", "declared_language", "detected_language", "plausible_languages"]

UNKNOWN = "und"
_LEAST_SHARE = 0.01


def declared_language(given: object) -> str | None:
    """Return the ISO 639-1 code of a cell; what is no known code stays, None where it is blank."""
    if not isinstance(given, str) or not given.strip():
        return None
    # Rows by the hundred thousand share a few codes.
    return sys.intern(language_code(given) or given.strip().lower())


def detected_language(text: str) -> str:
    """Return the code of the language that a text surely is in; `und` for short and odd texts."""
    found = detect_language(text)
    sure = found.letters >= LEAST_LETTERS and found.probability >= SURE
    return sys.intern(found.lang) if sure else UNKNOWN


def plausible_languages(declared: Sequence[str | None], detected: Sequence[str]) -> list[str]:
    """Return one language a mention: the declared one, else the detected one if it is plausible.

    A detector errs now and then, and an error must not get a share of its own: a language that
    nobody declared and that fewer than one mention in a hundred seems to be in becomes `und`.

    Args:
        declared: None where none is.
        detected: of each mention; read only where none is declared.
    """
    named = {lang for lang in declared if lang is not None}
    found = Counter(other for lang, other in zip(declared, detected, strict=True) if lang is None)
    least = _LEAST_SHARE * len(declared)
    known = named | {lang for lang, count in found.items() if count >= least}
    return [
        lang if lang is not None else other if other in known else UNKNOWN
        for lang, other in zip(declared, detected, strict=True)
    ]

"""The languages that mentionlens answers for, read from `languages.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

__all__ = ["Language", "language_name", "target_languages"]


@dataclass(frozen=True)
class Language:
    """A target language.

    Attributes:
        code: ISO 639-1.
        weight: share of the language when pieces are ranked for a vocabulary.
        letters: every letter of its alphabet, in both cases.
    """

    code: str
    weight: float
    letters: frozenset[str]


def target_languages() -> tuple[Language, ...]:
    """Return the target languages in the order of the file."""
    return tuple(
        Language(
            code,
            float(item["weight"]),
            # The capital of ß is two letters, each of which is there anyway.
            frozenset(item["alphabet"]) | {c for c in item["alphabet"].upper() if len(c) == 1},
        )
        for code, item in _table().items()
    )


def language_name(code: str) -> str:
    """Return the English name of a language; a code that is not a target language stays a code.

    Args:
        code: ISO 639-1, or `und` where the language is not stated.
    """
    if code == "und":
        return "Language not stated"
    return str(_table()[code]["name"]) if code in _table() else code


@cache
def _table() -> dict[str, dict[str, Any]]:
    file = resources.files("mentionlens_data") / "languages.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))

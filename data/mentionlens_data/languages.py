"""The languages that mentionlens answers for, read from `languages.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib import resources

__all__ = ["Language", "target_languages"]


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
    file = resources.files("mentionlens_data") / "languages.toml"
    return tuple(
        Language(
            code,
            float(item["weight"]),
            # The capital of ß is two letters, each of which is there anyway.
            frozenset(item["alphabet"]) | {c for c in item["alphabet"].upper() if len(c) == 1},
        )
        for code, item in tomllib.loads(file.read_text(encoding="utf-8")).items()
    )

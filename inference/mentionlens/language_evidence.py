"""Signs that a mention is in a language that the bundle does not cover: its script, its words.

No language detector: a mention is taken for covered unless its letters or its function words speak
clearly for another language. `tests/benchmarks/language_evidence.py` tells how often that is right.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from importlib.resources import files

__all__ = ["LanguageEvidence"]

# A long mention shows its language at its start.
_READ = 600
_WORD = re.compile(r"[^\W\d_]+")
_LETTER = re.compile(r"[^\W\d_]")
# Scripts that stand for a language, or for the one that most mentions in them are in.
_SCRIPTS = {
    "el": "\u0370-\u03ff\u1f00-\u1fff",
    "hy": "\u0530-\u058f",
    "he": "\u0590-\u05ff",
    "ar": "\u0600-\u06ff\u0750-\u077f",
    "hi": "\u0900-\u097f",
    "bn": "\u0980-\u09ff",
    "pa": "\u0a00-\u0a7f",
    "gu": "\u0a80-\u0aff",
    "ta": "\u0b80-\u0bff",
    "te": "\u0c00-\u0c7f",
    "kn": "\u0c80-\u0cff",
    "ml": "\u0d00-\u0d7f",
    "si": "\u0d80-\u0dff",
    "th": "\u0e00-\u0e7f",
    "lo": "\u0e80-\u0eff",
    "my": "\u1000-\u109f",
    "ka": "\u10a0-\u10ff",
    "ko": "\u1100-\u11ff\uac00-\ud7af",
    "am": "\u1200-\u137f",
    "km": "\u1780-\u17ff",
    "ja": "\u3040-\u30ff",
    "zh": "\u4e00-\u9fff",
}
# Different function words that no covered language has, before a language is named.
_TELLING = 2
# Languages in one script with another that stands for it above.
_SHARED = {"ar": ("fa", "ur"), "hi": ("mr", "ne"), "zh": ("ja",)}


class LanguageEvidence:
    """Looks for signs of languages beyond the covered ones.

    Args:
        covered: ISO 639-1 codes of the bundle's languages.
    """

    def __init__(self, covered: Iterable[str]) -> None:
        self._covered = frozenset(covered)
        foreign = {
            lang: letters
            for lang, letters in _SCRIPTS.items()
            if self._covered.isdisjoint((lang, *_SHARED.get(lang, ())))
        }
        self._scripts = {lang: re.compile(f"[{letters}]") for lang, letters in foreign.items()}
        self._any_script = re.compile(f"[{''.join(foreign.values())}]") if foreign else None
        text = files("mentionlens").joinpath("function_words.toml").read_text(encoding="utf-8")
        self._languages: dict[str, tuple[str, ...]] = {}
        for lang, words in tomllib.loads(text).items():
            for word in words.split():
                self._languages[word] = (*self._languages.get(word, ()), lang)

    def foreign(self, text: str) -> str | None:
        """Return the code of the language that a text speaks for, None where it is a covered one.

        Args:
            text: a mention; its first 600 characters are looked at.
        """
        text = text[:_READ].lower()
        return self._by_script(text) or self._by_words(text)

    def _by_script(self, text: str) -> str | None:
        if self._any_script is None or not self._any_script.search(text):
            return None
        letters = len(_LETTER.findall(text))
        counts = {lang: len(found.findall(text)) for lang, found in self._scripts.items()}
        if 2 * sum(counts.values()) <= letters:
            return None
        # Kana stand among Chinese characters, in Japanese only.
        return "ja" if counts.get("ja") else max(counts, key=lambda lang: counts[lang])

    def _by_words(self, text: str) -> str | None:
        theirs: Counter[str] = Counter()
        ours: Counter[str] = Counter()
        telling: Counter[str] = Counter()
        for word in set(_WORD.findall(text)):
            languages = self._languages.get(word, ())
            shared = self._covered.intersection(languages)
            ours.update(shared)
            foreign = [lang for lang in languages if lang not in self._covered]
            theirs.update(foreign)
            if not shared:
                telling.update(foreign)
        found = [lang for lang, words in telling.items() if words >= _TELLING]
        if not found:
            return None
        lang = max(found, key=lambda lang: (theirs[lang], lang))
        return lang if theirs[lang] > max(ours.values(), default=0) else None

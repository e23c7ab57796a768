"""The declared language of a row against the detected one.

The detector (py3langid) chooses among the target languages and their neighbours. It cannot tell
close languages apart (`CLOSE`), and takes short Bulgarian texts for Russian or Macedonian ones;
so texts of fewer than `LEAST_LETTERS` letters are never called doubtful, close languages count
as agreement of the family, and nothing is removed because of it.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mentionlens_data.languages import target_languages
from mentionlens_data.text_traits import prose

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

__all__ = [
    "CLOSE",
    "LEAST_LETTERS",
    "NEIGHBOURS",
    "SURE",
    "Detected",
    "LanguageAgreement",
    "detect_language",
    "is_close",
]

NEIGHBOURS = ("be", "bs", "hu", "mk")
"""Languages beside the targets that texts of these countries are found in."""
CLOSE = (frozenset({"bs", "hr", "sr"}), frozenset({"bg", "mk"}))
"""Languages that the detector does not tell apart well enough to doubt a row."""
LEAST_LETTERS = 40
"""Shorter texts (in letters, without links, handles and hashtags) are not judged."""
SURE = 0.9
"""Probability from which on a text counts as surely in another language."""
LENGTHS = (10, 20, 40, 80, 160)
"""Upper bounds (exclusive) of the length classes, in letters; the last class has none."""

_MOST_CHARACTERS = 500


@dataclass(frozen=True, slots=True)
class Detected:
    """What the detector says of a text.

    Attributes:
        lang: ISO 639-1 code.
        probability: among the languages that it may choose from.
        letters: number of letters that it saw, at most 500.
    """

    lang: str
    probability: float
    letters: int

    def doubts(self, declared: str) -> bool:
        """Say whether the text surely is in another language than the declared one."""
        return (
            self.letters >= LEAST_LETTERS
            and self.probability >= SURE
            and not is_close(self.lang, declared)
        )


@dataclass
class LanguageAgreement:
    """Counts for the rows of one declared language.

    Attributes:
        by_length: a length class (its upper bound in letters, 0 for the open one) to its number
            of rows, and how many of them were detected as the declared language or a close one.
        exact: rows detected as exactly the declared language, of `LEAST_LETTERS` letters or more.
        judged: rows of `LEAST_LETTERS` letters or more.
        confusions: detected language to number of judged rows, where it is another.
        doubtful: judged rows that surely are in another language.
    """

    by_length: dict[int, list[int]] = field(
        default_factory=lambda: {bound: [0, 0] for bound in (*LENGTHS, 0)}
    )
    exact: int = 0
    judged: int = 0
    confusions: dict[str, int] = field(default_factory=dict)
    doubtful: int = 0

    def add(self, declared: str, detected: Detected) -> None:
        """Count one row."""
        bound = next((bound for bound in LENGTHS if detected.letters < bound), 0)
        cell = self.by_length[bound]
        cell[0] += 1
        cell[1] += is_close(detected.lang, declared)
        if detected.letters < LEAST_LETTERS:
            return
        self.judged += 1
        self.exact += detected.lang == declared
        self.doubtful += detected.doubts(declared)
        if detected.lang != declared:
            self.confusions[detected.lang] = self.confusions.get(detected.lang, 0) + 1


def is_close(first: str, second: str) -> bool:
    """Say whether two languages are equal or too close for the detector."""
    return first == second or any({first, second} <= family for family in CLOSE)


def detect_language(text: str) -> Detected:
    """Detect the language of a text; links, handles and hashtags do not count."""
    seen = prose(text[: 4 * _MOST_CHARACTERS])[:_MOST_CHARACTERS]
    lang, probability = _identifier().classify(seen)
    return Detected(str(lang), float(probability), sum(map(str.isalpha, seen)))


@functools.cache
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    targets = {language.code for language in target_languages()}
    identifier.set_languages(sorted(targets | set(NEIGHBOURS)))
    return identifier

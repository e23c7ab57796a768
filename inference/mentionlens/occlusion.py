"""Which words an answer hangs on: each is left out once (occlusion).

Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks", 2014, did so with parts
of pictures.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mentionlens.prediction import Prediction

__all__ = ["MOST_WORDS", "WordEffect", "occluded_texts", "word_effects"]

# Each word is a run of the graph.
MOST_WORDS = 128
_WORD = re.compile(r"\S+")
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class WordEffect:
    """What one word did for the answers.

    Attributes:
        word: the word, with the punctuation that touches it.
        start: offset of its first code point in the text.
        end: offset after its last one.
        effects: task name to the points of probability that the answered label loses without
            the word; negative where it gains.
    """

    word: str
    start: int
    end: int
    effects: Mapping[str, float]

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON shape; numbers are rounded to six decimals."""
        effects = {name: round(value, _DIGITS) for name, value in self.effects.items()}
        return {"word": self.word, "start": self.start, "end": self.end, "effects": effects}


def occluded_texts(text: str) -> list[str]:
    """Return the text without its first word, without its second, and so on.

    At most `MOST_WORDS` words are left out; the others always stay.
    """
    return [text[: m.start()] + text[m.end() :] for m in _words(text)]


def word_effects(answer: Prediction, occluded: Sequence[Prediction]) -> list[WordEffect]:
    """Return what each word did.

    Args:
        answer: of the whole text.
        occluded: of `occluded_texts(answer.text)`, in that order.

    Raises:
        ValueError: there is not one answer for each of these texts.
    """
    words = []
    for match, without in zip(_words(answer.text), occluded, strict=True):
        effects = {
            name: task.score - without.tasks[name].probabilities[task.label]
            for name, task in answer.tasks.items()
        }
        words.append(WordEffect(match[0], match.start(), match.end(), effects))
    return words


def _words(text: str) -> list[re.Match[str]]:
    return [match for match, _ in zip(_WORD.finditer(text), range(MOST_WORDS), strict=False)]

"""Does anything but the meaning give a label away?

A mention that was written for a label may show it by how it opens, how long it is, or how it is
punctuated. Each such trait alone must not predict the label much better than chance: a logistic
regression on that trait, cross-validated over whole groups, is measured by balanced accuracy,
whose chance level is one over the number of labels.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mentionlens_data.labelling.sample_mentions import computed_slices
from mentionlens_data.schema import LabelledMention

__all__ = ["TRAITS", "Giveaway", "measure_giveaways"]

_WORD = re.compile(r"\w+")
_FOLDS = 5
_FEWEST = 10
_FRAME, _FRAMES = 3, 20

Traits = Mapping[str, float]


@dataclass(frozen=True)
class Giveaway:
    """How well one trait alone predicts the labels of one task.

    Attributes:
        task: the question.
        trait: what was looked at.
        balanced_accuracy: mean recall over the labels, cross-validated, in [0, 1].
        chance: one over the number of labels.
    """

    task: str
    trait: str
    balanced_accuracy: float
    chance: float

    @property
    def above_chance(self) -> float:
        """How far the trait is better than chance."""
        return self.balanced_accuracy - self.chance


def _first_words(text: str) -> Traits:
    return {f"{i} {word}": 1.0 for i, word in enumerate(_WORD.findall(text.casefold())[:3])}


def _length(text: str) -> Traits:
    words = len(text.split())
    return {"words": words / 50, "letters a word": len(text) / max(1, words) / 10} | {
        f"up to {limit}": float(words <= limit) for limit in (4, 8, 16, 32, 64)
    }


def _punctuation(text: str) -> Traits:
    return {sign: min(3.0, text.count(sign)) / 3 for sign in '!?.,…-()"'} | {
        "at": float("@" in text),
        "hash": float("#" in text),
    }


def _emoji(text: str) -> Traits:
    return {"emoji": float("emoji" in computed_slices(text))}


def _script(text: str) -> Traits:
    letters = [c for c in text if c.isalpha()]
    return {
        "ASCII": float(text.isascii()),
        "Cyrillic": sum("\u0400" <= c <= "\u04ff" for c in letters) / max(1, len(letters)),
        "capitals": sum(c.isupper() for c in letters) / max(1, len(letters)),
    }


def _frames(text: str) -> set[str]:
    words = _WORD.findall(text.casefold())
    return {" ".join(words[i : i + _FRAME]) for i in range(len(words) - _FRAME + 1)}


def _commonest_frames(rows: Sequence[LabelledMention]) -> Callable[[str], Traits]:
    counts = Counter(frame for row in rows for frame in _frames(row.text))
    commonest = {frame for frame, _ in counts.most_common(_FRAMES)}
    return lambda text: dict.fromkeys(_frames(text) & commonest, 1.0)


TRAITS: Mapping[str, Callable[[str], Traits]] = {
    "first three words": _first_words,
    "length": _length,
    "punctuation": _punctuation,
    "emoji": _emoji,
    "script": _script,
}
"""Name of a trait to the function that reads it off a text; `measure_giveaways` adds the twenty
commonest frames of three words of the very rows."""


def measure_giveaways(rows: Sequence[LabelledMention], *, seed: int = 0) -> list[Giveaway]:
    """Measure every trait for every task that the rows answer, in one language.

    Labels with fewer than ten rows are left out; a task with fewer than two labels then, too.
    """
    tasks = sorted({task for row in rows for task in row.labels})
    found = []
    for task in tasks:
        answered = [row for row in rows if task in row.labels]
        counts = Counter(row.labels[task] for row in answered)
        kept = [row for row in answered if counts[row.labels[task]] >= _FEWEST]
        labels = {row.labels[task] for row in kept}
        if len(labels) < 2:
            continue
        for trait, read in (*TRAITS.items(), ("commonest frames", _commonest_frames(kept))):
            accuracy = _cross_validated(kept, task, read, seed)
            found.append(Giveaway(task, trait, accuracy, 1 / len(labels)))
    return found


def _cross_validated(
    rows: Sequence[LabelledMention], task: str, read: Callable[[str], Traits], seed: int
) -> float:
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import balanced_accuracy_score
    from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline

    model: Any = make_pipeline(
        DictVectorizer(), LogisticRegression(class_weight="balanced", max_iter=1000)
    )
    labels = [row.labels[task] for row in rows]
    guesses = cross_val_predict(
        model,
        [read(row.text) for row in rows],
        labels,
        groups=[row.group for row in rows],
        cv=StratifiedGroupKFold(_FOLDS, shuffle=True, random_state=seed),
    )
    return float(balanced_accuracy_score(labels, guesses))

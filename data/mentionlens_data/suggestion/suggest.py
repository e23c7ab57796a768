"""From a scored pool to the mentions that are suggested, language by language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from mentionlens.manifest import TaskSpec
from numpy.typing import NDArray

from mentionlens_data.suggestion.choosing import choose, label_shares, worth_alone
from mentionlens_data.suggestion.copies import Copies, find_copies
from mentionlens_data.suggestion.errors import SuggestionError
from mentionlens_data.suggestion.pool import Pool
from mentionlens_data.suggestion.reasons import describe
from mentionlens_data.suggestion.rule import SuggestionRule
from mentionlens_data.suggestion.shares import language_shares
from mentionlens_data.suggestion.views import answers_view, letters_view

__all__ = ["Suggestion", "Suggestions", "suggest"]

_LEAST_CANDIDATES = 2_000
_CANDIDATES_EACH = 20
_MOST_CANDIDATES = 50_000


@dataclass(frozen=True)
class _Setting:
    """What holds for every language of a call."""

    pool: Pool
    places: Sequence[int]
    rule: SuggestionRule
    seed: int

    @property
    def tasks(self) -> list[TaskSpec]:
        """The tasks that count."""
        return [self.pool.tasks[place] for place in self.places]

    def answers(self, rows: NDArray[np.intp]) -> list[NDArray[np.float32]]:
        """Return the probabilities of these tasks for some mentions."""
        return [self.pool.probabilities[place][rows] for place in self.places]


@dataclass(frozen=True)
class Suggestion:
    """A mention that is worth a label.

    Attributes:
        mention: its index in the pool.
        lang: its language.
        because: why, in words.
    """

    mention: int
    lang: str
    because: str


@dataclass(frozen=True)
class Suggestions:
    """What was chosen from a pool.

    Attributes:
        chosen: the best of every language first, then the second best, and so on.
        candidates: by language, the mentions that are no copies.
        copies: what was left aside.
    """

    chosen: tuple[Suggestion, ...]
    candidates: dict[str, int]
    copies: Copies


def suggest(
    pool: Pool,
    number: int,
    *,
    labelled: Sequence[str] = (),
    tasks: Sequence[str] = (),
    rule: SuggestionRule | None = None,
    seed: int = 0,
) -> Suggestions:
    """Choose mentions to be labelled.

    Args:
        pool: scored mentions.
        number: how many; fewer where the pool has fewer that are no copies.
        labelled: `copy_key` of texts that are labelled already.
        tasks: names of the tasks that matter; by default all.
        rule: weights; by default those that were found by measurement.
        seed: of the part that chance has; the same call always gives the same answer.

    Raises:
        SuggestionError: the bundle has no such task.
    """
    rule = rule or SuggestionRule()
    setting = _Setting(pool, task_places(pool.tasks, tasks), rule, seed)
    copies = find_copies(pool.keys, labelled)
    langs = np.array(pool.langs, dtype=object)
    left = np.flatnonzero(copies.kept)
    candidates = dict(sorted(Counter(langs[left].tolist()).items()))
    shares = language_shares(candidates, number, rule.language_power)
    found: list[tuple[int, str, Suggestion]] = []
    for lang, share in shares.items():
        if share:
            rows = left[langs[left] == lang]
            chosen = _in_language(setting, rows, lang, share)
            found += [(place, lang, item) for place, item in enumerate(chosen)]
    found.sort(key=lambda item: item[:2])
    return Suggestions(tuple(item for _, _, item in found), candidates, copies)


def task_places(specs: Sequence[TaskSpec], names: Sequence[str]) -> list[int]:
    """Return the indices of named tasks, of all where none is named.

    Raises:
        SuggestionError: the bundle has no such task.
    """
    known = [spec.name for spec in specs]
    for name in names:
        if name not in known:
            raise SuggestionError(f"no task {name!r}; the bundle has {', '.join(known)}")
    return [place for place, name in enumerate(known) if not names or name in names]


def _in_language(
    setting: _Setting, rows: NDArray[np.intp], lang: str, share: int
) -> list[Suggestion]:
    everything = setting.answers(rows)
    guessed = [_frequencies(values) for values in everything]
    rows = _shortlist(setting, rows, share)
    answers = setting.answers(rows)
    choices = choose(
        answers,
        _view(setting, rows),
        share,
        setting.rule,
        shares=label_shares(everything),
        seed=setting.seed,
    )
    return [
        Suggestion(
            mention=int(rows[choice.row]),
            lang=lang,
            because=describe(
                choice, setting.tasks, [values[choice.row] for values in answers], guessed, lang
            ),
        )
        for choice in choices
    ]


def _shortlist(setting: _Setting, rows: NDArray[np.intp], share: int) -> NDArray[np.intp]:
    """Return the rows that are compared with one another, in their order: what fits in memory."""
    size = max(_LEAST_CANDIDATES, min(_CANDIDATES_EACH * share, _MOST_CANDIDATES), share)
    if len(rows) <= size:
        return rows
    worth = worth_alone(setting.answers(rows), setting.rule, seed=setting.seed)
    return np.sort(rows[np.argsort(-worth, kind="stable")[:size]])


def _view(setting: _Setting, rows: NDArray[np.intp]) -> NDArray[np.float32]:
    if setting.rule.view == "answers":
        return answers_view([values[rows] for values in setting.pool.probabilities])
    return letters_view([setting.pool.keys[row] for row in rows], seed=setting.seed)


def _frequencies(probabilities: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return how often each label is the likeliest, as a share."""
    found = np.bincount(probabilities.argmax(axis=1), minlength=probabilities.shape[1])
    return found / max(1, len(probabilities))

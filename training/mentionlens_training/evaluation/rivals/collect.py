"""What else could answer the same rows: the majority class, TF-IDF, and what others published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from mentionlens_data.corpora.entry import LedgerEntry

from mentionlens_training.evaluation.answers import RowFacts, TaskAnswers
from mentionlens_training.evaluation.measures.metrics import confusion_matrix, macro_f1_of
from mentionlens_training.evaluation.rivals.published import published_rivals
from mentionlens_training.evaluation.schema import Rival

if TYPE_CHECKING:
    from mentionlens_training.evaluation.rivals.baseline import Baseline

__all__ = ["rivals"]

_METRIC = "macro-F1"


def rivals(
    answers: TaskAnswers,
    facts: Sequence[RowFacts],
    *,
    baseline: Baseline | None,
    lang: str,
    ledger: Mapping[str, LedgerEntry],
) -> tuple[Rival, ...]:
    """Return the rivals of one task in one language.

    First the majority class over all rows, then TF-IDF over all rows and over each source, then
    the published figures of each source. Sources come in alphabetical order.

    Args:
        answers: to one task, over the rows of one language.
        facts: of every row; `answers.rows` counts in them.
        baseline: answers of TF-IDF to these rows, if it was asked for.
        lang: ISO 639-1 code of the language.
        ledger: corpus to its entry.
    """
    if not len(answers):
        return ()
    return (
        _majority(answers),
        *([] if baseline is None else _tfidf(answers, facts, baseline, lang)),
        *published_rivals(answers, facts, lang=lang, ledger=ledger),
    )


def _majority(answers: TaskAnswers) -> Rival:
    # The most frequent right label of these very rows: the best that a constant could do.
    most = np.bincount(answers.gold).argmax()
    return Rival(
        name="majority class",
        kind="majority",
        source=None,
        metric=_METRIC,
        value=_macro_f1(answers, np.full_like(answers.gold, most)),
        ours=_macro_f1(answers, answers.predicted),
    )


def _tfidf(
    answers: TaskAnswers, facts: Sequence[RowFacts], baseline: Baseline, lang: str
) -> Iterator[Rival]:
    """Yield TF-IDF over all rows that it answered, then over those of each source."""
    ids = {label: index for index, label in enumerate(answers.labels)}
    rows = [facts[index] for index in answers.rows.tolist()]
    given = [baseline.answer(lang, answers.task, row.id) for row in rows]
    # A label that the bundle does not have is wrong in any case.
    guesses = np.array([ids.get(str(label), len(ids)) for label in given], dtype=np.int64)
    answered = np.array([label is not None for label in given], dtype=np.bool_)
    sources = np.array([row.source for row in rows])
    for source in (None, *np.unique(sources[answered]).tolist()):
        of_source = np.full(len(rows), True) if source is None else sources == source
        chosen = of_source & answered
        if not chosen.any():
            return
        part = answers.take(chosen)
        yield Rival(
            name="TF-IDF",
            kind="tfidf",
            source=source,
            metric=_METRIC,
            value=_macro_f1(part, guesses[chosen]),
            ours=_macro_f1(part, part.predicted),
            note=None
            if chosen.sum() == of_source.sum()
            else f"{chosen.sum():,} of {of_source.sum():,} rows answered",
        )


def _macro_f1(answers: TaskAnswers, guesses: npt.NDArray[np.int64]) -> float:
    # One label more than there are: a guess may be none of them.
    return float(macro_f1_of(confusion_matrix(answers.gold, guesses, len(answers.labels) + 1)))

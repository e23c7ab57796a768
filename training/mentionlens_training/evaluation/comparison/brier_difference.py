"""How much nearer to the truth the probabilities of one version are than those of the other.

The difference of two Brier scores on the same rows is a plain mean over rows, so that its interval
needs no resampling: the normal one of a paired mean. In a mean over cells, a row that counts in
several tasks is one observation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean

import numpy as np
import numpy.typing as npt

from mentionlens_training.evaluation.comparison.pairing import PairedAnswers
from mentionlens_training.evaluation.comparison.schema import Difference, Verdict
from mentionlens_training.evaluation.measures.brier import brier_scores

__all__ = ["BrierScores", "brier_difference", "brier_verdict", "score_rows"]


@dataclass(frozen=True)
class BrierScores:
    """Scores of both versions in one cell.

    Attributes:
        rows: (rows,) which ones, across the cells of a comparison.
        a: (rows,) of the old version.
        b: (rows,) of the new one.
    """

    rows: npt.NDArray[np.int64]
    a: npt.NDArray[np.float64]
    b: npt.NDArray[np.float64]


def score_rows(paired: PairedAnswers) -> BrierScores:
    """Return the scores of one cell."""
    return BrierScores(
        paired.a.rows,
        brier_scores(paired.a.probabilities, paired.a.gold),
        brier_scores(paired.b.probabilities, paired.b.gold),
    )


def brier_difference(cells: Sequence[BrierScores], confidence: float) -> Difference:
    """Return the plain mean over cells, with its interval.

    Args:
        cells: one or more, each of one or more rows.
        confidence: of the interval, such as 0.95.
    """
    gains = [cell.b - cell.a for cell in cells]
    off = [(gain - gain.mean()) / (gain.size * len(cells)) for gain in gains]
    rows = np.concatenate([cell.rows for cell in cells])
    _, row = np.unique(rows, return_inverse=True)
    of_a_row = np.bincount(row, weights=np.concatenate(off))
    reach = NormalDist().inv_cdf((1 + confidence) / 2) * float(np.sqrt(np.square(of_a_row).sum()))
    a, b = (fmean(float(getattr(cell, side).mean()) for cell in cells) for side in "ab")
    return Difference(
        a=a, b=b, difference=b - a, low=max(-1.0, b - a - reach), high=min(1.0, b - a + reach)
    )


def brier_verdict(found: Difference) -> Verdict:
    """Say which version's probabilities are nearer to the truth; a smaller score is better."""
    if found.low <= 0 <= found.high:
        return "no difference shown"
    return "better" if found.high < 0 else "worse"

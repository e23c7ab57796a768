"""The Brier score: how far probabilities are from what was right.

It is a proper scoring rule: nothing but the true probabilities makes it smallest, so it sees a
model that is less sure of what it knows as well as one whose probabilities promise too much,
whether or not the answers change (Brier: Verification of Forecasts Expressed in Terms of
Probability, Monthly Weather Review 78, 1950; Gneiting, Raftery: Strictly Proper Scoring Rules,
Prediction, and Estimation, Journal of the American Statistical Association 102, 2007). Unlike the
log-loss it is bounded: one row that is sure and wrong does not decide over thousands.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["brier_scores"]


def brier_scores(
    probabilities: npt.NDArray[np.float32], gold: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """Return (rows,) half the squared distances to the right answers, in [0, 1]; 0 is perfect.

    Half, so that with two labels it is the squared error of the one probability.

    Args:
        probabilities: (rows, labels).
        gold: (rows,) id of the right label.
    """
    errors = np.asarray(probabilities, dtype=np.float64).copy()
    errors[np.arange(len(gold)), gold] -= 1.0
    # Probabilities that were rounded may sum to a little more than 1.
    scores: npt.NDArray[np.float64] = np.minimum(1.0, 0.5 * np.square(errors).sum(axis=1))
    return scores

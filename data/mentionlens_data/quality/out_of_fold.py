"""Out-of-fold probabilities: what a model says of a row that it was not trained on.

Character n-grams (TF-IDF over hashed 2- to 4-grams) with logistic regression fitted by stochastic
gradient descent. It was chosen by measurement: `tests/benchmarks/suspicious_labels.py`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

__all__ = ["FOLDS", "LEAST_PER_LABEL", "LEAST_ROWS", "out_of_fold", "usable_labels", "why_not"]

FOLDS = 5
LEAST_ROWS = 200
"""Cells of fewer rows teach a model too little to doubt anybody."""
LEAST_PER_LABEL = 2 * FOLDS
"""Groups that a label needs in a cell; rows of rarer labels are left out."""

_BUCKETS = 2**20
_EPOCHS = 8
_PENALTY = 1e-4
_LONGEST = 2_000
"""Characters that are read of a text."""


def why_not(labels: Sequence[str], groups: Sequence[str]) -> str:
    """Say why a cell cannot be judged; empty if it can.

    Args:
        labels: one a row.
        groups: one a row; the rows of a group share their fold.
    """
    if len(labels) < LEAST_ROWS:
        return f"only {len(labels)} rows, {LEAST_ROWS} are needed"
    if len(usable_labels(labels, groups)) < 2:
        return f"fewer than two labels that stand in {LEAST_PER_LABEL} groups or more"
    return ""


def usable_labels(labels: Sequence[str], groups: Sequence[str]) -> list[str]:
    """Return the labels that stand in enough groups to be in every fold, sorted."""
    found = Counter(label for label, _ in set(zip(labels, groups, strict=True)))
    return sorted(label for label, number in found.items() if number >= LEAST_PER_LABEL)


def out_of_fold(
    texts: Sequence[str], labels: NDArray[np.int64], groups: Sequence[str], *, seed: int = 0
) -> NDArray[np.float64]:
    """Return the probability of every label for every row, by models that did not see its group.

    Args:
        texts: one a row.
        labels: codes 0..K-1, each in `LEAST_PER_LABEL` groups or more.
        groups: one a row; the rows of a group share their fold.
        seed: decides the folds and the order of training.

    Returns:
        Rows x K; each row sums to one.
    """
    from sklearn.linear_model import SGDClassifier
    from sklearn.model_selection import StratifiedGroupKFold

    features = _features(texts)
    probabilities = np.zeros((len(labels), int(labels.max()) + 1))
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
    _, codes = np.unique(np.asarray(groups), return_inverse=True)
    for train, held_out in folds.split(features, labels, codes):
        model = SGDClassifier(
            loss="log_loss", alpha=_PENALTY, max_iter=_EPOCHS, tol=None, random_state=seed
        )
        model.fit(features[train], labels[train])
        found = model.predict_proba(features[held_out])
        # A fold may lack a label when its groups are large.
        probabilities[np.ix_(held_out, model.classes_)] = found
    return probabilities


def _features(texts: Sequence[str]) -> csr_matrix:
    from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer

    hashing = HashingVectorizer(
        analyzer="char_wb",
        ngram_range=(2, 4),
        n_features=_BUCKETS,
        alternate_sign=False,
        norm=None,
        dtype=np.float32,
    )
    counts = hashing.transform(text[:_LONGEST] for text in texts)
    return TfidfTransformer(sublinear_tf=True).fit_transform(counts, None)

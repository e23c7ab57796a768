"""Temperature scaling: one number that makes a task's probabilities mean what they say.

A model is surer than it should be in languages of which it saw little, so each language may have a
number of its own; where it has few rows, it stays near that of all languages.

Guo, Pleiss, Sun, Weinberger: On Calibration of Modern Neural Networks, ICML 2017.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

__all__ = ["balanced_weights", "fit_language_temperatures", "fit_temperature"]

_BOUNDS = (0.05, 20.0)
# A language's own temperature needs so many rows, and weighs as much as that of all languages when
# it has so many.
_LEAST_ROWS, _PRIOR_ROWS = 100, 100


def fit_temperature(
    logits: npt.ArrayLike, labels: npt.ArrayLike, weights: npt.ArrayLike | None = None
) -> float:
    """Return the temperature that minimises the negative log-likelihood of the labels.

    Args:
        logits: (rows, labels) of validation data.
        labels: (rows,) index of the right label.
        weights: (rows,) importance of each row; all the same where None.

    Raises:
        ValueError: there are no rows, or the lengths differ.
    """
    values = torch.as_tensor(np.asarray(logits, dtype=np.float64))
    targets = torch.as_tensor(np.asarray(labels, dtype=np.int64))
    if len(values) == 0 or len(values) != len(targets):
        raise ValueError(f"{len(values)} rows of logits and {len(targets)} labels")
    scale = torch.ones(len(values), dtype=torch.float64)
    if weights is not None:
        scale = torch.as_tensor(np.asarray(weights, dtype=np.float64))
    log_temperature = torch.zeros((), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([log_temperature], max_iter=100, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        losses = functional.cross_entropy(values / log_temperature.exp(), targets, reduction="none")
        loss = (losses * scale).sum() / scale.sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    return float(np.clip(log_temperature.detach().exp().item(), *_BOUNDS))


def fit_language_temperatures(
    logits: npt.ArrayLike, labels: npt.ArrayLike, languages: Sequence[str], overall: float
) -> dict[str, float]:
    """Fit a temperature for each language of a hundred rows or more.

    It is drawn towards that of all languages, in the logarithm, as by a hundred more rows.

    Args:
        logits: (rows, labels) of validation data.
        labels: (rows,) index of the right label.
        languages: (rows,) code of each row's language.
        overall: temperature of all languages.

    Returns:
        Language to temperature.

    Raises:
        ValueError: the lengths differ.
    """
    values, targets = np.asarray(logits), np.asarray(labels)
    codes = np.asarray(languages)
    if not len(values) == len(targets) == len(codes):
        raise ValueError(
            f"{len(values)} rows of logits, {len(targets)} labels, {len(codes)} languages"
        )
    fitted = {}
    for lang, rows in sorted(Counter(codes.tolist()).items()):
        if rows >= _LEAST_ROWS:
            own = fit_temperature(values[codes == lang], targets[codes == lang])
            sums = rows * np.log(own) + _PRIOR_ROWS * np.log(overall)
            fitted[lang] = float(np.exp(sums / (rows + _PRIOR_ROWS)))
    return fitted


def balanced_weights(groups: Sequence[str]) -> npt.NDArray[np.float64]:
    """Weigh rows so that every group (for example a language) counts the same in sum."""
    _, inverse, counts = np.unique(np.asarray(groups), return_inverse=True, return_counts=True)
    weights: npt.NDArray[np.float64] = 1.0 / counts[inverse]
    return weights

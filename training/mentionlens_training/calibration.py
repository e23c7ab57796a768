"""Temperature scaling: one number a task that makes probabilities mean what they say.

Guo, Pleiss, Sun, Weinberger: On Calibration of Modern Neural Networks, ICML 2017.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

__all__ = ["balanced_weights", "fit_temperature"]

_BOUNDS = (0.05, 20.0)


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


def balanced_weights(groups: Sequence[str]) -> npt.NDArray[np.float64]:
    """Weigh rows so that every group (for example a language) counts the same in sum."""
    _, inverse, counts = np.unique(np.asarray(groups), return_inverse=True, return_counts=True)
    weights: npt.NDArray[np.float64] = 1.0 / counts[inverse]
    return weights

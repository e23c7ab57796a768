"""Runs token windows through the torch model and through graphs, alone and in mixed batches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from mentionlens.batching import pad_windows, run_windows
from mentionlens.bundle import Bundle
from mentionlens.session import open_session
from numpy.typing import NDArray

from mentionlens_training.model import MultiTaskClassifier

__all__ = [
    "Logits",
    "alone_and_batched",
    "alone_and_in_production",
    "largest_difference",
    "probabilities",
    "torch_logits",
]

Logits = dict[str, NDArray[np.float64]]
_Run = Callable[[NDArray[np.int64], NDArray[np.int64]], Sequence[NDArray[np.float32]]]


def torch_logits(
    model: MultiTaskClassifier, windows: Sequence[Sequence[int]], size: int, padding_id: int
) -> Logits:
    """Return task to logits of the torch model in float32, (windows, labels)."""
    was_training = model.training
    model.eval()

    def run(ids: NDArray[np.int64], mask: NDArray[np.int64]) -> list[NDArray[np.float32]]:
        with torch.inference_mode():
            answers = model(torch.from_numpy(ids), torch.from_numpy(mask))
        return [answers[task.name].float().numpy() for task in model.tasks]

    try:
        return _batches(run, [task.name for task in model.tasks], windows, size, padding_id)
    finally:
        model.train(was_training)


def alone_and_in_production(
    bundle: Bundle, windows: Sequence[Sequence[int]], padding_id: int
) -> tuple[Logits, Logits]:
    """Return the logits of each window alone, and by the runtime's own way through a bulk.

    The runtime sorts by length, fills batches up to the graph's `max_batch` and runs them side
    by side.
    """
    session = open_session(bundle)
    tasks = bundle.manifest.tasks
    with ThreadPoolExecutor(2) as workers:
        bulk = run_windows(
            session,
            tasks,
            windows,
            batch_size=bundle.manifest.graph.max_batch,
            padding_id=padding_id,
            workers=workers,
        )
    alone = [
        run_windows(session, tasks, [window], batch_size=1, padding_id=padding_id)
        for window in windows
    ]
    return {name: np.concatenate([each[name] for each in alone]) for name in bulk}, bulk


def alone_and_batched(
    bundle: Bundle, windows: Sequence[Sequence[int]], size: int, padding_id: int
) -> tuple[Logits, Logits]:
    """Return the logits of a bundle's graph for each window alone, and in batches of `size`.

    The session has the production options.
    """
    session = open_session(bundle)
    tasks = bundle.manifest.tasks
    outputs = [task.output for task in tasks]

    def run(ids: NDArray[np.int64], mask: NDArray[np.int64]) -> Sequence[NDArray[np.float32]]:
        answers: Sequence[NDArray[np.float32]] = session.run(
            outputs, {"input_ids": ids, "attention_mask": mask}
        )
        return answers

    names = [task.name for task in tasks]
    return (
        _batches(run, names, windows, 1, padding_id),
        _batches(run, names, windows, size, padding_id),
    )


def largest_difference(expected: Logits, found: Logits) -> tuple[float, str]:
    """Return the largest |difference| and the task where it is; NaN counts as infinite."""
    worst, where = 0.0, "no task"
    for name, values in expected.items():
        difference = float(np.abs(values - found[name]).max(initial=0.0))
        if not difference <= worst:
            worst, where = (float("inf") if np.isnan(difference) else difference), name
    return worst, where


def probabilities(logits: NDArray[np.float64], temperature: float) -> NDArray[np.float64]:
    """Return softmax(logits / temperature), row by row."""
    scaled = logits.astype(np.float64) / temperature
    exponents = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    result: NDArray[np.float64] = exponents / exponents.sum(axis=1, keepdims=True)
    return result


def _batches(
    run: _Run, names: Sequence[str], windows: Sequence[Sequence[int]], size: int, padding_id: int
) -> Logits:
    """Run the windows in their own order, unsorted, so that lengths mix within a batch."""
    parts: dict[str, list[NDArray[np.float32]]] = {name: [] for name in names}
    for start in range(0, len(windows), size):
        ids, mask = pad_windows(windows[start : start + size], padding_id)
        for name, values in zip(names, run(ids, mask), strict=True):
            parts[name].append(values)
    return {name: np.concatenate(values).astype(np.float64) for name, values in parts.items()}

"""Runs token windows through the graph in batches of similar length and bounded size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mentionlens.errors import GraphMismatchError
from mentionlens.manifest import TaskSpec

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

__all__ = ["pad_windows", "padded_batches", "run_windows"]

# Pieces of one batch, padding included. More do not fit into a processor's nearer caches: for each
# mention, runs of 2,048 pieces took a third longer than runs of 256, and runs of one a sixth.
_PIECES_PER_BATCH = 256
# Pieces of padding that cost about as much as a run of the graph does beside its pieces.
_PADDING_PER_ROW = 16


def padded_batches(
    windows: Sequence[Sequence[int]], batch_size: int, pieces: int = _PIECES_PER_BATCH
) -> Iterator[list[int]]:
    """Group windows of similar length; a much longer one begins a batch of its own.

    Args:
        windows: rows of token ids.
        batch_size: rows of one batch at most.
        pieces: rows times longest row of one batch at most; a single longer row stands alone.

    Yields:
        Indices into `windows`; every index once.
    """
    batch: list[int] = []
    # Ascending length: the row that is added last is the longest one of its batch.
    for index in sorted(range(len(windows)), key=lambda i: len(windows[i])):
        length = len(windows[index])
        if batch:
            full = len(batch) == batch_size or (len(batch) + 1) * length > pieces
            if full or length - len(windows[batch[-1]]) > _PADDING_PER_ROW:
                yield batch
                batch = []
        batch.append(index)
    if batch:
        yield batch


def pad_windows(
    windows: Sequence[Sequence[int]], padding_id: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return ids and attention mask, both (windows, longest), short rows filled on the right."""
    length = max(len(window) for window in windows)
    ids = np.full((len(windows), length), padding_id, dtype=np.int64)
    mask = np.zeros((len(windows), length), dtype=np.int64)
    for row, window in enumerate(windows):
        ids[row, : len(window)] = window
        mask[row, : len(window)] = 1
    return ids, mask


def run_windows(
    session: InferenceSession,
    tasks: Sequence[TaskSpec],
    windows: Sequence[Sequence[int]],
    *,
    batch_size: int,
    padding_id: int = 0,
    workers: Executor | None = None,
) -> dict[str, NDArray[np.float64]]:
    """Run every window.

    Args:
        session: the opened graph.
        tasks: the tasks to answer.
        windows: rows of token ids.
        batch_size: rows of one run at most.
        padding_id: id that fills short rows, hidden by the attention mask.
        workers: threads that run batches side by side; None runs them one after the other.

    Returns:
        Task name to logits, (windows, labels), rows in the order of `windows`.

    Raises:
        GraphMismatchError: the graph fails on the ids, or an output has another shape.
    """
    logits = {task.name: np.empty((len(windows), len(task.labels))) for task in tasks}
    batches = list(padded_batches(windows, batch_size))

    def run(batch: Sequence[int]) -> Sequence[NDArray[np.float32]]:
        return _run(session, tasks, [windows[index] for index in batch], padding_id)

    apply = workers.map if workers is not None and len(batches) > 1 else map
    answers = apply(run, batches)
    for batch, values in zip(batches, answers, strict=True):
        for task, value in zip(tasks, values, strict=True):
            logits[task.name][batch] = value
    return logits


def _run(
    session: InferenceSession,
    tasks: Sequence[TaskSpec],
    windows: Sequence[Sequence[int]],
    padding_id: int,
) -> Sequence[NDArray[np.float32]]:
    ids, mask = pad_windows(windows, padding_id)
    try:
        values: Sequence[NDArray[np.float32]] = session.run(
            [task.output for task in tasks], {"input_ids": ids, "attention_mask": mask}
        )
    except Exception as error:  # onnxruntime's exceptions share no narrower base
        raise GraphMismatchError(
            f"the graph fails on a batch of {ids.shape} ids up to {ids.max()} ({error}); "
            "do the tokenizer and the graph belong together?"
        ) from error
    for task, value in zip(tasks, values, strict=True):
        expected = (len(windows), len(task.labels))
        if value.shape != expected:
            raise GraphMismatchError(
                f"output {task.output!r} gave {value.shape}, task {task.name!r} with "
                f"{len(task.labels)} labels needs {expected}"
            )
    return values

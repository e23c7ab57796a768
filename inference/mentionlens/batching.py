"""Runs token windows through the graph in batches of similar length and bounded size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mentionlens.errors import GraphMismatchError
from mentionlens.manifest import TaskSpec

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

__all__ = ["padded_batches", "run_windows"]

# Pieces of one batch, padding included: what bounds the memory of one run.
_PIECES_PER_BATCH = 2048


def padded_batches(
    windows: Sequence[Sequence[int]], batch_size: int, pieces: int = _PIECES_PER_BATCH
) -> Iterator[list[int]]:
    """Group windows of similar length.

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
        if batch and (len(batch) == batch_size or (len(batch) + 1) * len(windows[index]) > pieces):
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


def run_windows(
    session: InferenceSession,
    tasks: Sequence[TaskSpec],
    windows: Sequence[Sequence[int]],
    *,
    batch_size: int,
    padding_id: int = 0,
) -> dict[str, NDArray[np.float64]]:
    """Run every window.

    Args:
        session: the opened graph.
        tasks: the tasks to answer.
        windows: rows of token ids.
        batch_size: rows of one run at most.
        padding_id: id that fills short rows, hidden by the attention mask.

    Returns:
        Task name to logits, (windows, labels), rows in the order of `windows`.

    Raises:
        GraphMismatchError: the graph fails on the ids, or an output has another shape.
    """
    logits = {task.name: np.empty((len(windows), len(task.labels))) for task in tasks}
    outputs = [task.output for task in tasks]
    for batch in padded_batches(windows, batch_size):
        length = max(len(windows[index]) for index in batch)
        ids = np.full((len(batch), length), padding_id, dtype=np.int64)
        mask = np.zeros((len(batch), length), dtype=np.int64)
        for row, index in enumerate(batch):
            ids[row, : len(windows[index])] = windows[index]
            mask[row, : len(windows[index])] = 1
        try:
            values = session.run(outputs, {"input_ids": ids, "attention_mask": mask})
        except Exception as error:  # onnxruntime's exceptions share no narrower base
            raise GraphMismatchError(
                f"the graph fails on a batch of {ids.shape} ids up to {ids.max()} ({error}); "
                "do the tokenizer and the graph belong together?"
            ) from error
        for task, value in zip(tasks, values, strict=True):
            expected = (len(batch), len(task.labels))
            if value.shape != expected:
                raise GraphMismatchError(
                    f"output {task.output!r} gave {value.shape}, task {task.name!r} with "
                    f"{len(task.labels)} labels needs {expected}"
                )
            logits[task.name][batch] = value
    return logits

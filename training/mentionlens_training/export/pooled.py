"""Pooled answers of an encoder to many mentions: what heads are trained on, and checked with."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import numpy as np
import onnx
import torch
from mentionlens.batching import pad_windows, padded_batches
from mentionlens.cpu import default_threads
from mentionlens.session import open_graph
from numpy.typing import NDArray
from transformers import PreTrainedModel

from mentionlens_training.export.heads import POOLED_OUTPUT
from mentionlens_training.model import mean_pool

__all__ = ["EncoderPooler", "GraphPooler", "Pooler"]

_BATCH_SIZE = 64


class Pooler(Protocol):
    """Token windows in, one row of features each out."""

    @property
    def size(self) -> int:
        """Features of a row."""

    def __call__(self, windows: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """Return (windows, size), in the order of the windows."""


class GraphPooler:
    """The encoder of a shipped graph, with the options of production: what services compute.

    A context manager: the graph lies in a temporary file while it is open.

    Args:
        graph: from `pooled_graph`.
        max_batch: rows of one run at most.
        padding_id: id of the padding piece.
    """

    def __init__(self, graph: onnx.ModelProto, *, max_batch: int, padding_id: int) -> None:
        self._stack = ExitStack()
        folder = self._stack.enter_context(
            tempfile.TemporaryDirectory(prefix="mentionlens-pooled-")
        )
        path = Path(folder) / "pooled.onnx"
        onnx.save_model(graph, str(path))
        self._session = open_graph(path)
        self._workers = self._stack.enter_context(ThreadPoolExecutor(default_threads()))
        self._max_batch, self._padding_id = max_batch, padding_id
        self._size = int(self([[padding_id]]).shape[1])

    @property
    def size(self) -> int:
        """Features of a row."""
        return self._size

    def __call__(self, windows: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """Return (windows, size), in the order of the windows."""
        batches = list(padded_batches(windows, self._max_batch))

        def run(batch: Sequence[int]) -> NDArray[np.float32]:
            ids, mask = pad_windows([windows[i] for i in batch], self._padding_id)
            feed = {"input_ids": ids, "attention_mask": mask}
            values: NDArray[np.float32] = self._session.run([POOLED_OUTPUT], feed)[0]
            return values

        values = list(self._workers.map(run, batches))
        return _in_order(batches, values)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Remove the temporary file."""
        self._stack.close()


class EncoderPooler:
    """A torch encoder, under bfloat16 autocast where that is wanted.

    Args:
        encoder: in evaluation mode.
        padding_id: id of the padding piece.
        bfloat16: faster on processors that know it, and close enough to train heads on.
    """

    def __init__(self, encoder: PreTrainedModel, *, padding_id: int, bfloat16: bool = True) -> None:
        self._encoder, self._padding_id, self._bfloat16 = encoder, padding_id, bfloat16

    @property
    def size(self) -> int:
        """Features of a row."""
        return int(self._encoder.config.hidden_size)

    @torch.inference_mode()
    def __call__(self, windows: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """Return (windows, size), in the order of the windows."""
        self._encoder.eval()  # type: ignore[no-untyped-call]
        batches = list(padded_batches(windows, _BATCH_SIZE))
        values = []
        for batch in batches:
            ids, mask = map(
                torch.from_numpy, pad_windows([windows[i] for i in batch], self._padding_id)
            )
            with torch.autocast("cpu", torch.bfloat16, enabled=self._bfloat16):
                hidden = self._encoder(input_ids=ids, attention_mask=mask).last_hidden_state
            values.append(mean_pool(hidden.float(), mask).numpy())
        return _in_order(batches, values)


def _in_order(
    batches: Sequence[Sequence[int]], values: Sequence[NDArray[np.float32]]
) -> NDArray[np.float32]:
    places = np.concatenate([np.asarray(batch) for batch in batches])
    rows = np.concatenate(values)
    pooled = np.empty_like(rows)
    pooled[places] = rows
    return pooled

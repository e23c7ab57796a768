"""Logits of the torch model over a whole data set."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import numpy.typing as npt
import torch
from datasets import Dataset

from mentionlens_training.dataset import Collator
from mentionlens_training.model import MultiTaskClassifier

__all__ = ["predict_logits"]


@torch.inference_mode()
def predict_logits(
    model: MultiTaskClassifier, dataset: Dataset, pad_id: int, batch_size: int
) -> dict[str, npt.NDArray[np.float32]]:
    """Return task to logits, (rows, labels), in the order of the rows.

    Batches are sorted by length, which saves padding; the model runs in its own precision.
    """
    order = np.argsort(np.array(list(dataset["length"])), kind="stable")
    collate = Collator(pad_id)
    parts: dict[str, list[npt.NDArray[np.float32]]] = defaultdict(list)
    for start in range(0, len(order), batch_size):
        batch = collate([dataset[int(i)] for i in order[start : start + batch_size]])
        for name, values in model(batch["input_ids"], batch["attention_mask"]).items():
            parts[name].append(values.float().numpy())
    back = np.argsort(order, kind="stable")
    return {name: np.concatenate(chunks)[back] for name, chunks in parts.items()}

"""Whether a model that came back out of a bundle still answers as the bundle does."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from mentionlens.bundle import Bundle
from mentionlens.errors import MentionlensError
from mentionlens.tokenization import TextEncoder
from mentionlens.verification import GoldenText, read_golden

from mentionlens_training.dataset import TextPreparer
from mentionlens_training.export.gate_runs import probabilities, torch_logits
from mentionlens_training.init import Init

__all__ = ["BOUND", "ParityError", "check_parity"]

BOUND = 0.15
"""Largest |difference| of a probability: the shipped graph rounds activations, torch does not."""

_BATCH_SIZE = 16


class ParityError(MentionlensError):
    """The model that was loaded back answers golden texts otherwise than its bundle."""


def check_parity(start: Init, folder: Path) -> tuple[int, float]:
    """Compare the loaded model with the answers that its bundle promises to golden texts.

    Texts of several windows are left out: the runtime averages over them.

    Args:
        start: the model that was loaded from the bundle.
        folder: of the bundle.

    Returns:
        How many texts were compared, and the largest |difference| of a probability.

    Raises:
        ParityError: a probability differs by more than `BOUND`, or a label where the two best
            labels are farther apart than that; or training reads a text otherwise.
    """
    bundle = Bundle.load(folder)
    encoder = TextEncoder(bundle)
    text = start.trained.config.text
    preparer = TextPreparer(
        start.trained.tokenizer, text.model_copy(update={"train_length": text.max_length})
    )
    golden: list[GoldenText] = []
    windows = []
    for item in read_golden(bundle.golden_path, bundle.manifest.tasks):
        read = encoder.encode(item.text).windows
        if preparer.ids([item.text])[0] != list(read[0]):
            raise ParityError(
                f"golden text {item.id!r}: training cuts it into other pieces than the bundle; "
                "was the tokenizer of the bundle replaced?"
            )
        if len(read) == 1:
            golden.append(item)
            windows.append(read[0])
    logits = torch_logits(start.trained.model, windows, _BATCH_SIZE, encoder.padding_id)
    worst = 0.0
    for task in bundle.manifest.tasks:
        found = probabilities(logits[task.name], task.temperature)
        for item, row in zip(golden, found, strict=True):
            expected = np.array([item.expected[task.name][label] for label in task.labels])
            difference = float(np.abs(expected - row).max())
            worst = max(worst, difference)
            right, given = int(expected.argmax()), int(row.argmax())
            # Not `>`: a probability that is no number is a difference.
            if not difference <= BOUND or expected[right] - expected[given] > BOUND:
                raise ParityError(
                    f"golden text {item.id!r}, {task.name}: the bundle says "
                    f"{task.labels[right]!r} ({expected[right]:.3f}), the model loaded from it "
                    f"{task.labels[given]!r} ({row[given]:.3f}), which differs by "
                    f"{difference:.3f} where {BOUND} is allowed; `mentionlens verify {folder}` "
                    "tells whether the bundle itself answers as promised here"
                )
    return len(golden), worst

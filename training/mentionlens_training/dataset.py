"""From labelled mentions to padded batches of ids and label ids."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from datasets import Dataset
from mentionlens.normalization import TextNormalizer
from mentionlens.romanization import RomanizationReader
from mentionlens_data.schema import LabelledMention
from mentionlens_data.tasks import Task
from tokenizers import Tokenizer
from torch import Tensor

from mentionlens_training.config import TextConfig

__all__ = ["HELD", "NO_LABEL", "Collator", "TextPreparer", "build_dataset"]

HELD = "held"
"""Column of the answers that a retraining holds, where it does."""

# The index that torch's cross-entropy ignores.
NO_LABEL = -100


class TextPreparer:
    """Raw text to ids, through the same normaliser and reader of romanized texts as the runtime.

    Args:
        tokenizer: of the encoder.
        config: prefix, normaliser, and the length that training reads.
    """

    def __init__(self, tokenizer: Tokenizer, config: TextConfig) -> None:
        self._tokenizer = Tokenizer.from_str(tokenizer.to_str())
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(config.train_length)
        self._normalizer = TextNormalizer(config.normalizer_version, config.normalizer_options)
        self._romanization = RomanizationReader(self._tokenizer, config.romanized_languages)
        self._prefix = config.prefix

    def text(self, raw: str) -> str:
        """Return the text as it enters the tokenizer."""
        text = self._normalizer.normalize(raw)
        reading = self._romanization.read(text)
        return self._prefix + (reading.text if reading else text)

    def ids(self, raw: Sequence[str]) -> list[list[int]]:
        """Return the ids of each text, special pieces included, cut to the training length."""
        encodings = self._tokenizer.encode_batch([self.text(text) for text in raw])
        return [encoding.ids for encoding in encodings]


def build_dataset(
    rows: Sequence[LabelledMention], tasks: Sequence[Task], preparer: TextPreparer
) -> Dataset:
    """Return a dataset with `input_ids`, `length`, `labels`, `excluded` and `weight`.

    `labels` is one id a task; `excluded` says for each label of all tasks, in order, whether the
    row surely does not have it.

    Raises:
        ValueError: a row carries a label that its task does not know.
    """
    positions = {task.name: {label: i for i, label in enumerate(task.labels)} for task in tasks}

    def label_ids(row: LabelledMention) -> list[int]:
        try:
            return [
                positions[task.name][row.labels[task.name]] if task.name in row.labels else NO_LABEL
                for task in tasks
            ]
        except KeyError as error:
            raise ValueError(f"row {row.id}: unknown label {error}") from error

    ids = preparer.ids([row.text for row in rows])
    return Dataset.from_dict(
        {
            "input_ids": ids,
            "length": [len(item) for item in ids],
            "labels": [label_ids(row) for row in rows],
            "excluded": [
                [
                    label in row.excluded.get(task.name, ())
                    for task in tasks
                    for label in task.labels
                ]
                for row in rows
            ],
            "weight": [row.weight for row in rows],
        }
    )


class Collator:
    """Pads a batch to its longest mention.

    Args:
        pad_id: id of the padding piece.
    """

    def __init__(self, pad_id: int) -> None:
        self._pad_id = pad_id

    def __call__(self, features: Sequence[dict[str, Any]]) -> dict[str, Tensor]:
        """Return `input_ids` and `attention_mask` (batch, pieces), and what is known of the rows.

        That is `labels` (batch, tasks), `excluded` (batch, labels of all tasks), `weight` (batch,),
        and where the rows have it `held` (batch, labels of all tasks).
        """
        ids = [torch.tensor(feature["input_ids"]) for feature in features]
        padded = torch.nn.utils.rnn.pad_sequence(ids, True, self._pad_id)
        lengths = torch.tensor([len(item) for item in ids])
        columns = [name for name in ("labels", "excluded", "weight", HELD) if name in features[0]]
        return {
            "input_ids": padded,
            "attention_mask": (torch.arange(padded.shape[1]) < lengths[:, None]).long(),
            **{name: torch.tensor([feature[name] for feature in features]) for name in columns},
        }

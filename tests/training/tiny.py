"""A tiny model and tokenizer, made in code of real classes."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from mentionlens_data.tasks import Task, default_tasks
from mentionlens_training.config import RunConfig
from mentionlens_training.encoder.tokenizer import SPECIAL_PIECES, build_tokenizer
from mentionlens_training.model import MultiTaskClassifier
from mentionlens_training.trained import TrainedModel
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import BertConfig, BertModel

__all__ = [
    "LETTERS",
    "TEXTS",
    "WORDS",
    "random_batch",
    "snap_to_blocks",
    "tiny_classifier",
    "tiny_tokenizer",
    "tiny_trained",
    "torch_logits",
]

LETTERS = (
    "abcdefghijklmnopqrstuvwxyz"
    "ąćęłńóśźż"
    "ăâîșț"
    "áéíñú¿"
    "абвгдежзийклмнопрстуфхцчшщъьыэюя"
    "0123456789.,!?:#@-😡🥰"
)
WORDS = (
    "query", "user", "http", "paczka", "dziękuję", "kurier", "comanda", "livrare", "посылка",
    "спасибо", "доставка", "пратка", "благодаря", "pedido", "gracias", "enfadado", "ing", "ow",
)  # fmt: skip
TEXTS = {
    "pl": [
        "Paczka miała być w piątek, jest środa i cisza.",
        "dziękuję, kurier przyszedł na czas 🥰",
        "cena 12,50?",
        "kurier! paczka! " * 12,
    ],
    "bg": [
        "Пратката ми закъснява вече седмица 😡",
        "благодаря за бързата доставка!",
        "кога?",
        "доставка, доставка и пак доставка. " * 9,
    ],
    "es": [
        "¿Dónde está mi pedido? Estoy muy enfadado",
        "gracias, todo bien",
        "@zzz mira http://t.co/abc #pedido",
    ],
}


def tiny_tokenizer() -> Tokenizer:
    """Return a Unigram tokenizer with single letters and a few words."""
    pieces = [(piece, 0.0) for piece in SPECIAL_PIECES]
    pieces += [("▁", -2.0)]
    pieces += [(letter, -6.0 - 0.01 * rank) for rank, letter in enumerate(LETTERS)]
    pieces += [(letter.upper(), -8.0) for letter in LETTERS if letter.upper() != letter]
    pieces += [(f"▁{word}", -5.0 - 0.1 * rank) for rank, word in enumerate(WORDS)]
    pieces += [(word, -7.0 - 0.1 * rank) for rank, word in enumerate(WORDS)]
    return build_tokenizer(pieces)


def snap_to_blocks(table: Tensor) -> Tensor:
    """Round a table to 4-bit blocks of 32 with half-precision scales, as packed encoders are."""
    blocks = table.reshape(-1, 32)
    extreme = blocks.gather(1, blocks.abs().argmax(dim=1, keepdim=True))
    scale = (extreme / -8).half().float()
    steps = torch.where(scale != 0, blocks / scale, torch.zeros(())).round().clamp(-8, 7)
    return (steps * scale).reshape(table.shape)


def tiny_classifier(
    *, seed: int = 0, tasks: tuple[Task, ...] | None = None, vocabulary: int | None = None
) -> MultiTaskClassifier:
    """Return a BERT of 2 layers x 64 with lively logits, word embeddings in 4-bit blocks."""
    generator = torch.Generator().manual_seed(seed)
    config = BertConfig(
        vocab_size=vocabulary or tiny_tokenizer().get_vocab_size(),
        hidden_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=128,
        max_position_embeddings=64,
        pad_token_id=SPECIAL_PIECES.index("<pad>"),
    )
    model = MultiTaskClassifier(
        BertModel(config, add_pooling_layer=False), tasks or default_tasks()
    )
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, nn.Linear | nn.Embedding):
                module.weight.normal_(0.0, 0.15, generator=generator)
        for name, parameter in model.named_parameters():
            if name.endswith("bias"):
                parameter.normal_(0.0, 0.1, generator=generator)
        for head in model.heads.values():
            head.weight.normal_(0.0, 0.5, generator=generator)
        table = model.encoder.embeddings.word_embeddings.weight
        table.copy_(snap_to_blocks(table))
    return model.eval()


def random_batch(
    rows: int, pieces: int, *, vocabulary: int, seed: int = 0
) -> dict[str, np.ndarray]:
    """Return random ids, each row 3 pieces shorter than the one before."""
    rng = np.random.default_rng(seed)
    ids = rng.integers(4, vocabulary, (rows, pieces))
    lengths = np.maximum(1, pieces - 3 * np.arange(rows))
    mask = (np.arange(pieces)[None, :] < lengths[:, None]).astype(np.int64)
    return {"input_ids": np.where(mask == 1, ids, 1), "attention_mask": mask}


def torch_logits(model: MultiTaskClassifier, feed: dict[str, np.ndarray]) -> list[np.ndarray]:
    """Return the logits of each task, in task order."""
    with torch.no_grad():
        logits = model(**{name: torch.from_numpy(value) for name, value in feed.items()})
    return [value.numpy() for value in logits.values()]


def tiny_trained(**options: Any) -> TrainedModel:
    """Return the tiny model as training leaves it behind."""
    config = RunConfig.model_validate(
        {
            "name": "tiny",
            "version": "0.0.1",
            "seed": 1,
            "encoder": {"name": "tiny"},
            "text": {"train_length": 32, "max_length": 32, "max_windows": 2},
            "stages": [{"name": "all", "sampling": {"rows": 10}}],
            "calibration": {"low_confidence": {"sentiment": 0.4}},
        }
    )
    model = tiny_classifier(**options)
    return TrainedModel(
        model=model,
        tokenizer=tiny_tokenizer(),
        temperatures={task.name: 1.0 + 0.25 * i for i, task in enumerate(model.tasks)},
        config=config,
        languages=tuple(TEXTS),
        provenance={
            "encoder": {"name": "tiny", "origin": "code"},
            "data": {
                "fingerprint": "0" * 64,
                "corpora": {"made": {"licence": "CC0-1.0", "rows": 7}},
            },
        },
        log=[],
    )

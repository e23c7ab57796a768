"""How many pieces a second a training step reads, by dropout, batch and attention.

    python tests/benchmarks/training_step.py [--rounds 3]

Forward, backward and AdamW over the default encoder in bfloat16 autocast, word embeddings frozen,
as `mentionlens train` does it. The variants take turns; each line is the median of the rounds and
its ratio to the first variant.
"""

from __future__ import annotations

import argparse
import statistics
import time

import torch
from mentionlens_training.encoder.resolver import DEFAULT_ENCODER, resolve_encoder
from torch import nn
from transformers import PreTrainedModel

# Name, dropout, attention, mentions, pieces of a mention.
VARIANTS = (
    ("dropout 0.1, 48 mentions of 40 pieces", 0.1, "eager", 48, 40),
    ("no dropout, 48 mentions of 40 pieces", 0.0, "eager", 48, 40),
    ("no dropout, 64 mentions of 36 pieces", 0.0, "eager", 64, 36),
    ("no dropout, 192 mentions of 36 pieces", 0.0, "eager", 192, 36),
    ("no dropout, 64 of 36, sdpa attention", 0.0, "sdpa", 64, 36),
)
STEPS = 4


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    torch.manual_seed(0)
    encoder = resolve_encoder(DEFAULT_ENCODER).model.train()
    encoder.get_input_embeddings().requires_grad_(False)
    found: dict[str, list[float]] = {name: [] for name, *_ in VARIANTS}
    for round_ in range(arguments.rounds + 1):
        for name, dropout, attention, mentions, pieces in VARIANTS:
            encoder.set_attn_implementation(attention)
            rate = _pieces_a_second(encoder, dropout, mentions, pieces)
            # The first round warms up.
            if round_:
                found[name].append(rate)
    first = statistics.median(found[VARIANTS[0][0]])
    for name, rates in found.items():
        rate = statistics.median(rates)
        print(f"{name:45s} {rate:7,.0f} pieces/s  {rate / first:4.2f} times the first")


def _pieces_a_second(encoder: PreTrainedModel, dropout: float, mentions: int, pieces: int) -> float:
    for module in encoder.modules():
        if isinstance(module, nn.Dropout):
            module.p = dropout
    trained = [parameter for parameter in encoder.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=1e-6, fused=True)
    ids = torch.randint(5, 2000, (mentions, pieces))
    mask = torch.ones_like(ids)
    mask[1:, -2:] = 0
    start = time.perf_counter()
    for _ in range(STEPS):
        with torch.autocast("cpu", torch.bfloat16):
            hidden = encoder(input_ids=ids, attention_mask=mask).last_hidden_state
            loss = hidden.float().square().mean()
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    return STEPS * mentions * pieces / (time.perf_counter() - start)


if __name__ == "__main__":
    main()

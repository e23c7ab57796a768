"""Draws the rows of an epoch so that small languages, tasks and labels stay alive."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Sequence

from mentionlens_data.schema import LabelledMention

from mentionlens_training.config import SamplingConfig

__all__ = ["draw_epoch", "some_of_each_cell"]

_Cell = tuple[str, str, str, str]


def draw_epoch(rows: Sequence[LabelledMention], config: SamplingConfig, seed: int) -> list[int]:
    """Return indices into `rows`, shuffled; at most `config.rows` of them.

    A row that answers several tasks stands in several cells but is drawn at most
    `config.max_repeats` times in all. The draw depends on the rows, the configuration and the
    seed alone.
    """
    cells = _cells(rows)
    sizes = {cell: len(members) for cell, members in cells.items()}
    shares = {
        cell: config.source_shares.get(cell[0], 1.0)
        * config.task_shares.get(cell[2], 1.0)
        * sum(rows[i].weight for i in members) ** config.exponent
        for cell, members in cells.items()
    }
    generator = random.Random(seed)
    quotas = _quotas(sizes, shares, config)
    drawn: dict[int, int] = defaultdict(int)
    order: list[int] = []
    # The rarest cells choose first: a row that they took counts for the others, too.
    for cell in sorted(cells, key=lambda cell: (sizes[cell], cell)):
        members = cells[cell]
        wanted = quotas[cell] - sum(drawn[i] for i in members)
        for _ in range(config.max_repeats):
            if wanted <= 0:
                break
            free = [i for i in members if drawn[i] < config.max_repeats]
            free.sort(key=lambda i: drawn[i])
            least = [i for i in free if drawn[i] == drawn[free[0]]] if free else []
            chosen = generator.sample(least, min(wanted, len(least)))
            for i in chosen:
                drawn[i] += 1
            order.extend(chosen)
            wanted -= len(chosen)
    generator.shuffle(order)
    return order[: config.rows]


def some_of_each_cell(
    rows: Sequence[LabelledMention], most: int, seed: int
) -> list[LabelledMention]:
    """Return a random part of the rows in which every language x task has `most` of them.

    A row is taken while one of its own languages x tasks has fewer; a language x task that has
    not so many gives all of its rows.
    """
    counts: Counter[tuple[str, str]] = Counter()
    chosen = []
    for row in random.Random(seed).sample(list(rows), len(rows)):
        cells = [(row.lang, task) for task in row.labels]
        if any(counts[cell] < most for cell in cells):
            chosen.append(row)
            counts.update(cells)
    return chosen


def _cells(rows: Sequence[LabelledMention]) -> dict[_Cell, list[int]]:
    cells: dict[_Cell, list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        for task, label in row.labels.items():
            cells[row.source, row.lang, task, label].append(index)
        for task, labels in row.excluded.items():
            cells[row.source, row.lang, task, f"!{'|'.join(labels)}"].append(index)
    return cells


def _quotas(
    sizes: dict[_Cell, int], shares: dict[_Cell, float], config: SamplingConfig
) -> dict[_Cell, int]:
    """Scale the shares to `config.rows`; what a full cell cannot take goes to the others."""
    low, high = 0.0, config.rows / min(shares.values(), default=1.0)
    for _ in range(60):
        scale = (low + high) / 2
        total = sum(min(scale * shares[c], sizes[c] * config.max_repeats) for c in sizes)
        low, high = (scale, high) if total < config.rows else (low, scale)
    return {c: round(min(high * shares[c], sizes[c] * config.max_repeats)) for c in sizes}

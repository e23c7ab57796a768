"""What was suggested, in a few lines for a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from mentionlens_data.suggestion.pool import Pool
from mentionlens_data.suggestion.suggest import Suggestions

__all__ = ["summary_lines"]


def summary_lines(pool: Pool, found: Suggestions) -> Iterator[str]:
    """Yield how many were suggested by language and by guessed label, and what was left aside.

    Args:
        pool: that they were chosen from.
        found: what was chosen.
    """
    yield f"{len(found.chosen):,} of {len(pool):,} mentions are suggested"
    suggested = Counter(item.lang for item in found.chosen)
    langs = ", ".join(
        f"{lang} {suggested[lang]:,} of {count:,}" for lang, count in found.candidates.items()
    )
    yield f"by language: {langs}"
    rows = np.array([item.mention for item in found.chosen], dtype=np.intp)
    for task, values in zip(pool.tasks, pool.probabilities, strict=True):
        everywhere = np.bincount(values.argmax(axis=1), minlength=len(task.labels))
        chosen = np.bincount(values[rows].argmax(axis=1), minlength=len(task.labels))
        labels = ", ".join(
            f"{label} {number:,} of {total:,}"
            for label, number, total in zip(task.labels, chosen, everywhere, strict=True)
        )
        yield f"by guessed {task.name}: {labels}"
    yield (
        f"left aside: {found.copies.of_labelled:,} that repeat a labelled mention, "
        f"{found.copies.of_others:,} near-duplicates of other mentions"
    )
    if pool.left_out:
        kinds = ", ".join(f"{why} {number:,}" for why, number in pool.left_out.most_common())
        yield f"rows that are no mentions: {kinds}"

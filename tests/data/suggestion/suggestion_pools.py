"""Pools made in code: texts, languages and answers as a test needs them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from mentionlens.manifest import TaskSpec
from mentionlens_data.suggestion.copies import copy_key
from mentionlens_data.suggestion.pool import Pool

TASKS = (
    TaskSpec("sentiment", ("negative", "neutral", "positive"), "sentiment_logits", 1.0, 0.5),
    TaskSpec("troll", ("no", "yes"), "troll_logits", 1.0, 0.5),
)


def make_pool(
    texts: Sequence[str],
    langs: Sequence[str] | None = None,
    sentiment: Sequence[Sequence[float]] | None = None,
    troll: Sequence[Sequence[float]] | None = None,
) -> Pool:
    """A pool as `read_pool` gives it; answers that are not given are sure, and all the same."""
    size = len(texts)
    return Pool(
        tasks=TASKS,
        keys=[copy_key(text) for text in texts],
        langs=list(langs or ["pl"] * size),
        probabilities=(
            np.array(sentiment or [[0.02, 0.96, 0.02]] * size, dtype=np.float32),
            np.array(troll or [[0.99, 0.01]] * size, dtype=np.float32),
        ),
        files=np.zeros(size, dtype=np.int32),
        numbers=np.arange(size, dtype=np.int64),
    )

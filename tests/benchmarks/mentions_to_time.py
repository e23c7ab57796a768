"""The real mentions that the speed benchmarks answer: the project's own test rows."""

from __future__ import annotations

from collections.abc import Sequence

from mentionlens_data.labelling.sample_mentions import read_sample_mentions

# Words of a short mention at most, and of a long one at least.
SHORT, LONG = 15, 60


def own_mentions() -> tuple[list[str], list[str]]:
    """Return the short and the long test mentions, in the order of their files."""
    texts = [row.mention.text for row in read_sample_mentions() if row.mention.split == "test"]
    sizes = [len(text.split()) for text in texts]
    short = [text for text, size in zip(texts, sizes, strict=True) if size <= SHORT]
    return short, [text for text, size in zip(texts, sizes, strict=True) if size >= LONG]


def mixed(short: Sequence[str], long: Sequence[str], count: int) -> list[str]:
    """Return a bulk of different mentions, three quarters of them short."""
    few = min(count // 4, len(long))
    return [*_spread(short, count - few), *_spread(long, few)]


def _spread(texts: Sequence[str], count: int) -> list[str]:
    """Take texts from everywhere: neighbours have one language."""
    return [texts[index * len(texts) // count] for index in range(min(count, len(texts)))]

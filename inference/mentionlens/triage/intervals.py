"""Intervals of shares, for counts that may be small."""

from __future__ import annotations

import math

__all__ = ["difference_interval", "share_interval"]

_Z = 1.959963984540054  # 95 %


def share_interval(count: int, total: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share.

    Args:
        count: of what is shared.
        total: of all; 0 says nothing, and gives 0 to 1.
    """
    if not total:
        return 0.0, 1.0
    share, square = count / total, _Z * _Z / total
    middle = (share + square / 2) / (1 + square)
    half = _Z / (1 + square) * math.sqrt(share * (1 - share) / total + square / total / 4)
    return max(0.0, middle - half), min(1.0, middle + half)


def difference_interval(one: tuple[int, int], other: tuple[int, int]) -> tuple[float, float]:
    """Return Newcombe's 95 % interval of the difference of two shares, one less other.

    Args:
        one: count and total, which is not 0.
        other: likewise.
    """
    shares = [count / total for count, total in (one, other)]
    (low, high), (other_low, other_high) = share_interval(*one), share_interval(*other)
    difference = shares[0] - shares[1]
    below = math.hypot(shares[0] - low, other_high - shares[1])
    above = math.hypot(high - shares[0], shares[1] - other_low)
    return difference - below, difference + above

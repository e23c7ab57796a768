"""Puts the weights of the open model into huge pages (Linux 6.1 or newer).

A run reads all weights. In pages of 4 KB that is thousands of look-ups of addresses that the
processor cannot keep, a sixth to a quarter of a run's time (`tests/benchmarks/huge_pages.py`).
"""

from __future__ import annotations

import ctypes
import re
import sys
from collections.abc import Iterator
from pathlib import Path

__all__ = ["use_huge_pages"]

_HUGE = 2 << 20
_LEAST = 8 << 20
# include/uapi/asm-generic/mman-common.h
_MADV_HUGEPAGE, _MADV_COLLAPSE = 14, 25
# Anonymous memory that can be written: no file behind it, or the heap.
_REGION = re.compile(r"([0-9a-f]+)-([0-9a-f]+) rw-p \S+ 00:00 0 *(?:\[heap\])?")


def use_huge_pages() -> int:
    """Ask the kernel to copy the large regions of this process's memory into huge pages, now.

    Takes some tenths of a second and changes nothing but speed. Where it is not possible, all stays
    as it was.

    Returns:
        How many bytes lie in regions that the kernel copied.
    """
    if sys.platform != "linux":
        return 0
    madvise = ctypes.CDLL(None).madvise
    madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    done = 0
    for start, length in _regions():
        # A region that is no longer there, and a kernel that does not know this, only say no.
        madvise(start, length, _MADV_HUGEPAGE)
        if madvise(start, length, _MADV_COLLAPSE) == 0:
            done += length
    return done


def _regions() -> Iterator[tuple[int, int]]:
    """Yield start and length of large regions, cut to whole huge pages."""
    for line in Path("/proc/self/maps").read_text(encoding="utf-8").splitlines():
        match = _REGION.fullmatch(line)
        if match is None:
            continue
        start, end = int(match[1], 16), int(match[2], 16)
        start = -(-start // _HUGE) * _HUGE
        length = end // _HUGE * _HUGE - start
        if length >= _LEAST:
            yield start, length

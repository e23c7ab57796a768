"""Hashes that decide: the same on every machine and in every run."""

from __future__ import annotations

import hashlib

__all__ = ["text_hash", "unit_hash"]


def unit_hash(*parts: object) -> float:
    """Return a number in [0, 1) that depends on the parts alone."""
    return int.from_bytes(_digest("\x1f".join(map(str, parts)))[:6], "big") / 2.0**48


def text_hash(text: str) -> str:
    """Return 16 hexadecimal digits that stand for a text."""
    return _digest(text)[:8].hex()


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()

"""Reads the tables that lie beside the code."""

from __future__ import annotations

import functools
import tomllib
from importlib import resources
from typing import Any

__all__ = ["read_table"]


@functools.cache
def read_table(name: str) -> dict[str, Any]:
    """Return `tables/<name>.toml`; read once, not to be changed."""
    file = resources.files("mentionlens_data.augmentation") / "tables" / f"{name}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))

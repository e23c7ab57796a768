"""A run's configuration as the file that stands for it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["toml_text"]

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def toml_text(values: Mapping[str, Any]) -> str:
    """Return tables of numbers, texts, lists and tables as TOML.

    What is None or empty is left out: TOML has no word for the one, and in a run's configuration
    it is the default of every field that may be the other.
    """
    return "\n".join(_table("", values)).strip() + "\n"


def _table(name: str, values: Mapping[str, Any]) -> Iterator[str]:
    filled = {key: value for key, value in values.items() if value not in (None, {}, [])}
    tables = {key: value for key, value in filled.items() if _is_table(value)}
    for key, value in filled.items():
        if key not in tables:
            yield f"{_key(key)} = {_value(value)}"
    for key, value in tables.items():
        place = f"{name}.{_key(key)}" if name else _key(key)
        for item in value if isinstance(value, list) else [value]:
            yield ""
            yield f"[[{place}]]" if isinstance(value, list) else f"[{place}]"
            yield from _table(place, item)


def _is_table(value: object) -> bool:
    if isinstance(value, list):
        return all(isinstance(item, Mapping) for item in value)
    return isinstance(value, Mapping)


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _value(name)


def _value(value: object) -> str:
    if isinstance(value, str):
        # The escapes of JSON are TOML's, which besides wants one for the last control character.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{', '.join(_value(item) for item in value)}]"
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_key(key)} = {_value(item)}" for key, item in value.items())
        return f"{{ {inner} }}"
    return repr(value)

"""The settings of a run, each named by its path: `stages.0.optimization.learning_rate`."""

from __future__ import annotations

import copy
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from types import NoneType
from typing import Any

from mentionlens.errors import MentionlensError
from pydantic import BaseModel, ValidationError

from mentionlens_training.config import RunConfig

__all__ = ["Setting", "SettingError", "find_setting", "with_settings"]


class SettingError(MentionlensError):
    """A run has no such setting, or the setting cannot have such a value."""


@dataclass(frozen=True)
class Setting:
    """One setting as it stands.

    Attributes:
        path: names it.
        value: what it is.
        number: `int` or `float` where it is a number, also one that is not set; None for texts,
            lists and tables.
    """

    path: str
    value: Any
    number: type[int] | type[float] | None


def find_setting(config: RunConfig, path: str) -> Setting:
    """Return a setting of a run.

    Raises:
        SettingError: there is none; the message says how far the path goes, and what is there.
    """
    value: Any = config
    kind: Any = RunConfig
    place = ""
    for part in path.split("."):
        known = _parts(value)
        if part not in known:
            where = f"{place!r} has" if place else "a run has"
            raise SettingError(
                f"there is no setting {path!r}: {where} {', '.join(known) or 'no parts'}"
            )
        kind = type(value).model_fields[part].annotation if isinstance(value, BaseModel) else None
        value = known[part]
        place = f"{place}.{part}" if place else part
    return Setting(path, value, _number(value, kind))


def with_settings(config: RunConfig, values: Mapping[str, Any]) -> RunConfig:
    """Return the configuration with some settings changed, without its search.

    Args:
        config: stays as it is.
        values: path to value; each path is one that `find_setting` finds.

    Raises:
        SettingError: a value is of the wrong type or out of range.
    """
    tables = config.model_dump()
    for path, value in values.items():
        *parents, last = path.split(".")
        place: Any = tables
        for part in parents:
            place = place[int(part)] if isinstance(place, list) else place[part]
        place[int(last) if isinstance(place, list) else last] = copy.deepcopy(value)
    try:
        # Strictly: the text "16" is no batch size.
        return RunConfig.model_validate(tables, strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise SettingError(f"field {field!r}: {first['msg']}") from error


def _parts(value: object) -> dict[str, Any]:
    """Return what a path can go on with."""
    if isinstance(value, BaseModel):
        fields = type(value).model_fields
        return {name: getattr(value, name) for name, field in fields.items() if not field.exclude}
    if isinstance(value, list):
        return {str(place): item for place, item in enumerate(value)}
    return dict(value) if isinstance(value, dict) else {}


def _number(value: object, kind: object) -> type[int] | type[float] | None:
    # What is not set says nothing of its type, but its annotation does.
    kinds = {type(value)} if value is not None else set(typing.get_args(kind)) - {NoneType}
    if kinds == {int}:
        return int
    return float if kinds and kinds <= {int, float} else None

"""The project's own mentions: written for it, labelled for every task, with slices."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from mentionlens_data.errors import LabellingError
from mentionlens_data.labelling.folders import sample_mentions_folder
from mentionlens_data.schema import SPLITS, LabelledMention
from mentionlens_data.tasks import default_tasks

__all__ = [
    "COMPUTED_SLICES",
    "SOURCE",
    "SampleMention",
    "computed_slices",
    "read_sample_mentions",
    "slice_names",
]

SOURCE = "sample-mentions"
"""Name of the mentions as a source of a prepared set."""

COMPUTED_SLICES = ("emoji", "very_short", "very_long")
"""Slices that are read off a text."""

_EMOJI = re.compile("[\N{CYCLONE}-\N{ADHESIVE BANDAGE}\U0001fa00-\U0001faff\u2600-\u27bf]")
_SHORT, _LONG = 4, 80
_FIELDS = ("id", "text", "lang", "split", "group", "domain")


@dataclass(frozen=True)
class SampleMention:
    """One of the project's own mentions.

    Attributes:
        mention: id, text, language, part, group and labels.
        domain: the trade it is about, such as `courier`.
        slices: what it is beyond its labels, those that are read off the text too.
    """

    mention: LabelledMention
    domain: str
    slices: frozenset[str]


@cache
def slice_names() -> Mapping[str, str]:
    """Return the slices that a row may name, and what each means."""
    return _slices()["slices"]


def computed_slices(text: str) -> frozenset[str]:
    """Return the slices that are read off a text."""
    words = len(text.split())
    found = {
        "emoji": bool(_EMOJI.search(text)),
        "very_short": words <= _SHORT,
        "very_long": words >= _LONG,
    }
    return frozenset(name for name, holds in found.items() if holds)


def read_sample_mentions(folder: Path | None = None) -> Iterator[SampleMention]:
    """Yield the mentions of every language, in the order of the files.

    Args:
        folder: one `<lang>.jsonl` a language; by default the project's own.

    Raises:
        LabellingError: a row lacks a field, or names an unknown label, part or slice; the message
            names file, line and field.
    """
    for path in sorted((folder or sample_mentions_folder()).glob("*.jsonl")):
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                yield _read(json.loads(line), path, f"{path.name}, line {number}")


def _read(row: Mapping[str, Any], path: Path, where: str) -> SampleMention:
    for field in _FIELDS:
        if not isinstance(row.get(field), str) or not row[field].strip():
            raise LabellingError(f"{where}: field {field!r} must be a text that is not blank")
    if row["lang"] != path.stem:
        raise LabellingError(f"{where}: field 'lang': {row['lang']!r} is in the wrong file")
    if row["split"] not in SPLITS:
        raise LabellingError(
            f"{where}: field 'split': {row['split']!r} is not one of {', '.join(SPLITS)}"
        )
    labels = {}
    for task in default_tasks():
        if row.get(task.name) not in task.labels:
            raise LabellingError(
                f"{where}: field {task.name!r}: {row.get(task.name)!r} is not one of "
                f"{', '.join(task.labels)}"
            )
        labels[task.name] = str(row[task.name])
    given = row.get("slices")
    if not isinstance(given, list) or not set(given) <= slice_names().keys():
        raise LabellingError(
            f"{where}: field 'slices': {given!r} must be a list of {', '.join(slice_names())}"
        )
    slices = frozenset(given) | computed_slices(row["text"])
    mention = LabelledMention(
        id=f"{SOURCE}/{row['id']}",
        text=row["text"],
        lang=row["lang"],
        source=SOURCE,
        split=row["split"],
        group=f"{SOURCE}/{row['group']}",
        labels=labels,
        slices=tuple(sorted(slices)),
    )
    return SampleMention(mention, row["domain"], slices)


def _slices() -> dict[str, dict[str, str]]:
    file = resources.files("mentionlens_data").joinpath("labelling", "slices.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))

"""Which rows are alike in length, script or manner of writing, or by what their data says.

The rows of a language are rarely of one kind, and a figure over all of them hides the kind that
fails. Names and meanings of the slices that the project's own mentions carry stand in
`mentionlens_data/labelling/slices.toml`; where one of them can be read off a text, both count.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from mentionlens_data.labelling.sample_mentions import slice_names
from mentionlens_data.text_traits import (
    has_emoji,
    has_handle,
    has_link,
    in_capitals,
    lacks_diacritics,
    prose,
    script_of,
)

from mentionlens_training.evaluation.answers import RowFacts

__all__ = ["LEAST_ROWS", "RowSlice", "Slices", "find_slices"]

LEAST_ROWS = 10
"""Rows that a slice needs to be shown, and that must lie outside of it.

With fewer, one answer moves accuracy by more than ten points; and a slice that holds all rows, or
all but a few, repeats the figure of the whole.
"""

Kind = Literal["length", "script", "writing", "data"]


class _Meaning(NamedTuple):
    kind: Kind
    description: str


_TEXT_SLICES = {
    "very_short": _Meaning("length", "up to 4 words"),
    "short": _Meaning("length", "5 to 14 words"),
    "medium": _Meaning("length", "15 to 39 words"),
    "long": _Meaning("length", "40 to 79 words"),
    "very_long": _Meaning("length", "80 words and more"),
    "latin": _Meaning("script", "in Latin letters"),
    "cyrillic": _Meaning("script", "in Cyrillic letters"),
    "mixed_scripts": _Meaning("script", "in Latin and Cyrillic letters"),
    "latin_script": _Meaning("script", "a Cyrillic language in Latin letters, as people type it"),
    "emoji": _Meaning("writing", "has an emoji"),
    "no_diacritics": _Meaning("writing", "typed without diacritics"),
    "all_caps": _Meaning("writing", "all in capitals"),
    "link": _Meaning("writing", "has a link"),
    "handle": _Meaning("writing", "names an account"),
}
_LENGTHS = ((4, "very_short"), (14, "short"), (39, "medium"), (79, "long"))
_SCRIPTS = {"Latin": "latin", "Cyrillic": "cyrillic", "mixed": "mixed_scripts"}
_CYRILLIC_LANGUAGES = frozenset({"bg", "ru", "uk"})  # Serbian is at home in both scripts


@dataclass(frozen=True)
class RowSlice:
    """A slice of some rows.

    Attributes:
        name: of the slice.
        kind: what it is about; `data` where only the data can say who belongs to it.
        description: one line, in words; the name itself for a slice of somebody's own.
        mask: (rows,) which of the rows that were asked for belong to it.
    """

    name: str
    kind: Kind
    description: str
    mask: npt.NDArray[np.bool_]


class Slices:
    """The slices of all rows of an evaluation.

    Args:
        members: slice to the indices of its rows, ascending.
    """

    def __init__(self, members: dict[str, npt.NDArray[np.int64]]) -> None:
        own = [name for name in slice_names() if name not in _TEXT_SLICES]
        others = sorted(members.keys() - _TEXT_SLICES.keys() - set(own))
        self._members = {
            name: members[name] for name in (*_TEXT_SLICES, *own, *others) if name in members
        }

    def among(self, rows: npt.NDArray[np.int64]) -> tuple[RowSlice, ...]:
        """Return the slices of some rows, by kind, those of the data last.

        Args:
            rows: (rows,) indices into the facts, each once; those of one language, as a rule,
                such as `TaskAnswers.rows`.

        Returns:
            Slices with at least `LEAST_ROWS` of the rows inside and outside.
        """
        found = []
        for name, members in self._members.items():
            if len(members) < LEAST_ROWS:
                continue
            mask = np.isin(rows, members)
            if LEAST_ROWS <= int(mask.sum()) <= len(rows) - LEAST_ROWS:
                kind, description = _meaning(name)
                found.append(RowSlice(name, kind, description, mask))
        return tuple(found)


def find_slices(facts: Sequence[RowFacts]) -> Slices:
    """Read the slices of every row, once for all tasks.

    A row whose text is None is only in the slices that its data names.
    """
    members: dict[str, array[int]] = {}
    for index, row in enumerate(facts):
        names = set(row.slices)
        if row.text is not None:
            names.update(_seen(row.text, row.lang))
        for name in names:
            members.setdefault(name, array("q")).append(index)
    return Slices({name: np.array(rows, dtype=np.int64) for name, rows in members.items()})


def _seen(text: str, lang: str) -> Iterator[str]:
    """Yield the slices that can be read off a text."""
    words = len(text.split())
    yield next((name for most, name in _LENGTHS if words <= most), "very_long")
    plain = prose(text)
    script = script_of(plain)
    if script == "Latin" and lang in _CYRILLIC_LANGUAGES:
        yield "latin_script"
    elif script in _SCRIPTS:
        yield _SCRIPTS[script]
    if has_emoji(text):
        yield "emoji"
    if lacks_diacritics(plain, lang):
        yield "no_diacritics"
    if in_capitals(plain):
        yield "all_caps"
    if has_link(text):
        yield "link"
    if has_handle(text):
        yield "handle"


def _meaning(name: str) -> _Meaning:
    return _TEXT_SLICES.get(name) or _Meaning("data", slice_names().get(name, name))

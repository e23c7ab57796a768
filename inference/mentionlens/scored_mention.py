"""A mention with its answers, and what a file says of it: who, where, when, and when answered."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from mentionlens.errors import InputError
from mentionlens.mention_times import parse_time
from mentionlens.scored_columns import Columns

__all__ = ["Columns", "ScoredMention", "from_row"]

_EMPTY = ("", None)


@dataclass(frozen=True, slots=True)
class ScoredMention:
    """One mention of a scored file.

    Attributes:
        id: its identifier; the number of its row where it has none.
        text: as it was written; empty where there is none.
        lang: of the text, where the file says it: `pl` for `pl`, `PL` and `pl-PL`.
        labels: task to the answered label; empty where the row has no answer.
        probabilities: task to label to probability; only the answered label where the file holds
            its score alone.
        flags: of the answer, and `bad_time:time`, `bad_time:replied_at` or `bad_reach:reach` where
            a cell could not be read and is taken for missing.
        brand: whom it is about; empty where the file does not say it.
        author: who wrote it.
        thread: conversation in which it stands.
        time: when it was written, in UTC.
        replied_at: when it was answered, in UTC; None where it was not, or nobody knows.
        reach: how many people it may reach, in the file's own unit.
    """

    id: str
    text: str
    lang: str | None
    labels: Mapping[str, str]
    probabilities: Mapping[str, Mapping[str, float]]
    flags: tuple[str, ...]
    brand: str
    author: str | None
    thread: str | None
    time: datetime | None
    replied_at: datetime | None
    reach: float | None


def from_row(row: Mapping[str, object], columns: Columns, *, number: int = 0) -> ScoredMention:
    """Read one row of what `mentionlens score` or `mentionlens predict --format jsonl` writes.

    A time or a reach that cannot be read is flagged, and the mention is kept.

    Args:
        row: column to value; cells of text files are strings.
        columns: which holds what.
        number: of the row, its identifier where it names none.

    Raises:
        InputError: an answer is not the shape of one; the message names the column.
    """
    found: dict[str, Any] = {}
    for role, names in columns.names.items():
        for name in names:
            if name in row:
                found[role] = row[name]
                break
    labels: dict[str, str] = {}
    probabilities: dict[str, Mapping[str, float]] = {}
    _read_flat(row, columns, labels, probabilities)
    _read_nested(row, columns.prefix, labels, probabilities)
    flags = _flags(found.get("flags"))
    times: dict[str, datetime | None] = {}
    for role in ("time", "replied_at"):
        times[role] = _time(found.get(role), columns.zone)
        if times[role] is None and not _is_empty(found.get(role)):
            flags = (*flags, f"bad_time:{role}")
    reach = _reach(found.get("reach"))
    if reach is None and not _is_empty(found.get("reach")):
        flags = (*flags, "bad_reach:reach")
    text = found.get("text")
    return ScoredMention(
        id=_word(found.get("id")) or str(number),
        text=text if isinstance(text, str) else "",
        lang=_language(found.get("lang")),
        labels=labels,
        probabilities=probabilities,
        flags=flags,
        brand=_word(found.get("brand")) or "",
        author=_word(found.get("author")),
        thread=_word(found.get("thread")),
        time=times["time"],
        replied_at=times["replied_at"],
        reach=reach,
    )


def _read_flat(
    row: Mapping[str, object],
    columns: Columns,
    labels: dict[str, str],
    probabilities: dict[str, Mapping[str, float]],
) -> None:
    for answer in columns.answers:
        label = row.get(answer.label)
        if label in _EMPTY or isinstance(label, Mapping):
            continue
        if not isinstance(label, str):
            raise InputError(f"{answer.label}: expected a label, found {_shown(label)}")
        labels[answer.task] = label
        read = {
            name: _probability(row[column], column)
            for name, column in answer.probabilities.items()
            if row.get(column) not in _EMPTY
        }
        if label not in read:
            read[label] = _probability(row.get(answer.score), answer.score)
        probabilities[answer.task] = read


def _read_nested(
    row: Mapping[str, object],
    prefix: str,
    labels: dict[str, str],
    probabilities: dict[str, Mapping[str, float]],
) -> None:
    for name, answer in row.items():
        if not isinstance(answer, Mapping) or "label" not in answer or not name.startswith(prefix):
            continue
        label, given = answer["label"], answer.get("probabilities", {})
        if not isinstance(label, str):
            raise InputError(f"{name}.label: expected a string, found {_shown(label)}")
        if not isinstance(given, Mapping):
            raise InputError(f"{name}.probabilities: expected an object, found {_shown(given)}")
        read = {
            str(key): _probability(value, f"{name}.probabilities.{key}")
            for key, value in given.items()
        }
        if label not in read:
            read[label] = _probability(answer.get("score"), f"{name}.score")
        task = name.removeprefix(prefix)
        labels[task], probabilities[task] = label, read


def _probability(value: object, place: str) -> float:
    try:
        number = math.nan if isinstance(value, bool) else float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    # The sum of rounded numbers may be a little more than 1.
    if not -1e-6 <= number <= 1 + 1e-5:
        raise InputError(f"{place}: expected a probability from 0 to 1, found {_shown(value)}")
    return min(max(number, 0.0), 1.0)


def _flags(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(value.split())
    if isinstance(value, list | tuple):
        return tuple(str(flag) for flag in value)
    return ()


def _time(value: object, zone: tzinfo) -> datetime | None:
    if _is_empty(value):
        return None
    try:
        return parse_time(value, zone)
    except ValueError:
        return None


def _reach(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = float("".join(value.split()) if isinstance(value, str) else value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _word(value: object) -> str | None:
    """Return what names something as a string: numbers of users and threads are names, too."""
    if value is None or isinstance(value, Mapping | list | tuple):
        return None
    if isinstance(value, float):
        if math.isnan(value):
            return None
        value = int(value) if value.is_integer() else value
    return str(value).strip() or None


def _language(value: object) -> str | None:
    word = _word(value)
    return None if word is None else word.replace("_", "-").partition("-")[0].lower() or None


def _is_empty(value: object) -> bool:
    if isinstance(value, str):
        return not value.strip()
    return value is None or (isinstance(value, float) and math.isnan(value))


def _shown(value: object) -> str:
    text = repr(value)
    return f"{type(value).__name__} {text if len(text) <= 60 else text[:59] + '…'}"

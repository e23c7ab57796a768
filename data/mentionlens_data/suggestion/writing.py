"""The file of suggestions: what a labeller opens, fills in and gives back."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from mentionlens_data.atomic import written_atomically
from mentionlens_data.scoring.answers import cell
from mentionlens_data.scoring.scorer import OpenedInput
from mentionlens_data.spreadsheet import neutralise
from mentionlens_data.suggestion.copies import copy_key
from mentionlens_data.suggestion.errors import SuggestionError
from mentionlens_data.suggestion.pool import BECAUSE, Pool
from mentionlens_data.suggestion.suggest import Suggestion

__all__ = ["SuggestionTable", "fill_table", "write_table", "written"]

_SURROGATE = re.compile("[\ud800-\udfff]")
_DIGITS = 4


@dataclass(frozen=True)
class SuggestionTable:
    """Columns and cells of the file.

    Attributes:
        columns: of the input, then what the model guesses, then why, then the empty label columns.
        rows: a text for each column.
    """

    columns: tuple[str, ...]
    rows: tuple[dict[str, str], ...]


def fill_table(
    chosen: Sequence[Suggestion],
    pool: Pool,
    files: Sequence[OpenedInput],
    *,
    prefix: str,
    safe_cells: bool,
) -> SuggestionTable:
    """Read the suggested rows again, now with all of their columns.

    Args:
        chosen: in the order of the file.
        pool: that they were chosen from.
        files: that the pool was read from, in its order.
        prefix: before the names of the columns with guesses.
        safe_cells: neutralise cells that a spreadsheet would take for formulas.

    Raises:
        SuggestionError: a file is not what it was when it was scored.
    """
    fit = partial(written, safe=safe_cells)
    values = _rows_again([item.mention for item in chosen], pool, files)
    own = dict.fromkeys(name for file in files for name in file.source.columns)
    own |= dict.fromkeys(name for item in chosen for name in values[item.mention])
    guesses = [f"{prefix}{task.name}{end}" for task in pool.tasks for end in ("", "_score")]
    labels = [task.name for task in pool.tasks]
    rows = []
    for item in chosen:
        cells = {name: cell(values[item.mention].get(name)) for name in own}
        cells |= _guesses(pool, item.mention, prefix)
        cells |= {BECAUSE: item.because, **dict.fromkeys(labels, "")}
        rows.append({fit(name): fit(text) for name, text in cells.items()})
    columns = (*own, *guesses, BECAUSE, *labels)
    return SuggestionTable(tuple(map(fit, columns)), tuple(rows))


def write_table(path: Path, table: SuggestionTable, *, delimiter: str) -> None:
    """Write CSV in UTF-8 with a byte order mark, so that Excel reads its letters.

    Args:
        path: takes its name when it is whole.
        table: what to write.
        delimiter: `,`, or `;` for the Excel of countries that write 0,5.

    Raises:
        OSError: it cannot be written.
    """
    with written_atomically(path, encoding="utf-8-sig") as file:
        writer = csv.DictWriter(file, table.columns, delimiter=delimiter)
        writer.writeheader()
        writer.writerows(table.rows)


def written(text: str, *, safe: bool) -> str:
    """Return a text as it stands in a cell; `safe` neutralises what would run as a formula."""
    # Half a surrogate pair has no place in UTF-8.
    whole = _SURROGATE.sub("\ufffd", text)
    return neutralise(whole) if safe else whole


def _guesses(pool: Pool, mention: int, prefix: str) -> dict[str, str]:
    cells = {}
    for task, probabilities in zip(pool.tasks, pool.probabilities, strict=True):
        values = probabilities[mention]
        best = int(values.argmax())
        cells[f"{prefix}{task.name}"] = task.labels[best]
        cells[f"{prefix}{task.name}_score"] = str(round(float(values[best]), _DIGITS))
    return cells


def _rows_again(
    mentions: Sequence[int], pool: Pool, files: Sequence[OpenedInput]
) -> dict[int, Mapping[str, Any]]:
    """Return the columns of some mentions, by their index in the pool."""
    found: dict[int, Mapping[str, Any]] = {}
    wanted = {(int(pool.files[i]), int(pool.numbers[i])): i for i in mentions}
    for number, file in enumerate(files):
        last = max((row for place, row in wanted if place == number), default=-1)
        for row, record in enumerate(file.source.records() if last >= 0 else ()):
            if row > last:
                break
            if (mention := wanted.get((number, row))) is not None:
                if copy_key(str(record.values.get(file.scorer.text))) != pool.keys[mention]:
                    raise _changed(file)
                found[mention] = record.values
        if any(place == number and i not in found for (place, _), i in wanted.items()):
            raise _changed(file)
    return found


def _changed(file: OpenedInput) -> SuggestionError:
    return SuggestionError(f"{file.path}: has changed since it was scored; run again")

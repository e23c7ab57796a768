"""Which counts are kept: brand by language by what a mention says.

Each series is a row of the arrays that the expectation and the ring of recent hours hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mentionlens.scored_mention import ScoredMention

__all__ = [
    "COMPLAINT",
    "MENTIONS",
    "NEGATIVE",
    "TROLL",
    "Series",
    "SeriesTable",
    "is_general",
    "measures_of",
]

MENTIONS = "mentions"
"""All mentions: what the others are shares of."""
NEGATIVE = "negative"
TROLL = "troll"
COMPLAINT = "complaint"
"""Complaints of any type; those of one type are called `complaint:<type>`."""

_ALWAYS = (NEGATIVE, TROLL, COMPLAINT)
_NO_COMPLAINT = "none"
_BLOCK = 256


@dataclass(frozen=True, slots=True)
class Series:
    """One count by the hour.

    Attributes:
        brand: whose mentions.
        lang: of the mentions; None for all languages together.
        measure: `mentions`, `negative`, `troll`, `complaint` or `complaint:<type>`.
    """

    brand: str
    lang: str | None
    measure: str


def measures_of(mention: ScoredMention) -> tuple[str, ...]:
    """Return the measures that a mention counts in, by its labels; all but `mentions`."""
    found = []
    if mention.labels.get("sentiment") == "negative":
        found.append(NEGATIVE)
    if mention.labels.get("troll") == "yes":
        found.append(TROLL)
    complaint = mention.labels.get("complaint", _NO_COMPLAINT)
    if complaint != _NO_COMPLAINT:
        found += [COMPLAINT, f"{COMPLAINT}:{complaint}"]
    return tuple(found)


def is_general(measure: str) -> bool:
    """Tell whether a measure holds others: every complaint, everything negative."""
    return measure in (COMPLAINT, NEGATIVE)


class SeriesTable:
    """The series with their rows, and the rows that each is compared with.

    Args:
        most: rows that are given out at most.

    Attributes:
        series: by row.
        brands: in the order in which they came.
        measures: in the order in which they came.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._rows: dict[Series, int] = {}
        self._found: dict[tuple[str, str | None, tuple[str, ...]], tuple[int, ...]] = {}
        self.series: list[Series] = []
        self.brands: list[str] = []
        self.measures: list[str] = []
        self._brand_numbers: dict[str, int] = {}
        self._columns = np.zeros((5, _BLOCK), dtype=np.intp)
        self._is_mentions = np.zeros(_BLOCK, dtype=bool)

    def __len__(self) -> int:
        return len(self.series)

    @property
    def brand(self) -> NDArray[np.intp]:
        """Number of the brand, by row."""
        return self._columns[0, : len(self)]

    @property
    def mentions(self) -> NDArray[np.intp]:
        """Row of all mentions of the same brand and language, by row."""
        return self._columns[1, : len(self)]

    @property
    def total(self) -> NDArray[np.intp]:
        """Row of the same measure in all languages, by row."""
        return self._columns[2, : len(self)]

    @property
    def brand_mentions(self) -> NDArray[np.intp]:
        """Row of all mentions of the brand, by row."""
        return self._columns[3, : len(self)]

    @property
    def measure(self) -> NDArray[np.intp]:
        """Number of the measure, by row."""
        return self._columns[4, : len(self)]

    @property
    def in_all(self) -> NDArray[np.bool_]:
        """Whether the row counts all languages together, by row."""
        return np.asarray(self.total == np.arange(len(self)))

    @property
    def is_mentions(self) -> NDArray[np.bool_]:
        """Whether the row is a denominator, by row."""
        return self._is_mentions[: len(self)]

    def rows_of(
        self, brand: str, lang: str | None, measures: tuple[str, ...]
    ) -> tuple[int, ...] | None:
        """Return the rows that a mention counts in; new ones are made.

        Returns:
            None where there is no room for the brand.
        """
        key = (brand, lang, measures)
        found = self._found.get(key)
        if found is None:
            langs = (None,) if lang is None else (None, lang)
            # All measures begin together: each is watched from the brand's first mention on, and
            # room is made seldom.
            names = dict.fromkeys((MENTIONS, *_ALWAYS, *self.measures, *measures))
            wanted = [Series(brand, some, name) for some in langs for name in names]
            if len(self) + sum(one not in self._rows for one in wanted) > self._most:
                return None
            for series in wanted:
                self.row(series)
            counted = (MENTIONS, *measures)
            found = tuple(
                self._rows[Series(brand, some, name)] for some in langs for name in counted
            )
            self._found[key] = found
        return found

    def find(self, series: Series) -> int | None:
        """Return the row of a series, None where it has none."""
        return self._rows.get(series)

    def row(self, series: Series) -> int:
        """Return the row of a series; those that it is compared with are made before it."""
        row = self._rows.get(series)
        if row is not None:
            return row
        brand, lang, measure = series.brand, series.lang, series.measure
        # In this order every row but the first of a brand is compared with earlier ones.
        total = None if lang is None else self.row(Series(brand, None, measure))
        mentions = None if measure == MENTIONS else self.row(Series(brand, lang, MENTIONS))
        row = len(self.series)
        if row == self._columns.shape[1]:
            self._columns = np.pad(self._columns, ((0, 0), (0, row)))
            self._is_mentions = np.pad(self._is_mentions, (0, row))
        if brand not in self._brand_numbers:
            self._brand_numbers[brand] = len(self.brands)
            self.brands.append(brand)
        if measure not in self.measures:
            self.measures.append(measure)
        self._rows[series] = row
        self.series.append(series)
        first = self._rows.get(Series(brand, None, MENTIONS), row)
        self._columns[:, row] = (
            self._brand_numbers[brand],
            row if mentions is None else mentions,
            row if total is None else total,
            first,
            self.measures.index(measure),
        )
        self._is_mentions[row] = measure == MENTIONS
        return row

    def rows_by_measure(self) -> Iterator[tuple[int, NDArray[np.intp]]]:
        """Yield the number of each measure with its rows."""
        for number in range(len(self.measures)):
            yield number, np.flatnonzero(self.measure == number)

    def rows_of_brand(self, brand: int) -> NDArray[np.intp]:
        """Return all rows of a brand, by its number."""
        return np.flatnonzero(self.brand == brand)

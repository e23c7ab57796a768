"""What ties a removed row to the kept row that caused its removal."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator

from mentionlens_data.preparation.candidates import Candidate

__all__ = ["Ties"]

_KINDS = {
    "text": "same text",
    "short": "same few words",
    "start": "same beginning",
    "parallel": "translation",
    "together": "belongs together",
}
_ONE_HOLDS_THE_OTHER = "one quotes the other"
_NEAR_DUPLICATE = "near-duplicate"


class Ties:
    """The rows of some groups, and the keys over which one leads to another.

    Args:
        rows: every row of these groups, kept or not: a row that left may tie two others.
        alike: pairs of join keys of near-duplicate texts.
        kept: ids of the rows that stay.
    """

    def __init__(
        self,
        rows: Iterable[Candidate],
        alike: Iterable[tuple[str, str]],
        *,
        kept: frozenset[str],
    ) -> None:
        self._kept = kept
        self._rows: dict[str, list[Candidate]] = defaultdict(list)
        for row in rows:
            for key in row.joins:
                self._rows[key].append(row)
        self._alike: dict[str, list[str]] = defaultdict(list)
        for one, other in alike:
            self._alike[one].append(other)
            self._alike[other].append(one)

    def to_kept(self, row: Candidate) -> tuple[str, str]:
        """Return the nearest row of the same group that stays: its id, and the ties to it.

        Raises:
            LookupError: no row of the group stays.
        """
        seen = {row.id}
        queue: deque[tuple[Candidate, tuple[str, ...]]] = deque([(row, ())])
        while queue:
            here, path = queue.popleft()
            for other, tie in self._neighbours(here):
                if other.id in seen:
                    continue
                seen.add(other.id)
                ties = path if path and path[-1] == tie else (*path, tie)
                if other.id in self._kept:
                    return other.id, ", then ".join(ties)
                queue.append((other, ties))
        raise LookupError(f"no row of the group of {row.id} stays")

    def _neighbours(self, row: Candidate) -> Iterator[tuple[Candidate, str]]:
        for key in row.joins:
            for other in self._rows.get(key, ()):
                yield other, _tie(key, row, other)
        for key in row.joins:
            for near in self._alike.get(key, ()):
                for other in self._rows.get(near, ()):
                    yield other, _NEAR_DUPLICATE


def _tie(key: str, one: Candidate, other: Candidate) -> str:
    kind = key.partition("|")[0]
    # The first key of a row is that of its whole text; further ones are of what it quotes.
    if kind == "text" and (key != one.joins[0] or key != other.joins[0]):
        return _ONE_HOLDS_THE_OTHER
    return _KINDS[kind]

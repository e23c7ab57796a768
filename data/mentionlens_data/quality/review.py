"""The doubtful answers of a set, ranked, as lines of a review file."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass

from mentionlens_data.quality.conflicts import Conflict, find_conflicts
from mentionlens_data.quality.language_check import Detected, detect_language
from mentionlens_data.quality.review_file import REASONS, ReviewLine, text_sha
from mentionlens_data.quality.suspicious import Cell, Suspicion, find_suspicious
from mentionlens_data.schema import LabelledMention

__all__ = ["Review", "review_rows"]

Rows = Callable[[], Iterable[LabelledMention]]
_Draft = tuple[float, str, ReviewLine]
"""Rank within its reason (two keys), and a line that still lacks what the set knows."""


@dataclass(frozen=True)
class Review:
    """What a review found.

    Attributes:
        lines: the doubtful answers: by reason in the order of `REASONS`, the surest first.
        found: number of doubtful answers by reason, before any limit.
        cells: what was judged, and what was skipped and why.
    """

    lines: tuple[ReviewLine, ...]
    found: dict[str, int]
    cells: tuple[Cell, ...]


def review_rows(
    rows: Rows,
    *,
    reasons: Collection[str] = REASONS,
    limit: int = 0,
    seed: int = 0,
    progress: Callable[[str], None] | None = None,
) -> Review:
    """Look for suspicious labels, conflicts and doubtful languages.

    Args:
        rows: called once for every look at the rows, which are too many to keep.
        reasons: what to look for, of `REASONS`.
        limit: at most so many lines a reason; 0 for all.
        seed: decides folds and training.
        progress: called with one line a step.
    """
    say = progress or (lambda line: None)
    drafts: dict[str, list[_Draft]] = defaultdict(list)
    cells: tuple[Cell, ...] = ()
    if "suspicious" in reasons:
        suspicions = find_suspicious(rows(), seed=seed, progress=progress)
        cells = suspicions.cells
        drafts["suspicious"] = [_suspicious(i, item) for i, item in enumerate(suspicions.rows)]
    if "conflict" in reasons:
        drafts["conflict"] = [_conflict(item) for item in find_conflicts(rows()).rows]
        say(f"{len(drafts['conflict'])} answers contradicted by the same or nearly the same text")
    if "language" in reasons:
        drafts["language"] = list(_doubtful_languages(rows()))
        say(f"{len(drafts['language'])} rows surely in another language")
    kept: dict[tuple[str, str], ReviewLine] = {}
    for reason in REASONS:
        new = [d for d in sorted(drafts[reason], key=_rank) if _answer(d[2]) not in kept]
        kept.update((_answer(draft[2]), draft[2]) for draft in new[: limit or None])
        # Doubted for two reasons: one line to decide, with both reasons in it.
        for _, _, line in drafts[reason]:
            first = kept.get(_answer(line))
            if first and first.reason != reason:
                kept[_answer(line)] = dataclasses.replace(first, note=line.note)
    found = {reason: len(drafts[reason]) for reason in REASONS if reason in reasons}
    return Review(tuple(_filled(list(kept.values()), rows())), found, cells)


def _rank(draft: _Draft) -> tuple[float, str]:
    return draft[:2]


def _answer(line: ReviewLine) -> tuple[str, str]:
    return line.id, line.task


def _suspicious(rank: int, item: Suspicion) -> _Draft:
    line = ReviewLine(
        item.id,
        task=item.task,
        suggested=item.suggested,
        probability=f"{item.probability:.4f}",
        reason="suspicious",
    )
    return float(rank), item.id, line


def _conflict(item: Conflict) -> _Draft:
    line = ReviewLine(
        item.id,
        task=item.task,
        suggested=item.suggested,
        reason="conflict",
        note=f"{item.kind} text: {' '.join(item.against)}",
    )
    # Equal texts first; a text and those that contradict it side by side.
    return float(item.kind != "same"), min(item.id, *item.against), line


def _doubtful_languages(
    rows: Iterable[LabelledMention],
) -> Iterator[_Draft]:
    for row in rows:
        detected = detect_language(row.text)
        if detected.doubts(row.lang):
            yield 1 - detected.probability, row.id, _language(row.id, detected)


def _language(id_: str, detected: Detected) -> ReviewLine:
    return ReviewLine(
        id_,
        suggested=detected.lang,
        reason="language",
        note=f"looks like {detected.lang} ({detected.probability:.2f}, {detected.letters} letters)",
    )


def _filled(lines: list[ReviewLine], rows: Iterable[LabelledMention]) -> Iterator[ReviewLine]:
    """Add what the set knows of the rows."""
    wanted = {line.id for line in lines}
    found = {row.id: row for row in rows if row.id in wanted}
    for line in lines:
        row = found[line.id]
        yield dataclasses.replace(
            line,
            lang=row.lang,
            source=row.source,
            text=row.text,
            label=row.labels.get(line.task, ""),
            text_sha=text_sha(row.text),
        )

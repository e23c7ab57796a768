"""Apply a review file to a set, and write the result as a new set: never in place."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path
from typing import Any

from mentionlens_data.atomic import written_atomically
from mentionlens_data.errors import PreparedSetError, ReviewFileError
from mentionlens_data.files.own_columns import own_columns
from mentionlens_data.files.sources import read_mentions
from mentionlens_data.prepared import open_prepared
from mentionlens_data.quality.decisions import KINDS, Decisions, apply_decisions, check_decisions
from mentionlens_data.quality.review_file import read_review
from mentionlens_data.quality.reviewed_set import write_reviewed
from mentionlens_data.quality.rows import tasks_of
from mentionlens_data.schema import LabelledMention

__all__ = ["Applied", "apply_review"]

_MOST_SHOWN = 20


@dataclasses.dataclass(frozen=True)
class Applied:
    """What applying a review did.

    Attributes:
        output: the new prepared set or file.
        record: what the new manifest says of the review: `file_sha256`, `parent_fingerprint`,
            `decisions` (kind to number of lines), `rows_before` and `rows_after`.
        fingerprint: of the new set; empty for a file.
    """

    output: Path
    record: dict[str, Any]
    fingerprint: str = ""


def apply_review(path: Path, review: Path, output: Path, *, allow_test: bool = False) -> Applied:
    """Write the set at `path`, as decided in `review`, to `output`.

    A prepared set gives a prepared set, whose manifest gets one more entry in the list `reviews`;
    a labelled file gives JSON Lines.

    Args:
        path: folder of a prepared set, or a labelled file.
        review: the file with decisions.
        output: a folder or file that does not exist yet.
        allow_test: accept decisions about rows of the test part.

    Raises:
        ReviewFileError: lines that cannot be applied, all of them named; nothing is written.
        PreparedSetError: `output` exists, or the set is damaged.
    """
    if output.exists():
        raise PreparedSetError(f"{output} exists: a review is never applied in place")
    decisions = _decisions(path, review, allow_test=allow_test)
    record = {
        "file_sha256": hashlib.sha256(review.read_bytes()).hexdigest(),
        "parent_fingerprint": open_prepared(path).fingerprint if path.is_dir() else "",
        "decisions": {kind: decisions.counts[kind] for kind in KINDS},
    }
    output.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir():
        prepared = write_reviewed(
            open_prepared(path), output, lambda rows: apply_decisions(rows, decisions), record
        )
        record = prepared.manifest["reviews"][-1]
        return Applied(output, record, prepared.fingerprint)
    _write_lines(path, output, decisions, record)
    return Applied(output, record)


def _decisions(path: Path, review: Path, *, allow_test: bool) -> Decisions:
    lines = list(read_review(review))
    wanted = {line.id for line in lines}
    rows = {row.id: row for row in read_mentions(path) if row.id in wanted}
    decisions, problems = check_decisions(lines, rows, tasks=tasks_of(path), allow_test=allow_test)
    if problems:
        more = len(problems) - _MOST_SHOWN
        shown = [*problems[:_MOST_SHOWN], *([f"and {more} more"] if more > 0 else [])]
        raise ReviewFileError(
            f"{review}: {len(problems)} of {len(lines)} lines cannot be applied, nothing was "
            f"written:\n" + "\n".join(shown)
        )
    return decisions


def _write_lines(path: Path, output: Path, decisions: Decisions, record: dict[str, Any]) -> None:
    if output.suffix != ".jsonl":
        raise PreparedSetError(f"{output}: a reviewed file is JSON Lines: end its name in .jsonl")
    before = sum(1 for _ in read_mentions(path))
    after = 0
    with written_atomically(output) as file:
        for row in apply_decisions(read_mentions(path), decisions):
            values = own_columns(_as_in_file(row))
            file.write(json.dumps(values, ensure_ascii=False) + "\n")
            after += 1
    record["rows_before"], record["rows_after"] = before, after


def _as_in_file(row: LabelledMention) -> LabelledMention:
    """Return a row without what reading put in front of its id and its group."""
    own_id, group = (name.removeprefix(f"{row.source}/") for name in (row.id, row.group))
    return dataclasses.replace(row, id=own_id, group="" if group == own_id else group)

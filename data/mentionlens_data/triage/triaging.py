"""Triages one file in two passes: the first learns the history, the second decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import IO

from mentionlens.triage import HistoryBuilder, Triage, Waiting

from mentionlens_data.scoring.formats import Format, format_of
from mentionlens_data.scoring.progress import Progress
from mentionlens_data.triage.answered_file import AnswerOptions, ClassifierLoader, answered_file
from mentionlens_data.triage.decided_rows import ADDED, JSON_NAME, TextRows
from mentionlens_data.triage.errors import TriageError
from mentionlens_data.triage.scored_file import ScoredFile
from mentionlens_data.triage.writing import (
    ParquetOutput,
    QueueOutput,
    RowOutput,
    TextOutput,
    opened,
)

__all__ = ["TriageOptions", "Triaged", "triage_file", "triage_to_stream"]


@dataclass(frozen=True)
class TriageOptions:
    """How a file is triaged.

    Attributes:
        now: of which ages and the summary speak.
        columns: role to the column that holds it, where its name does not tell.
        zone: of times that name none.
        prefix: that `score` put before its columns; it also stands before the added ones.
        queue: put the most urgent first, instead of keeping the order of the input.
        safe_cells: neutralise cells of CSV that a spreadsheet would take for formulas.
        encoding: of text inputs; None finds out.
        classifier: answers mentions that have no answers; None refuses them.
    """

    now: datetime
    columns: Mapping[str, str] = field(default_factory=dict)
    zone: tzinfo = UTC
    prefix: str = ""
    queue: bool = False
    safe_cells: bool = False
    encoding: str | None = None
    classifier: ClassifierLoader | None = None


@dataclass(frozen=True)
class Triaged:
    """What became of a file.

    Attributes:
        rows: of the output.
        waiting: what is waiting.
        damaged: why the end of the input is lost, if it is.
    """

    rows: int
    waiting: Waiting
    damaged: str


def triage_file(
    path: Path,
    output: Path,
    triage: Triage,
    options: TriageOptions,
    *,
    overwrite: bool = False,
) -> Triaged:
    """Triage a file into another, which has every row and column of the first, in order.

    Args:
        path: what `score` wrote, or mentions that have no answers yet.
        output: the finished file; it gets its name when it is whole.
        triage: decides.
        options: how.
        overwrite: replace what stands at `output`.

    Raises:
        TriageError: something stands at `output`, an added column is there already, or the answers
            are not those that the playbook needs.
        LabelledFileError: the input cannot be read.
        OSError: the output cannot be written.
    """
    form = format_of(output)
    if output.exists() and not overwrite:
        raise TriageError(f"{output}: is there already; --overwrite replaces it")
    if output.resolve() == path.resolve():
        raise TriageError(f"{output}: the output is the input; name another")
    output.parent.mkdir(parents=True, exist_ok=True)
    partial = output.with_name(f"{output.name}.partial")
    with answered_file(
        path, triage.playbook, _answering(options), kind=form.kind, folder=output.parent
    ) as (file, damaged):
        try:
            triaged = _to_partial(file, partial, form, triage, options)
            partial.replace(output)
        finally:
            partial.unlink(missing_ok=True)
    return replace(triaged, damaged=damaged or triaged.damaged)


def triage_to_stream(
    path: Path,
    stream: IO[bytes],
    form: Format,
    triage: Triage,
    options: TriageOptions,
) -> Triaged:
    """Triage a file to a stream, as CSV, TSV or JSON Lines.

    Raises:
        TriageError, LabelledFileError: as `triage_file` does.
    """
    with answered_file(path, triage.playbook, _answering(options), kind=form.kind) as (
        file,
        damaged,
    ):
        rows = _text_rows(file, form, options)
        triaged = _run(file, _text_output(stream, rows, options, None), triage, options)
    return replace(triaged, damaged=damaged or triaged.damaged)


def _to_partial(
    file: ScoredFile, partial: Path, form: Format, triage: Triage, options: TriageOptions
) -> Triaged:
    if form.kind == "parquet":
        columns = file.all_columns()
        _check_free(file, columns, ADDED, options.prefix)
        parquet = ParquetOutput(partial, columns, file.schema, options.prefix, queue=options.queue)
        return _run(file, parquet, triage, options)
    rows = _text_rows(file, form, options)
    with opened(partial, compressed=form.compressed) as stream:
        output = _text_output(stream, rows, options, partial.parent)
        return _run(file, output, triage, options)


def _text_output(
    stream: IO[bytes], rows: TextRows, options: TriageOptions, folder: Path | None
) -> RowOutput:
    if options.queue:
        return QueueOutput(stream.write, rows, folder)
    return TextOutput(stream.write, rows)


def _text_rows(file: ScoredFile, form: Format, options: TriageOptions) -> TextRows:
    if form.kind == "jsonl":
        _check_free(file, file.source.columns, (JSON_NAME,), options.prefix)
        return TextRows((), options.prefix, "")
    columns = file.all_columns()
    _check_free(file, columns, ADDED, options.prefix)
    delimiter = "\t" if form.kind == "tsv" else file.delimiter
    return TextRows(columns, options.prefix, delimiter, options.safe_cells)


def _check_free(
    file: ScoredFile, columns: tuple[str, ...], added: tuple[str, ...], prefix: str
) -> None:
    taken = [prefix + name for name in added if prefix + name in columns]
    if taken:
        raise TriageError(
            f"{file.path}: there is a column {taken[0]!r} already; triage the file that `score` "
            "wrote, or score it with a --prefix and give triage the same"
        )


def _run(file: ScoredFile, output: RowOutput, triage: Triage, options: TriageOptions) -> Triaged:
    progress = Progress(f"{file.path.name}: history", None)
    builder = HistoryBuilder(triage.playbook.history_days)
    replies_known = file.has("replied_at")
    for number, row in enumerate(file.rows(), 1):
        builder.add(row.mention, triage.kinds(row.mention))
        progress.rows(number)
    history = builder.finish()
    waiting = Waiting(triage.playbook, options.now, replies_known=replies_known)
    progress = Progress(f"{file.path.name}: decisions", len(history))
    damaged = ""
    for place, row in enumerate(file.rows()):
        past = history.past(place)
        decision = triage.decide(row.mention, past, now=options.now)
        waiting.add(row.mention, history.kinds(place), past, decision)
        output.add(row.values, decision)
        damaged = row.damaged
        progress.rows(place + 1)
    output.finish()
    progress.finish(len(history), "")
    return Triaged(len(history), waiting, damaged)


def _answering(options: TriageOptions) -> AnswerOptions:
    return AnswerOptions(
        options.columns, options.zone, options.prefix, options.encoding, options.classifier
    )

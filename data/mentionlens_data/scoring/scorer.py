"""Scores one file: chunk by chunk, each on disk before the journal speaks of it."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any

from mentionlens import MentionClassifier

from mentionlens_data.files.delimited import DelimitedSource
from mentionlens_data.files.opening import open_source
from mentionlens_data.files.record import Source
from mentionlens_data.files.tables import ParquetSource
from mentionlens_data.scoring.answers import AnswerColumns
from mentionlens_data.scoring.errors import ScoringError
from mentionlens_data.scoring.formats import Format, format_of
from mentionlens_data.scoring.jobs import Job
from mentionlens_data.scoring.journal import Journal, read_journal, write_journal
from mentionlens_data.scoring.progress import Progress
from mentionlens_data.scoring.rows import RowScorer
from mentionlens_data.scoring.sinks import (
    FileSink,
    ParquetSink,
    Sink,
    StreamSink,
    TextEncoder,
    text_encoder,
)

__all__ = [
    "OpenedInput",
    "ScoringOptions",
    "Totals",
    "open_input",
    "score_file",
    "score_to_stream",
    "totals_note",
]

_HASHED_BYTES = 1 << 20
_COUNTED_BYTES = 1 << 20


@dataclass(frozen=True)
class ScoringOptions:
    """How files are scored.

    Attributes:
        text_column: of the mentions.
        lang_column: of their languages; None: `lang`, where there is such a column.
        prefix: before every name that is added.
        probabilities: whether tables get the probability of every label, too.
        safe_cells: neutralise cells of CSV that a spreadsheet would take for formulas.
        encoding: of text inputs; None finds out.
        chunk: rows between two commits.
    """

    text_column: str = "text"
    lang_column: str | None = None
    prefix: str = ""
    probabilities: bool = False
    safe_cells: bool = False
    encoding: str | None = None
    chunk: int = 2048


@dataclass
class Totals:
    """Counts of one file.

    Attributes:
        rows: of the output.
        unscored: those that have no answer.
        damaged: why the end of the input is lost, if it is.
    """

    rows: int = 0
    unscored: int = 0
    damaged: str = ""


def score_file(
    job: Job,
    classifier: MentionClassifier,
    options: ScoringOptions,
    *,
    resume: bool = False,
    overwrite: bool = False,
) -> Totals | None:
    """Score a file into another.

    The output has exactly one row for each row of the input, in order. Until it is whole it is
    called `<name>.partial`, beside `<name>.journal`; both survive whatever ends the process, and
    `resume` goes on from the last chunk that is on disk.

    Args:
        job: from where to where.
        classifier: answers.
        options: how.
        resume: go on with what an earlier run left; start where it left nothing.
        overwrite: replace what stands there.

    Returns:
        None where `resume` finds a finished output.

    Raises:
        ScoringError: the text column is missing, a column that would be added is there already,
            something stands in the way, or what was left belongs to another job.
        LabelledFileError: the input cannot be read.
        OSError: the output cannot be written, for example on a full disk.
    """
    if not resume and not overwrite:
        _check_free(job)
    if resume and job.output.exists() and not (job.partial.exists() and job.journal.exists()):
        # The run ended after the output got its name, before all was tidied up.
        _tidy(job)
        return None
    opened = open_input(job.source, format_of(job.output), classifier, options)
    identity = _identity(job, classifier, options)
    journal = Journal(identity, 0, 0)
    if resume and job.journal.exists():
        journal = read_journal(job.journal)
        _check_same(journal.job, identity, job.journal)
    job.output.parent.mkdir(parents=True, exist_ok=True)
    sink = opened.sink(job, journal.position)
    totals = Totals(rows=journal.rows, unscored=journal.unscored)
    progress = Progress(str(job.source), opened.count(), journal.rows)

    def commit(position: int) -> None:
        write_journal(job.journal, Journal(identity, totals.rows, position, totals.unscored))
        progress.rows(totals.rows)

    commit(journal.position)
    _run(opened, sink, options.chunk, totals, commit)
    sink.finish()
    _tidy(job)
    progress.finish(totals.rows, totals_note(totals))
    return totals


def score_to_stream(
    path: Path,
    stream: IO[bytes],
    form: Format,
    classifier: MentionClassifier,
    options: ScoringOptions,
) -> Totals:
    """Score a file to a stream; nothing can be resumed.

    Raises:
        ScoringError, LabelledFileError: as `score_file` does.
    """
    opened = open_input(path, form, classifier, options)
    totals = Totals()
    _run(opened, StreamSink(stream, opened.encoder()), options.chunk, totals, lambda position: None)
    return totals


@dataclass(frozen=True)
class OpenedInput:
    """An input that is ready to be scored."""

    path: Path
    source: Source
    form: Format
    answers: AnswerColumns
    scorer: RowScorer
    safe_cells: bool

    def sink(self, job: Job, position: int) -> Sink:
        """Return where the answers go, from a position in the unfinished output on."""
        if self.form.kind == "parquet":
            return ParquetSink(
                job.partial,
                job.output,
                position,
                columns=self._columns(),
                answers=self.answers,
                schema=self.source.schema if isinstance(self.source, ParquetSource) else None,
            )
        return FileSink(
            job.partial,
            job.output,
            position,
            encoder=self.encoder(),
            compressed=self.form.compressed,
        )

    def encoder(self) -> TextEncoder:
        """Return what makes text of answered rows."""
        return text_encoder(
            self.form,
            () if self.form.kind == "jsonl" else self._columns(),
            self.answers,
            self._delimiter(),
            safe=self.safe_cells,
        )

    def _delimiter(self) -> str:
        # A CSV file stays what it was; what was TSV becomes CSV with commas.
        if isinstance(self.source, DelimitedSource) and format_of(self.path).kind == "csv":
            return self.source.delimiter
        return ","

    def count(self) -> int | None:
        """Return the rows of a Parquet file, or the lines of a plain text, to tell how far."""
        if isinstance(self.source, ParquetSource):
            return self.source.rows
        return None if format_of(self.path).compressed else _count_lines(self.path)

    def _columns(self) -> tuple[str, ...]:
        """Return every column, where later rows may have more by reading all of them once."""
        if self.source.columns_are_fixed:
            return self.source.columns
        names = dict.fromkeys(self.source.columns)
        for record in self.source.records():
            names.update(dict.fromkeys(record.values))
        return tuple(names)


def open_input(
    path: Path, form: Format, classifier: MentionClassifier, options: ScoringOptions
) -> OpenedInput:
    """Open a file to be scored.

    Args:
        path: the file.
        form: of the output.
        classifier: answers.
        options: how.

    Raises:
        ScoringError: a column is missing, or one that would be added is there already.
        LabelledFileError: the file cannot be read.
    """
    source = open_source(path, encoding=options.encoding)
    answers = AnswerColumns(
        classifier.manifest.tasks, options.prefix, probabilities=options.probabilities
    )
    text, lang = options.text_column, options.lang_column
    for column in (text, lang):
        if column is not None and column not in source.columns:
            raise ScoringError(
                f"{path}: no column {column!r}; there are {', '.join(map(repr, source.columns))} "
                "(--text-column and --lang-column choose)"
            )
    added = frozenset(answers.names(table=form.kind != "jsonl"))
    if source.columns_are_fixed and (taken := sorted(added & set(source.columns))):
        raise ScoringError(
            f"{path}: there is a column {taken[0]!r} already; --prefix gives the added ones other "
            "names, for example --prefix predicted_"
        )
    if lang is None and "lang" in source.columns:
        lang = "lang"
    scorer = RowScorer(classifier, text, lang, added)
    return OpenedInput(path, source, form, answers, scorer, options.safe_cells)


def _run(
    opened: OpenedInput, sink: Sink, chunk: int, totals: Totals, commit: Callable[[int], None]
) -> None:
    records = islice(opened.source.records(), totals.rows, None)
    while batch := list(islice(records, chunk)):
        rows = opened.scorer.score(batch)
        position = sink.write(rows)
        totals.rows += len(rows)
        totals.unscored += sum(row.prediction is None for row in rows)
        if batch[-1].fault and batch[-1].fault.kind == "damaged":
            totals.damaged = batch[-1].fault.problem
        commit(position)


def _check_free(job: Job) -> None:
    if job.journal.exists():
        raise ScoringError(
            f"{job.journal}: an earlier run is not finished; --resume goes on with it, "
            "--overwrite starts again"
        )
    if job.output.exists():
        raise ScoringError(f"{job.output}: is there already; --overwrite replaces it")


def _tidy(job: Job) -> None:
    # The journal goes first: without it, parts that are left mean nothing.
    job.journal.unlink(missing_ok=True)
    if job.partial.is_dir():
        shutil.rmtree(job.partial)


def _identity(job: Job, classifier: MentionClassifier, options: ScoringOptions) -> dict[str, Any]:
    """Say what is scored, with what and how, as far as the output depends on it."""
    with job.source.open("rb") as file:
        start = hashlib.sha256(file.read(_HASHED_BYTES)).hexdigest()
    return {
        "input": {"bytes": job.source.stat().st_size, "start": start},
        "bundle": classifier.manifest.graph.sha256,
        "options": {name: value for name, value in vars(options).items() if name != "chunk"},
    }


def _check_same(before: dict[str, Any], now: dict[str, Any], path: Path) -> None:
    for name, what in (
        ("input", "the input has changed"),
        ("bundle", "it used another bundle"),
        ("options", "it had other options"),
    ):
        if before.get(name) != now[name]:
            raise ScoringError(
                f"{path}: the earlier run cannot go on, {what}; --overwrite starts again"
            )


def _count_lines(path: Path) -> int:
    lines = 0
    with path.open("rb") as file:
        while block := file.read(_COUNTED_BYTES):
            lines += block.count(b"\n")
    return lines


def totals_note(totals: Totals) -> str:
    """Return what the last line of progress says of rows without an answer."""
    if not totals.unscored:
        return ""
    rows = "1 row was" if totals.unscored == 1 else f"{totals.unscored:,} rows were"
    return f"; {rows} not scored, see their flags"

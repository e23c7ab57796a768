"""What runs in the processes of a Ray cluster: a piece of a Parquet file in, a scored part out."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from mentionlens import MentionClassifier

from mentionlens_data.files.bad_row import Fault
from mentionlens_data.files.record import Record
from mentionlens_data.scoring.answers import AnswerColumns
from mentionlens_data.scoring.errors import ScoringError
from mentionlens_data.scoring.parquet_folder import part_of
from mentionlens_data.scoring.parquet_pieces import Piece, read_piece
from mentionlens_data.scoring.rows import RowScorer
from mentionlens_data.scoring.scorer import ScoringOptions

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["PieceScorer", "WorkOrder", "scored_schema"]

_UNREADABLE = Fault("undecodable", "a value that is no text in UTF-8")


@dataclass(frozen=True)
class WorkOrder:
    """What every process of a run is told.

    Attributes:
        folder: for the parts; every machine sees it under this name.
        schema: of the input.
        bundle: folder of a bundle, seen likewise; None takes the one that is installed there.
        graph: SHA-256 of its graph, which must be the same everywhere.
        options: how.
        lang: column of the languages, if there is one.
        threads: of one process.
    """

    folder: str
    schema: pa.Schema
    bundle: str | None
    graph: str
    options: ScoringOptions
    lang: str | None
    threads: int


@dataclass(frozen=True)
class _Model:
    """What a process opens once."""

    answers: AnswerColumns
    schema: pa.Schema
    scorer: RowScorer


class PieceScorer:
    """Scores pieces; Ray Data makes one for each process, which opens the model once.

    Args:
        order: what to do.
    """

    def __init__(self, order: WorkOrder) -> None:
        self._order = order
        # Opened by the first call: what a constructor raises, Ray does not pass on.
        self._model: _Model | None = None

    def __call__(self, batch: pa.Table) -> pa.Table:
        """Score pieces.

        Args:
            batch: one row for each piece, with the fields of `Piece` as columns.

        Returns:
            A row for each: how many `rows` it has, and how many are `unscored`.

        Raises:
            BundleError: the bundle cannot be used.
            ScoringError: another bundle is installed here, a piece cannot be read, or its part not
                be written.
        """
        import pyarrow as pa

        if self._model is None:
            self._model = _open_model(self._order)
        model = self._model
        counts = [self._score(model, Piece(**row)) for row in batch.to_pylist()]
        return pa.table({"rows": [x for x, _ in counts], "unscored": [y for _, y in counts]})

    def _score(self, model: _Model, piece: Piece) -> tuple[int, int]:
        from pyarrow import parquet

        part = part_of(Path(self._order.folder), piece.number)
        # A process that is taken for lost may still be writing while another does its work again.
        temporary = part.with_name(f".{part.name}-{uuid4().hex}")
        unscored = 0
        try:
            with temporary.open("wb") as file:
                with parquet.ParquetWriter(file, model.schema) as writer:
                    for table in read_piece(piece, self._order.schema):
                        scored, missing = _answer(model, table)
                        writer.write_table(scored)
                        unscored += missing
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(part)
        except OSError as error:
            raise ScoringError(
                f"{part}: cannot be written ({error}); every machine must see the folder"
            ) from error
        return piece.rows, unscored


def scored_schema(schema: pa.Schema, answers: AnswerColumns) -> pa.Schema:
    """Return the columns of the input and, behind them, those that are added."""
    import pyarrow as pa

    for name, is_number in answers.numbers_by_task().items():
        schema = schema.append(pa.field(name, pa.float64() if is_number else pa.string()))
    return schema.append(pa.field(answers.names(table=True)[-1], pa.string()))


def _open_model(order: WorkOrder) -> _Model:
    classifier = MentionClassifier(order.bundle, threads=order.threads)
    if classifier.manifest.graph.sha256 != order.graph:
        raise ScoringError(
            f"{classifier.bundle.path}: another bundle than where the run was started; install the "
            "same mentionlens on every machine, or name a bundle that all see"
        )
    options = order.options
    answers = AnswerColumns(
        classifier.manifest.tasks, options.prefix, probabilities=options.probabilities
    )
    added = frozenset(answers.names(table=True))
    scorer = RowScorer(classifier, options.text_column, order.lang, added)
    return _Model(answers, scored_schema(order.schema, answers), scorer)


def _answer(model: _Model, table: pa.Table) -> tuple[pa.Table, int]:
    """Return the table with the added columns, and how many rows have no answer."""
    import pyarrow as pa

    rows = model.scorer.score(list(_records(model.scorer, table)))
    added = [model.answers.table_row(row) for row in rows]
    for field in list(model.schema)[table.num_columns :]:
        values = [row[field.name] for row in added]
        table = table.append_column(field, pa.array(values, field.type))
    return table, sum(row.prediction is None for row in rows)


def _records(scorer: RowScorer, table: pa.Table) -> Iterator[Record]:
    """Yield the columns that scoring looks at; the others stay as they are in the table."""
    names = [name for name in (scorer.text, scorer.lang) if name is not None]
    columns = [_values(table.column(name)) for name in names]
    for number, values in enumerate(zip(*columns, strict=True), start=1):
        if _UNREADABLE in values:
            yield Record(number, {}, "", _UNREADABLE)
        else:
            row = dict(zip(names, values, strict=True))
            yield Record(number, row, row)


def _values(column: Any) -> list[Any]:  # noqa: ANN401 - pyarrow's
    try:
        return list(column.to_pylist())
    except (ValueError, OverflowError):
        # One bad value is no reason to lose the others.
        return [_value(scalar) for scalar in column]


def _value(scalar: Any) -> Any:  # noqa: ANN401 - pyarrow's
    try:
        return scalar.as_py()
    except (ValueError, OverflowError):
        return _UNREADABLE

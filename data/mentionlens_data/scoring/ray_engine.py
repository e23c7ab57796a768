"""Scoring on a Ray cluster: Parquet in, a folder of Parquet out, the model open in every process.

Ray Data deals out pieces of the files to a pool of actors, brings lost ones back and does their
work again. The actors read and write themselves: Ray's own reader deals files out in an order of
its own, and makes blocks by bytes, of which one holds more mentions than a processor scores in an
hour. The number of a piece is the name of its part, so the parts are in the order of the input
whoever is done first, and a part that is written twice is there once.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from mentionlens import MentionClassifier
from mentionlens.errors import MentionlensError

from mentionlens_data.scoring.errors import ScoringError
from mentionlens_data.scoring.formats import Format, format_of
from mentionlens_data.scoring.jobs import expand_names
from mentionlens_data.scoring.parquet_folder import new_folder, part_of, partial_of
from mentionlens_data.scoring.parquet_pieces import Piece, cut, open_files
from mentionlens_data.scoring.progress import Progress
from mentionlens_data.scoring.ray_cluster import check_ray, ray_cluster
from mentionlens_data.scoring.ray_worker import PieceScorer, WorkOrder, scored_schema
from mentionlens_data.scoring.scorer import ScoringOptions, Totals, open_input, totals_note

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["PIECE_ROWS", "score_with_ray"]

PIECE_ROWS = 16_384
"""Rows of a piece where nothing else is said: some minutes of one processor."""


def score_with_ray(
    names: Sequence[str],
    output: Path,
    options: ScoringOptions,
    *,
    bundle: Path | None = None,
    threads: int = 1,
    actors: int | None = None,
    address: str | None = None,
    overwrite: bool = False,
) -> Totals:
    """Score Parquet files into a folder of Parquet files, on a Ray cluster.

    All files together are one table: the same columns, then those that the local engine adds; the
    parts, sorted by name, have the rows of the files in their order. On more than one machine,
    inputs, output and bundle must be seen everywhere under the same name.

    Args:
        names: files, folders, or patterns such as `exports/*.parquet`.
        output: a folder; until it is whole, it is called `<name>.ray-partial`.
        options: how; `chunk` is the number of rows of a part.
        bundle: a bundle; None takes the one that is installed with mentionlens, everywhere.
        threads: processors of one actor.
        actors: how many; None: as many as the processors of the cluster allow.
        address: of the cluster, see `ray_cluster`.
        overwrite: replace the parts that stand there.

    Raises:
        ScoringError: ray is missing, an input is no Parquet, columns do not fit, something stands
            in the way, or a piece could not be scored. The output is as it was.
        LabelledFileError: an input is damaged.
        BundleError: the bundle cannot be used.
    """
    check_ray()
    output = output.absolute()
    paths = _find(names, output)
    schema, files = open_files(paths)
    bundle = None if bundle is None else bundle.absolute()
    classifier = MentionClassifier(bundle, threads=threads)
    opened = open_input(paths[0], Format("parquet"), classifier, options)
    pieces = cut(files, options.chunk)
    with new_folder(output, overwrite=overwrite) as folder:
        order = WorkOrder(
            folder=str(folder),
            schema=schema,
            bundle=None if bundle is None else str(bundle),
            graph=classifier.manifest.graph.sha256,
            options=options,
            lang=opened.scorer.lang,
            threads=threads,
        )
        progress = Progress(_name(names), sum(files.values()))
        totals = Totals()
        if pieces:
            with ray_cluster(address, (actors or 1) * threads) as processors:
                _check_room(processors, threads)
                _run(pieces, order, actors or max(1, processors // threads), totals, progress)
        else:
            _write_empty(part_of(folder, 0), scored_schema(schema, opened.answers))
        _check_whole(folder, pieces)
    progress.finish(totals.rows, totals_note(totals))
    return totals


def _find(names: Sequence[str], output: Path) -> list[Path]:
    paths = [path.absolute() for name in names for path, _ in expand_names(name)]
    places = [place.resolve() for place in (output, partial_of(output))]
    seen = set()
    for path in paths:
        if format_of(path).kind != "parquet":
            raise ScoringError(
                f"{path}: the ray engine reads Parquet only; --engine local reads the other "
                "formats, a pattern such as 'exports/*.parquet' leaves them out"
            )
        if path in seen:
            raise ScoringError(f"{path}: is named twice; name it once")
        if any(path.resolve().is_relative_to(place) for place in places):
            raise ScoringError(f"{path}: an input that lies in the output; name another folder")
        seen.add(path)
    return paths


def _check_room(processors: int, threads: int) -> None:
    # A cluster that grows by itself may have none yet.
    if 0 < processors < threads:
        raise ScoringError(
            f"the cluster has {processors} processors, an actor would wait for {threads} for ever; "
            "--threads says how many it takes"
        )


def _run(
    pieces: Sequence[Piece], order: WorkOrder, actors: int, totals: Totals, progress: Progress
) -> None:
    from ray.data import ActorPoolStrategy, from_items

    pool = ActorPoolStrategy(
        size=min(actors, len(pieces)),
        # A piece that waits for a busy actor would keep an idle one from it.
        max_tasks_in_flight_per_actor=1,
    )
    # One block for each piece, so that each is a task of its own.
    work = from_items([asdict(piece) for piece in pieces], override_num_blocks=len(pieces))
    done = work.map_batches(
        PieceScorer,
        fn_constructor_args=(order,),
        batch_size=1,
        batch_format="pyarrow",
        compute=pool,
        num_cpus=order.threads,
    )
    try:
        # Closed at once where something interrupts it, or the cluster would go on with its work.
        with closing(iter(done.iter_rows())) as rows:
            for row in rows:
                totals.rows += row["rows"]
                totals.unscored += row["unscored"]
                progress.rows(totals.rows)
    except Exception as error:  # whatever an actor raised, or Ray about it
        raise _told(error) from error


def _told(error: BaseException) -> ScoringError:
    """Return what an actor meant to say, from within what Ray wraps around it."""
    inner: BaseException | None = error
    last = error
    while inner is not None:
        # Ray makes classes of its own that are ours as well, with a whole traceback as message.
        if isinstance(inner, MentionlensError) and type(inner).__module__.startswith("mentionlens"):
            # Ray adds lines on what could be tried again.
            return ScoringError(f"{str(inner).splitlines()[0]}; nothing is written")
        last = inner
        inner = getattr(inner, "cause", None) or inner.__cause__
    return ScoringError(
        f"the cluster did not score all pieces: {type(last).__name__}: "
        f"{' '.join(str(last).split())[:500]}; nothing is written"
    )


def _check_whole(folder: Path, pieces: Sequence[Piece]) -> None:
    """See to it that every part is there; a machine that sees another folder writes elsewhere."""
    from pyarrow import parquet

    for piece in pieces:
        part = part_of(folder, piece.number)
        if not part.is_file() or parquet.read_metadata(part).num_rows != piece.rows:
            raise ScoringError(
                f"{part}: is not here, or not whole; every machine of the cluster must see OUT "
                "under the same name"
            )


def _write_empty(part: Path, schema: pa.Schema) -> None:
    from pyarrow import parquet

    parquet.write_table(schema.empty_table(), part)


def _name(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{len(names)} inputs"

"""`mentionlens score`: files of mentions in, the same rows with answers out."""

from __future__ import annotations

import argparse
import contextlib
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from mentionlens import MentionClassifier
from mentionlens.errors import MentionlensError

from mentionlens_data.scoring.errors import ScoringError
from mentionlens_data.scoring.formats import NAMES, Format
from mentionlens_data.scoring.jobs import plan_jobs
from mentionlens_data.scoring.ray_engine import PIECE_ROWS, score_with_ray
from mentionlens_data.scoring.scorer import (
    ScoringOptions,
    Totals,
    score_file,
    score_to_stream,
)

__all__ = ["main", "positive_number"]

_STREAM = "-"
_DONE, _FAILED, _WRONG = 0, 1, 2
_CHUNKS = {"local": ScoringOptions.chunk, "ray": PIECE_ROWS}


def main(argv: Sequence[str] | None = None) -> int:
    """Score files.

    Returns:
        0 done, 1 the work failed, 2 the call was wrong.
    """
    parser = _parser()
    arguments = parser.parse_args(argv)
    if arguments.resume and (_STREAM in arguments.input or arguments.output == _STREAM):
        parser.error("--resume needs files: a stream cannot be gone back in")
    if arguments.resume and arguments.overwrite:
        parser.error("--resume goes on with what --overwrite would throw away")
    if _STREAM in arguments.input and len(arguments.input) > 1:
        parser.error("standard input is scored alone")
    if refused := _refused(arguments):
        parser.error(refused)
    options = ScoringOptions(
        text_column=arguments.text_column,
        lang_column=arguments.lang_column,
        prefix=arguments.prefix,
        probabilities=arguments.probabilities,
        safe_cells=arguments.safe_cells,
        encoding=arguments.encoding,
        chunk=arguments.chunk or _CHUNKS[arguments.engine],
    )
    try:
        if arguments.engine == "ray":
            return _with_ray(arguments, options)
        classifier = MentionClassifier(arguments.bundle, threads=arguments.threads)
        with _input(arguments) as names:
            if arguments.output == _STREAM:
                return _to_stream(arguments, names, classifier, options)
            return _to_files(arguments, names, classifier, options)
    except MentionlensError as error:
        print(f"mentionlens: {error}", file=sys.stderr)
        return _FAILED


def _to_files(
    arguments: argparse.Namespace,
    names: Sequence[str],
    classifier: MentionClassifier,
    options: ScoringOptions,
) -> int:
    code = _DONE
    for job in plan_jobs(names, Path(arguments.output)):
        try:
            totals = score_file(
                job,
                classifier,
                options,
                resume=arguments.resume,
                overwrite=arguments.overwrite,
            )
        except OSError as error:
            raise ScoringError(
                f"{job.output}: {error}; what is scored is kept, run again with --resume"
            ) from error
        except KeyboardInterrupt:
            print(
                f"\nmentionlens: interrupted; --resume goes on with {job.output}", file=sys.stderr
            )
            raise
        if totals is None:
            print(f"{job.output}: is complete", file=sys.stderr)
        else:
            code = max(code, _tell(job.source, totals))
    return code


def _with_ray(arguments: argparse.Namespace, options: ScoringOptions) -> int:
    try:
        score_with_ray(
            arguments.input,
            Path(arguments.output),
            options,
            bundle=arguments.bundle and Path(arguments.bundle),
            threads=arguments.threads or 1,
            actors=arguments.actors,
            address=arguments.ray_address,
            overwrite=arguments.overwrite,
        )
    except OSError as error:
        raise ScoringError(f"{arguments.output}: {error}; nothing is written") from error
    except KeyboardInterrupt:
        print("\nmentionlens: interrupted; nothing is written", file=sys.stderr)
        raise
    return _DONE


def _refused(arguments: argparse.Namespace) -> str:
    """Say what the chosen engine has no use for, and what would do; nothing where all fits."""
    if arguments.engine == "local":
        given = {"--ray-address": arguments.ray_address, "--actors": arguments.actors}
        return _found(given, "is for --engine ray; the local engine has --threads")
    if _STREAM in arguments.input or arguments.output == _STREAM:
        return "the ray engine needs files and a folder; --engine local takes streams"
    if arguments.resume:
        return "the ray engine has no --resume; --overwrite starts again, --engine local goes on"
    given = {
        "--encoding": arguments.encoding,
        "--format": arguments.format,
        "--safe-cells": arguments.safe_cells,
    }
    return _found(given, "is for text files; the ray engine reads and writes Parquet")


def _found(given: Mapping[str, object], why: str) -> str:
    return next((f"{name} {why}" for name, value in given.items() if value), "")


def _to_stream(
    arguments: argparse.Namespace,
    names: Sequence[str],
    classifier: MentionClassifier,
    options: ScoringOptions,
) -> int:
    if len(names) != 1 or not Path(names[0]).is_file():
        raise ScoringError("standard output takes one file; several need a folder to go to")
    form = Format(arguments.format or "jsonl")
    if form.kind == "parquet":
        raise ScoringError("Parquet needs a file to go to; possible are csv, tsv and jsonl")
    path = Path(names[0])
    return _tell(path, score_to_stream(path, sys.stdout.buffer, form, classifier, options))


def _tell(path: Path, totals: Totals) -> int:
    if not totals.damaged:
        return _DONE
    print(f"mentionlens: {path}: {totals.damaged}", file=sys.stderr)
    return _FAILED


@contextlib.contextmanager
def _input(arguments: argparse.Namespace) -> Iterator[Sequence[str]]:
    """Give the names; standard input is put into a temporary file first."""
    if arguments.input != [_STREAM]:
        yield arguments.input
        return
    with tempfile.NamedTemporaryFile(suffix=f".{arguments.input_format}") as file:
        shutil.copyfileobj(sys.stdin.buffer, file)
        file.flush()
        yield [file.name]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mentionlens score",
        description="Score files of mentions. The output keeps every column and every row of the "
        "input, in order, and adds labels, scores and flags. A row that cannot be read is kept and "
        "flagged. Formats by ending: .csv, .tsv, .jsonl, .parquet; the first three also .gz.",
    )
    parser.add_argument(
        "input", nargs="+", metavar="IN", help="files, folders, patterns; - is standard input"
    )
    parser.add_argument(
        "-o",
        "--output",
        required=True,
        metavar="OUT",
        help="a file; for several inputs a folder; - is standard output",
    )
    parser.add_argument("--text-column", default="text", metavar="NAME", help="(default: text)")
    parser.add_argument(
        "--lang-column", metavar="NAME", help="languages, ISO 639-1 (default: lang, where it is)"
    )
    parser.add_argument("--prefix", default="", help="before the names of the added columns")
    parser.add_argument(
        "--probabilities",
        action="store_true",
        help="add the probability of every label to tables; JSON Lines always have them",
    )
    parser.add_argument(
        "--safe-cells",
        action="store_true",
        help="put an apostrophe before cells of CSV that a spreadsheet would run as formulas",
    )
    parser.add_argument("--resume", action="store_true", help="go on with a run that was stopped")
    parser.add_argument("--overwrite", action="store_true", help="replace what stands at OUT")
    parser.add_argument("--encoding", help="of text inputs (default: found out)")
    parser.add_argument(
        "--input-format",
        choices=[name for name in NAMES if name != "parquet"],
        default="jsonl",
        help="of standard input (default: jsonl)",
    )
    parser.add_argument("--format", choices=NAMES, help="of standard output (default: jsonl)")
    parser.add_argument(
        "--chunk",
        type=positive_number,
        metavar="N",
        help="rows between two commits to disk; with --engine ray of one part (default: "
        f"{ScoringOptions.chunk}; ray: {PIECE_ROWS})",
    )
    parser.add_argument("--bundle", metavar="DIR", help="bundle to use (default: the packaged one)")
    parser.add_argument(
        "--threads",
        type=positive_number,
        metavar="N",
        help="(default: at most 4; ray: 1 for each actor)",
    )
    ray = parser.add_argument_group(
        "beyond one machine",
        "With --engine ray the processes of a Ray cluster score Parquet files into one folder of "
        "Parquet files, in order. Inputs, OUT and --bundle must have the same names on every "
        "machine.",
    )
    ray.add_argument("--engine", choices=tuple(_CHUNKS), default="local", help="(default: local)")
    ray.add_argument(
        "--ray-address",
        metavar="ADDRESS",
        help="of a cluster, or auto for the one that runs here (default: RAY_ADDRESS; else a "
        "cluster is started on this machine for the run)",
    )
    ray.add_argument(
        "--actors",
        type=positive_number,
        metavar="N",
        help="processes that hold the model (default: as many as the cluster has processors for)",
    )
    return parser


def positive_number(text: str) -> int:
    """Read a whole number of 1 or more, for argparse."""
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number of 1 or more, found {text!r}")
    return number

"""`mentionlens triage`: what to answer first and how, and what is still waiting."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from mentionlens.errors import MentionlensError
from mentionlens.triage import Triage, check_playbook, guidance_languages, load_playbook

from mentionlens_data.atomic import written_atomically
from mentionlens_data.mention_arguments import (
    add_reading_arguments,
    input_file,
    time_argument,
    zone_argument,
)
from mentionlens_data.scoring.command import positive_number
from mentionlens_data.scoring.formats import NAMES, Format
from mentionlens_data.triage.answered_file import ClassifierLoader
from mentionlens_data.triage.errors import TriageError
from mentionlens_data.triage.summary_text import summary_lines
from mentionlens_data.triage.triaging import (
    Triaged,
    TriageOptions,
    triage_file,
    triage_to_stream,
)

__all__ = ["main"]

_STREAM = "-"
_DONE, _FAILED = 0, 1


def main(argv: Sequence[str] | None = None) -> int:
    """Triage a file, or check a playbook.

    Returns:
        0 done, 1 the work failed or the playbook has faults, 2 the call was wrong.
    """
    parser = _parser()
    arguments = parser.parse_args(argv)
    if arguments.check is None and (arguments.input is None or arguments.output is None):
        parser.error("IN and -o OUT are needed, or --check PLAYBOOK")
    try:
        if arguments.check is not None:
            return _check(arguments.check)
        triage = Triage(
            load_playbook(arguments.playbook), guidance_language=arguments.guidance_language
        )
        with input_file(arguments.input, arguments.input_format) as path:
            triaged = _triage(arguments, path, triage)
        return _tell(arguments, triaged)
    except MentionlensError as error:
        print(f"mentionlens: {error}", file=sys.stderr)
        return _FAILED
    except OSError as error:
        print(f"mentionlens: {arguments.output}: {error}", file=sys.stderr)
        return _FAILED


def _check(path: str) -> int:
    playbook = load_playbook(path)
    Triage(playbook)  # every key of guidance is there
    findings = check_playbook(playbook)
    for finding in findings:
        print(f"{path}: {finding}")
    if not findings:
        print(
            f"{path}: {playbook.name} {playbook.version}, {len(playbook.rules)} rules, each can be "
            f"reached; every mention meets one; {len(playbook.principles)} principles hold"
        )
    return _FAILED if findings else _DONE


def _triage(arguments: argparse.Namespace, path: Path, triage: Triage) -> Triaged:
    options = TriageOptions(
        now=arguments.now or datetime.now(UTC),
        columns=dict(arguments.column),
        zone=arguments.timezone,
        prefix=arguments.prefix,
        queue=arguments.sort,
        safe_cells=arguments.safe_cells,
        encoding=arguments.encoding,
        classifier=ClassifierLoader(arguments.bundle, arguments.threads),
    )
    if arguments.output != _STREAM:
        return triage_file(
            path,
            Path(arguments.output),
            triage,
            options,
            overwrite=arguments.overwrite,
        )
    form = Format(arguments.format or "jsonl")
    if form.kind == "parquet":
        raise TriageError("Parquet needs a file to go to; possible are csv, tsv and jsonl")
    triaged = triage_to_stream(path, sys.stdout.buffer, form, triage, options)
    sys.stdout.buffer.flush()
    return triaged


def _tell(arguments: argparse.Namespace, triaged: Triaged) -> int:
    summary = triaged.waiting.to_dict()
    if arguments.summary:
        with written_atomically(Path(arguments.summary), errors="replace") as file:
            json.dump(summary, file, ensure_ascii=False, indent=2)
            file.write("\n")
    print("\n".join(summary_lines(summary)), file=sys.stderr)
    if not triaged.damaged:
        return _DONE
    print(f"mentionlens: {arguments.input}: {triaged.damaged}", file=sys.stderr)
    return _FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mentionlens triage",
        description="Say for each mention what to do (answer now, answer a question, thank, follow "
        "up, watch, do not engage, let a person look), how urgent it is, why, and what to avoid; "
        "and what is still waiting. Mentions without answers are scored on the way. Formats by "
        "ending: .csv, .tsv, .jsonl, .parquet; the first three also .gz.",
    )
    parser.add_argument(
        "input", nargs="?", metavar="IN", help="what `score` wrote, or mentions; - is stdin"
    )
    parser.add_argument("-o", "--output", metavar="OUT", help="a file; - is standard output")
    parser.add_argument("--playbook", metavar="FILE", help="own rules (default: the packaged ones)")
    parser.add_argument(
        "--check",
        metavar="PLAYBOOK",
        help="only check a playbook: conflicts, rules that are never asked, gaps, principles",
    )
    parser.add_argument(
        "--guidance-language",
        choices=guidance_languages(),
        help="of what to do and avoid (default: that of each mention, else en)",
    )
    parser.add_argument(
        "--sort", action="store_true", help="the most urgent first (default: the input's order)"
    )
    parser.add_argument("--summary", metavar="FILE", help="what is waiting, as JSON, too")
    parser.add_argument(
        "--now", type=time_argument, metavar="TIME", help="of which ages speak (default: the clock)"
    )
    parser.add_argument(
        "--timezone",
        type=zone_argument,
        default=UTC,
        metavar="NAME",
        help="of times that name none, for example Europe/Warsaw (default: UTC)",
    )
    add_reading_arguments(parser)
    parser.add_argument(
        "--prefix", default="", help="that score put before its columns; also before the added ones"
    )
    parser.add_argument(
        "--safe-cells",
        action="store_true",
        help="put an apostrophe before cells of CSV that a spreadsheet would run as formulas",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace what stands at OUT")
    parser.add_argument("--format", choices=NAMES, help="of standard output (default: jsonl)")
    parser.add_argument("--bundle", metavar="DIR", help="bundle that scores (default: packaged)")
    parser.add_argument(
        "--threads", type=positive_number, metavar="N", help="of scoring (default: at most 4)"
    )
    return parser

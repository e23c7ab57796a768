"""`mentionlens overview`: what to answer first, what waits, what is unusual, as one HTML file."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mentionlens.errors import MentionlensError
from mentionlens.overview import OverviewOptions, build_overview, overview_page
from mentionlens.triage import Triage, guidance_languages, load_playbook
from mentionlens.watch import WatchOptions

from mentionlens_data.atomic import written_atomically
from mentionlens_data.mention_arguments import (
    add_reading_arguments,
    input_file,
    time_argument,
    zone_argument,
)
from mentionlens_data.overview.reading import (
    OverviewInputError,
    opened_mentions,
)
from mentionlens_data.scoring.command import positive_number
from mentionlens_data.triage.answered_file import AnswerOptions, ClassifierLoader

__all__ = ["main"]

_STREAM = "-"
_DONE, _FAILED = 0, 1


def main(argv: Sequence[str] | None = None) -> int:
    """Write the page of a file.

    Returns:
        0 done, 1 the work failed, or the end of the input is lost, 2 the call was wrong.
    """
    arguments = _parser().parse_args(argv)
    output = Path(arguments.output)
    try:
        if arguments.output != _STREAM and output.exists() and not arguments.overwrite:
            raise OverviewInputError(f"{output}: is there already; --overwrite replaces it")
        with input_file(arguments.input, arguments.input_format) as path:
            overview = _overview(arguments, path)
        page = overview_page(overview)
        if arguments.output == _STREAM:
            sys.stdout.buffer.write(page.encode())
            sys.stdout.buffer.flush()
        else:
            output.parent.mkdir(parents=True, exist_ok=True)
            with written_atomically(output) as file:
                file.write(page)
    except MentionlensError as error:
        print(f"mentionlens: {error}", file=sys.stderr)
        return _FAILED
    except OSError as error:
        print(f"mentionlens: {arguments.output}: {error}", file=sys.stderr)
        return _FAILED
    for line in _summary(overview):
        print(line, file=sys.stderr)
    damaged = overview["read"]["broken_off"]
    if damaged:
        print(f"mentionlens: {arguments.input}: {damaged}", file=sys.stderr)
    return _FAILED if damaged else _DONE


def _overview(arguments: argparse.Namespace, path: Path) -> dict[str, Any]:
    triage = Triage(
        load_playbook(arguments.playbook), guidance_language=arguments.guidance_language
    )
    options = OverviewOptions(
        watch=WatchOptions(timezone=arguments.timezone.key, alarms=arguments.alarms),
        most_rows=arguments.rows,
    )
    reading = AnswerOptions(
        columns=dict(arguments.column),
        zone=arguments.timezone,
        prefix=arguments.prefix,
        encoding=arguments.encoding,
        classifier=ClassifierLoader(arguments.bundle, arguments.threads),
    )
    with opened_mentions(path, triage.playbook, reading, arguments.brand) as file:
        overview = build_overview(
            file.mentions(),
            now=arguments.now or datetime.now(UTC),
            triage=triage,
            replies_known=file.replies_known,
            options=options,
        )
        overview["read"]["unreadable"] = file.unreadable
        overview["read"]["broken_off"] = file.damaged
    return overview


def _summary(overview: Mapping[str, Any]) -> Iterator[str]:
    queue, whole = overview["queue"], overview["waiting"][:1]
    overdue = sum(one["mentions"] for one in queue["counts"] if one["overdue"])
    yield (
        f"{overview['read']['mentions']:,} mentions, seen from {overview['now']}; "
        f"{queue['total']:,} in the queue, {overdue:,} of them overdue"
    )
    if len(queue["rows"]) < queue["total"]:
        left_out = queue["total"] - len(queue["rows"])
        yield f"  the {left_out:,} least urgent are counted, but not shown"
    for figures in whole:
        yield f"  {figures['waiting']:,} of {figures['complaints']:,} complaints wait"
    if overview["trends"] is not None:
        alerts = overview["trends"]["alerts"]
        going_on = sum(alert["closed_at"] is None for alert in alerts)
        yield f"  {len(alerts):,} alerts, {going_on:,} of which go on"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mentionlens overview",
        description="Write one HTML file for a care team: what to answer first and how, what is "
        "waiting, what is unusual, and the shares of positive and negative mentions. It holds "
        "texts of mentions, loads nothing and sends nothing. Mentions without answers are scored "
        "on the way. Formats by ending: .csv, .tsv, .jsonl, .parquet; the first three also .gz.",
    )
    parser.add_argument("input", metavar="IN", help="what `score` wrote, or mentions; - is stdin")
    parser.add_argument(
        "-o", "--output", required=True, metavar="OUT", help="HTML file; - is standard output"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace what stands at OUT")
    parser.add_argument("--brand", metavar="NAME", help="only mentions of this one")
    parser.add_argument("--playbook", metavar="FILE", help="own rules (default: the packaged ones)")
    parser.add_argument(
        "--guidance-language",
        choices=guidance_languages(),
        help="of what to do and avoid (default: that of each mention, else en)",
    )
    parser.add_argument(
        "--now",
        type=time_argument,
        metavar="TIME",
        help="of which the page speaks (default: the clock)",
    )
    parser.add_argument(
        "--timezone",
        type=zone_argument,
        default="UTC",
        metavar="NAME",
        help="of days and weeks, and of times that name none, for example Europe/Warsaw "
        "(default: UTC)",
    )
    parser.add_argument(
        "--alarms",
        type=float,
        default=WatchOptions.alarms,
        metavar="N",
        help="false alarms that are put up with, per brand and month (default: 1)",
    )
    parser.add_argument(
        "--rows",
        type=positive_number,
        default=OverviewOptions.most_rows,
        metavar="N",
        help="of the queue that are shown, the most urgent; the rest is counted (default: 400)",
    )
    add_reading_arguments(parser)
    parser.add_argument("--prefix", default="", help="that score put before its columns")
    parser.add_argument("--bundle", metavar="DIR", help="bundle that scores (default: packaged)")
    parser.add_argument(
        "--threads", type=positive_number, metavar="N", help="of scoring (default: at most 4)"
    )
    return parser

"""`mentionlens watch`: what is usual in a stream of scored mentions, and when it is not."""

from __future__ import annotations

import argparse
import contextlib
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from mentionlens.errors import MentionlensError
from mentionlens.watch import WatchOptions, WatchReport
from mentionlens.watch.webhook import Webhook

from mentionlens_data.mention_arguments import add_reading_arguments, zone_argument
from mentionlens_data.scoring.formats import format_of
from mentionlens_data.watch.errors import WatchInputError
from mentionlens_data.watch.output import AlertFile, AlertStream
from mentionlens_data.watch.running import RunResult, State, run
from mentionlens_data.watch.sources import FileSource, Source, StreamSource

__all__ = ["main"]

_STREAM = "-"
_DONE, _FAILED, _ALARMED = 0, 1, 3


def main(argv: Sequence[str] | None = None) -> int:
    """Watch a file or a stream.

    Returns:
        0 done, 1 the work failed, 2 the call was wrong; 3 done, with an alert that opened or grew,
        where `--fail-on-alert` asks for that.
    """
    parser = _parser()
    arguments = parser.parse_args(argv)
    if arguments.replayed and not (arguments.state and arguments.input == _STREAM):
        parser.error("--replayed is for standard input with --state; files are never read twice")
    try:
        return _watch(arguments)
    except MentionlensError as error:
        print(f"mentionlens: {error}", file=sys.stderr)
        return _FAILED
    except OSError as error:
        print(f"mentionlens: {error}", file=sys.stderr)
        return _FAILED


def _watch(arguments: argparse.Namespace) -> int:
    options = WatchOptions(
        alarms=arguments.alarms,
        lateness=arguments.lateness,
        ahead=arguments.ahead,
        warm_up=arguments.warm_up * 24,
        timezone=arguments.timezone.key,
    )
    with _source(arguments) as (source, name):
        path = Path(arguments.state) if arguments.state else None
        state = State(path, arguments.save_every, options, texts=not arguments.no_text)
        size = state.position.output if state.resumed else None
        if arguments.output == _STREAM:
            output: AlertFile | AlertStream = AlertStream(sys.stdout.buffer)
        else:
            output = AlertFile(Path(arguments.output), size, overwrite=arguments.overwrite)
        webhook = (
            Webhook(arguments.webhook, waiting=state.position.unsent) if arguments.webhook else None
        )
        if not state.resumed:
            # From now on a restart knows that OUT is its own.
            state.save(output, webhook)
        try:
            skips = name != _STREAM or arguments.replayed
            result = run(source, name, state, output, webhook, skips=skips)
            unsent = len(webhook.close(arguments.patience)) if webhook else 0
            state.save(output, webhook)
        finally:
            output.close()
    return _tell(arguments, state, result, webhook, unsent)


def _tell(
    arguments: argparse.Namespace,
    state: State,
    result: RunResult,
    webhook: Webhook | None,
    unsent: int,
) -> int:
    report = state.watch.report
    print("\n".join(_summary(result, report, len(state.watch.brands))), file=sys.stderr)
    problems = []
    if result.damaged:
        problems.append(f"{arguments.input}: {result.damaged}")
    if result.records and not report.counted:
        problems.append(
            f"{arguments.input}: none of {result.records:,} records could be counted; each needs a "
            "time (--column time=NAME) and the answers that `mentionlens score` adds"
        )
    if unsent and webhook:
        kept = "; they are sent with the next run" if state.kept else ""
        problems.append(f"{arguments.webhook}: {unsent} alerts not sent ({webhook.problem}){kept}")
    if webhook and webhook.refused:
        why = next(iter(webhook.refused.values()))
        problems.append(f"{arguments.webhook}: {len(webhook.refused)} alerts refused ({why})")
    for problem in problems:
        print(f"mentionlens: {problem}", file=sys.stderr)
    if problems:
        return _FAILED
    return _ALARMED if arguments.fail_on_alert and result.alarms else _DONE


def _summary(result: RunResult, report: WatchReport, brands: int) -> Iterator[str]:
    yield (
        f"{report.counted:,} mentions of {brands:,} brand{'' if brands == 1 else 's'}; "
        f"{result.alarms:,} alerts opened or grew, {result.alerts - result.alarms:,} closed"
    )
    left_out = {
        "came too late for an alarm": report.late,
        "came again": report.duplicates,
        "have no time": report.without_time,
        "lie too far ahead of all others": report.ahead,
        "have no answers": report.without_answers,
        "are of brands beyond the number of series": report.unwatched,
        "cannot be read": result.unreadable,
    }
    for what, number in left_out.items():
        if number:
            yield f"  {number:,} {what}"


@contextlib.contextmanager
def _source(arguments: argparse.Namespace) -> Iterator[tuple[Source, str]]:
    """Give the source, and the name under which its position is kept."""
    columns = {
        "overrides": dict(arguments.column),
        "prefix": arguments.prefix,
        "zone": arguments.timezone,
    }
    if arguments.input != _STREAM:
        path = Path(arguments.input)
        if not path.is_file():
            raise WatchInputError(f"{path}: no such file")
        format_of(path)
        yield FileSource(path, arguments.encoding, columns), str(path.resolve())
    elif arguments.input_format == "jsonl":
        yield StreamSource(sys.stdin.fileno(), columns), _STREAM
    else:
        # A table is known by its beginning and its columns: it is taken as a whole.
        with tempfile.NamedTemporaryFile(suffix=f".{arguments.input_format}") as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
            file.flush()
            yield FileSource(Path(file.name), arguments.encoding, columns), _STREAM


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mentionlens watch",
        description="Learn what is usual for each brand, language and complaint type, hour by hour "
        "of the week, and tell when it is not: bursts, lasting rises, coordinated texts. Alerts "
        "are JSON Lines: opened, escalated, closed. Formats by ending: .csv, .tsv, .jsonl, "
        ".parquet; the first three also .gz; JSON Lines on standard input are read as they come.",
    )
    parser.add_argument("input", metavar="IN", help="what `score` wrote; - is standard input")
    parser.add_argument(
        "-o", "--output", default=_STREAM, metavar="OUT", help="(default: standard output)"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace what stands at OUT")
    parser.add_argument(
        "--alarms",
        type=_number,
        default=WatchOptions.alarms,
        metavar="N",
        help="false alarms that are put up with, per brand and month (default: 1)",
    )
    parser.add_argument(
        "--warm-up",
        type=_number,
        default=WatchOptions.warm_up / 24,
        metavar="DAYS",
        help="history of a brand before its first alarm (default: 7)",
    )
    parser.add_argument(
        "--timezone",
        type=zone_argument,
        default="UTC",
        metavar="NAME",
        help="of the week's rhythm, and of times that name none (default: UTC)",
    )
    parser.add_argument(
        "--lateness",
        type=_number,
        default=WatchOptions.lateness,
        metavar="HOURS",
        help="by which a mention may come after others of its time; later ones are counted without "
        "an alarm (default: 2)",
    )
    parser.add_argument(
        "--ahead",
        type=_number,
        default=WatchOptions.ahead,
        metavar="HOURS",
        help="by which one mention may lie after all others before it waits for them (default: 24)",
    )
    parser.add_argument("--no-text", action="store_true", help="leave texts out of alerts")
    parser.add_argument(
        "--fail-on-alert", action="store_true", help="exit code 3 where an alert opened or grew"
    )
    add_reading_arguments(parser)
    parser.add_argument("--prefix", default="", help="that score put before its columns")
    state = parser.add_argument_group(
        "going on after a stop",
        "With --state a watch goes on where it was, even after a kill: a file is read from the "
        "record on that is not counted yet, and OUT is written on from there. The hour that goes "
        "on at the end stays open for the next run.",
    )
    state.add_argument("--state", metavar="FILE", help="kept there (default: none)")
    state.add_argument(
        "--save-every", type=_number, default=10.0, metavar="SECONDS", help="(default: 10)"
    )
    state.add_argument(
        "--replayed",
        action="store_true",
        help="standard input begins again with the first record that was ever sent",
    )
    hook = parser.add_argument_group("webhook")
    hook.add_argument(
        "--webhook",
        metavar="URL",
        help="POST each alert there, at least once; its key is the Idempotency-Key",
    )
    hook.add_argument(
        "--patience",
        type=_number,
        default=30.0,
        metavar="SECONDS",
        help="to send what waits at the end (default: 30)",
    )
    return parser


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number < float("inf"):
        raise argparse.ArgumentTypeError(f"must be a number of 0 or more, found {text!r}")
    return number

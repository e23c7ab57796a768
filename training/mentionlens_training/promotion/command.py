"""`mentionlens promote`: a better bundle becomes the champion, a worse one does not."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from mentionlens.errors import MentionlensError
from mentionlens_data.schema import SPLITS

from mentionlens_training.evaluation.comparison.command import macro_f1_points
from mentionlens_training.promotion.challenger import PACKAGED
from mentionlens_training.promotion.contest import Rows
from mentionlens_training.promotion.history import history_lines
from mentionlens_training.promotion.promoting import Promotion, promote
from mentionlens_training.promotion.registry import DEFAULT_ALIAS, DEFAULT_NAME, Registry
from mentionlens_training.promotion.rolling_back import roll_back
from mentionlens_training.tracking.errors import MlflowMissingError

__all__ = ["run_promote"]

_DONE, _FAILED, _WRONG = 0, 1, 2
_RULES = """\
The alias moves where the challenger's manifest records a passed export gate and, on the rows of
--data, no language and task loses more than --margin beyond chance, nor the mean at all, neither of
macro-F1 (the answers) nor of the Brier score (their probabilities), as `mentionlens compare
--no-worse-than` decides it. Without a champion the gate is enough.
Otherwise the exit code is 1 and the alias stays. The store is the one that MLFLOW_TRACKING_URI
names, or MLflow's default below the working directory; every step is a tag of the version.
"""


def run_promote(argv: Sequence[str]) -> int:
    """Run the command.

    Returns:
        0 done, 1 refused or failed, 2 the call was wrong or MLflow is not installed.
    """
    parser = _parser()
    options = parser.parse_args(argv)
    _check(parser, options)
    try:
        registry = Registry(options.registry_name, options.alias)
        if options.history:
            return _history(registry)
        if options.rollback:
            return _roll_back(registry, options)
        return _promote(registry, options)
    except MlflowMissingError as error:
        print(error, file=sys.stderr)
        return _WRONG
    except (MentionlensError, OSError) as error:
        _say(str(error))
        return _FAILED


def _promote(registry: Registry, options: argparse.Namespace) -> int:
    rows = None
    if options.data:
        rows = Rows(options.data, split=options.split, margin=options.margin)
    found = promote(
        options.challenger, registry, rows, dry_run=options.dry_run, output=options.output
    )
    for note in found.notes:
        print(note)
    if not found.passed:
        return _refused(registry, options, found)
    place = f"{registry.name}@{registry.alias}"
    before = "" if found.champion is None else f", before: {found.champion.title}"
    if options.dry_run:
        print(f"dry run: {place} would point to {found.challenger}{before}")
    else:
        print(f"{place} points to {found.challenger}{before if found.step else ''}")
    return _DONE


def _refused(registry: Registry, options: argparse.Namespace, found: Promotion) -> int:
    for reason in found.reasons:
        _say(f"refused: {reason}")
    place = f"{registry.name}@{registry.alias}"
    stays = "does not exist yet" if found.champion is None else f"stays {found.champion.title}"
    _say(f"{found.challenger} is not promoted; {place} {stays}")
    if found.step is None or found.step.figures is not None:
        _advise(options, found)
    return _FAILED


def _advise(options: argparse.Namespace, found: Promotion) -> None:
    """Say what to do about losses."""
    if found.champion is None:
        return
    where = str(options.output) if options.output else "-o DIR"
    _say(
        f"what to do: {where} shows what became better and worse; label more mentions where it "
        "lost and train again; or allow more with --margin POINTS, if gains elsewhere outweigh it"
    )


def _roll_back(registry: Registry, options: argparse.Namespace) -> int:
    step = roll_back(registry, dry_run=options.dry_run)
    what = "dry run: would go" if options.dry_run else "went"
    place = f"{registry.name}@{registry.alias}"
    print(f"{place} {what} back from version {step.before} to version {step.version}")
    return _DONE


def _history(registry: Registry) -> int:
    champion = registry.champion()
    steps = registry.steps()
    for line in history_lines(steps) if steps else ("nothing was promoted yet",):
        print(line)
    if champion is not None:
        print(f"{registry.name}@{registry.alias} is {champion.title}")
    return _DONE


def _check(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    if options.history and options.rollback:
        parser.error("--history and --rollback are two calls")
    alone = "--history" if options.history else "--rollback" if options.rollback else None
    if alone is None and options.challenger is None:
        parser.error("name what to promote: a bundle, an MLflow run or a version")
    if alone is not None and (options.challenger is not None or options.data):
        parser.error(f"{alone} takes neither a challenger nor --data")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mentionlens promote",
        description="Let an alias of MLflow's registry point to a better bundle, which a service "
        "with --model models:/NAME@ALIAS then takes; or back to the one before.",
        epilog=_RULES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "challenger",
        nargs="?",
        metavar="BUNDLE|RUN-ID|VERSION",
        help=f"folder of a bundle (`{PACKAGED}`: the own), id of an MLflow run that holds one, or "
        "number of a registered version",
    )
    parser.add_argument(
        "--data",
        nargs="+",
        type=Path,
        metavar="DIR|FILE",
        help="labelled files or prepared folders, to compare with the champion on; rows that "
        "neither was trained on",
    )
    parser.add_argument(
        "--split", choices=SPLITS, default="test", help="of prepared folders; default: test"
    )
    parser.add_argument(
        "--margin",
        type=macro_f1_points,
        default=1.0,
        metavar="POINTS",
        help="of macro-F1, and of the Brier score, that may be lost, from 0 to 100; default: "
        "%(default)s",
    )
    parser.add_argument(
        "--alias", default=DEFAULT_ALIAS, metavar="NAME", help="default: %(default)s"
    )
    parser.add_argument(
        "--registry-name",
        default=DEFAULT_NAME,
        metavar="NAME",
        help="of the registered model; default: %(default)s",
    )
    parser.add_argument("-o", "--output", type=Path, metavar="DIR", help="write the comparison")
    parser.add_argument(
        "--rollback", action="store_true", help="back to the version before; again: further back"
    )
    parser.add_argument("--history", action="store_true", help="print what was done, and why")
    parser.add_argument(
        "--dry-run", action="store_true", help="decide only; nothing is registered or moved"
    )
    return parser


def _say(message: str) -> None:
    print(f"mentionlens promote: {message}", file=sys.stderr, flush=True)

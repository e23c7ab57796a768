"""`mentionlens compare`: is the new version better than the old one?"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from mentionlens import MentionClassifier
from mentionlens.errors import MentionlensError
from mentionlens_data.schema import SPLITS
from mentionlens_data.tasks import Task

from mentionlens_training.evaluation.comparison.comparing import compare_answers
from mentionlens_training.evaluation.comparison.gate import apply_gate, gate_lines
from mentionlens_training.evaluation.comparison.markdown import render_comparison
from mentionlens_training.evaluation.comparison.pairing import Pairing, pair
from mentionlens_training.evaluation.comparison.schema import Comparison
from mentionlens_training.evaluation.comparison.sides import (
    PACKAGED,
    answered_side,
    is_bundle,
    open_bundle,
    read_side,
)
from mentionlens_training.evaluation.comparison.texts import texts_of_changed
from mentionlens_training.evaluation.comparison.writing import (
    comparison_json,
    write_changed,
    write_comparison,
)
from mentionlens_training.evaluation.rows import read_rows
from mentionlens_training.evaluation.schema import Settings

__all__ = ["macro_f1_points", "run_compare"]

_LEAST_RESAMPLES = 100
_GATE = """\
The gate, with --no-worse-than POINTS: the exit code is 1
  - where a language and task loses more than POINTS of macro-F1 and the verdict on it is `worse`:
    the paired 95 % interval of the difference lies below zero, and 6 answers or more became right
    or wrong, since fewer cannot show it;
  - where its Brier score, how far probabilities are from the truth, rises by more than POINTS, and
    the paired 95 % interval lies above zero;
  - where the mean over all counted languages and tasks does either by more than POINTS;
  - where nothing is counted: 50 common rows of two or more labels are needed.
A loss above POINTS that may be chance is named as undecided and passes; with --strict it fails.
Where many languages and tasks are compared, expect chance to call one in forty of them worse.
Without the option the exit code is 0 whatever is found. It is 1, too, where the work failed, and
2 where the call was wrong.
"""


def run_compare(argv: Sequence[str]) -> int:
    """Run the command.

    The comparison goes to standard output, and with `-o` to `comparison.json`, `comparison.md`,
    `comparison.html` and `changed.jsonl` (every labelled row with another answer) in a folder.

    Returns:
        0 when done, 1 when the work failed or the gate does not let the new version pass;
        argparse ends a wrong call with 2.
    """
    parser = _parser()
    options = parser.parse_args(argv)
    bundles = [given for given in (options.a, options.b) if is_bundle(given)]
    if bundles and not options.data:
        parser.error(f"{bundles[0]} is a bundle: --data names the rows that it is to answer")
    if options.strict and options.no_worse_than is None:
        parser.error("--strict says how --no-worse-than POINTS decides: it needs that option")
    try:
        return _compare(options)
    except (MentionlensError, OSError) as error:
        print(f"mentionlens compare: {error}", file=sys.stderr)
        return 1


def _compare(options: argparse.Namespace) -> int:
    settings = Settings(resamples=options.resamples, seed=options.seed)
    sides = (options.a, options.b)
    bundles = {given: open_bundle(given) for given in sides if is_bundle(given)}
    rows = read_rows(options.data, options.split, tasks=_tasks(bundles)) if options.data else []
    a, b = (
        answered_side(given, bundles[given], rows) if given in bundles else read_side(given)
        for given in sides
    )
    pairing = pair(a, b)
    texts = texts_of_changed(pairing, rows)
    if rows and not texts.matched:
        _say("--data holds none of the rows that were answered: there are no texts to show")
    comparison = compare_answers(a.info, b.info, pairing, settings=settings, texts=texts.by_id)
    if options.no_worse_than is not None:
        gate = apply_gate(comparison, options.no_worse_than, strict=options.strict)
        comparison = comparison.model_copy(update={"gate": gate})
    if options.output:
        _write(options.output, comparison, pairing, texts.by_id)
    _print(
        comparison_json(comparison) if options.format == "json" else render_comparison(comparison)
    )
    for line in gate_lines(comparison.gate) if comparison.gate else ():
        print(f"mentionlens compare: {line}", file=sys.stderr)
    return 1 if comparison.gate and not comparison.gate.passed else 0


def _tasks(bundles: Mapping[str, MentionClassifier]) -> list[Task] | None:
    """Return the tasks of all bundles, with every label that one of them knows."""
    labels: dict[str, dict[str, None]] = {}
    for classifier in bundles.values():
        for task in classifier.manifest.tasks:
            labels.setdefault(task.name, {}).update(dict.fromkeys(task.labels))
    return [Task(name, tuple(found)) for name, found in labels.items()] or None


def _write(folder: Path, comparison: Comparison, pairing: Pairing, texts: dict[str, str]) -> None:
    names = [*write_comparison(folder, comparison), write_changed(folder, pairing, texts)]
    _say(f"written to {folder}: {', '.join(names)}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mentionlens compare",
        description="Compare a new version (B) with the old one (A) on the same rows, per language "
        "and task: differences with paired intervals, and the mentions whose answer changed.",
        epilog=_GATE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    given = "folder that `mentionlens evaluate` wrote, its predictions.jsonl, or a bundle"
    parser.add_argument("a", metavar="A", help=f"the old version: {given} (`{PACKAGED}`: the own)")
    parser.add_argument("b", metavar="B", help="the new version, likewise")
    parser.add_argument(
        "--data",
        nargs="+",
        type=Path,
        metavar="DIR|FILE",
        help="labelled files or prepared folders: the rows that bundles answer, and the texts of "
        "the mentions whose answer changed",
    )
    parser.add_argument(
        "--split", choices=SPLITS, default="test", help="of prepared folders; default: test"
    )
    parser.add_argument(
        "--no-worse-than",
        type=macro_f1_points,
        metavar="POINTS",
        help="loss of macro-F1, and of the Brier score, in percentage points, from 0 to 100, above "
        "which the exit code is 1",
    )
    parser.add_argument("--strict", action="store_true", help="losses that may be chance fail, too")
    parser.add_argument("-o", "--output", type=Path, metavar="DIR", help="write files here")
    parser.add_argument(
        "--format", choices=("markdown", "json"), default="markdown", help="of standard output"
    )
    defaults = Settings()
    parser.add_argument(
        "--resamples",
        type=_resamples,
        default=defaults.resamples,
        metavar="N",
        help=f"of the bootstrap, {_LEAST_RESAMPLES} or more; default: {defaults.resamples}",
    )
    parser.add_argument(
        "--seed", type=_seed, default=defaults.seed, metavar="N", help=f"default: {defaults.seed}"
    )
    return parser


def macro_f1_points(text: str) -> float:
    """Read points of macro-F1, from 0 to 100, for argparse."""
    number = float(text)
    if not 0 <= number <= 100:
        raise argparse.ArgumentTypeError(f"{text} is not from 0 to 100")
    return number


def _resamples(text: str) -> int:
    number = int(text)
    if number < _LEAST_RESAMPLES:
        raise argparse.ArgumentTypeError(
            f"{number} resamples give no 95 % interval; {_LEAST_RESAMPLES} or more do"
        )
    return number


def _seed(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"{number} is below 0")
    return number


def _print(text: str) -> None:
    """Write to standard output in UTF-8, whatever the console is set to."""
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        # A lone surrogate cannot be encoded: it is written out, as JSON does it.
        reconfigure(encoding="utf-8", errors="backslashreplace")
    print(text, end="", flush=True)


def _say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)

"""`mentionlens evaluate`: measure a bundle on labelled rows and write what was found."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from mentionlens import MentionClassifier
from mentionlens.errors import MentionlensError
from mentionlens_data.schema import SPLITS, LabelledMention
from mentionlens_data.tasks import Task

from mentionlens_training.evaluation.baseline import Baseline, cached_baseline
from mentionlens_training.evaluation.evaluate import evaluate_predictions
from mentionlens_training.evaluation.markdown import render_markdown
from mentionlens_training.evaluation.predictions import predict_rows, recorded
from mentionlens_training.evaluation.rows import only_ids, read_rows
from mentionlens_training.export.bundle_writer import record_evaluation

__all__ = ["run_evaluate"]


def run_evaluate(argv: Sequence[str]) -> int:
    """Run the command.

    Writes `evaluation.json`, `evaluation.md` and `predictions.jsonl` to the folder of `-o`, and
    `baseline.json` where a baseline was asked for; an equal baseline is not fitted twice.

    Returns:
        0 when done, 1 when the work failed; argparse ends a wrong call with 2.
    """
    parser = _parser()
    options = parser.parse_args(argv)
    if options.training_ids and not options.baseline_train:
        parser.error("--training-ids needs --baseline-train: the folder that holds those rows")
    if options.bundle and options.bundle_option:
        parser.error("the bundle is named twice, by BUNDLE and by --bundle")
    try:
        _evaluate(options)
    except (MentionlensError, OSError) as error:
        print(f"mentionlens evaluate: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mentionlens evaluate",
        description="Measure a bundle per language and task, beside the majority class and TF-IDF.",
    )
    parser.add_argument("bundle", nargs="?", metavar="BUNDLE", help="default: the packaged bundle")
    parser.add_argument("--bundle", dest="bundle_option", metavar="DIR", help="the same as BUNDLE")
    parser.add_argument(
        "--data",
        nargs="+",
        type=Path,
        required=True,
        metavar="DIR|FILE",
        help="prepared folders, or labelled files (.jsonl, .csv, .tsv: text, lang, and tasks)",
    )
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="DIR")
    parser.add_argument("--split", choices=SPLITS, default="test", help="default: test")
    parser.add_argument(
        "--baseline-train",
        type=Path,
        metavar="DIR",
        help="prepared folder whose training rows teach the TF-IDF baseline",
    )
    parser.add_argument(
        "--training-ids",
        type=Path,
        metavar="FILE",
        help="the rows that the model was trained on, one id a line; default: all of them",
    )
    parser.add_argument(
        "--record",
        action="store_true",
        help="store evaluation.json in the bundle, too, and renew its model card",
    )
    parser.add_argument("--batch-size", type=_positive, default=64, metavar="N")
    return parser


def _evaluate(options: argparse.Namespace) -> None:
    classifier = MentionClassifier(options.bundle or options.bundle_option)
    tasks = [Task(task.name, task.labels) for task in classifier.manifest.tasks]
    rows = read_rows(options.data, options.split, tasks=tasks)
    _say(f"{len(rows)} rows of {', '.join(map(str, options.data))}")
    output: Path = options.output
    output.mkdir(parents=True, exist_ok=True)
    baseline = _baseline(options, rows, output) if options.baseline_train else None
    predictions = list(
        recorded(
            predict_rows(classifier, rows, batch_size=options.batch_size),
            output / "predictions.jsonl",
        )
    )
    evaluation = evaluate_predictions(classifier.manifest, rows, predictions, baseline=baseline)
    record = json.dumps(evaluation.to_dict(), ensure_ascii=False, indent=1) + "\n"
    (output / "evaluation.json").write_text(record, encoding="utf-8")
    table = render_markdown(evaluation)
    (output / "evaluation.md").write_text(table, encoding="utf-8")
    if options.record:
        record_evaluation(classifier.bundle.path, evaluation.to_dict())
    _say(f"{table}\nwritten to {output}: evaluation.json, evaluation.md, predictions.jsonl")


def _baseline(
    options: argparse.Namespace, rows: Sequence[LabelledMention], output: Path
) -> Baseline:
    train = read_rows([options.baseline_train], "train")
    if options.training_ids:
        train = only_ids(train, options.training_ids)
    validation = read_rows([options.baseline_train], "validation")
    return cached_baseline(output / "baseline.json", train, validation, rows, progress=_say)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is not 1 or more")
    return number


def _say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)

"""`mentionlens evaluate`: measure a bundle on labelled rows and write the report."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from mentionlens import MentionClassifier
from mentionlens.errors import MentionlensError
from mentionlens_data.schema import SPLITS, LabelledMention
from mentionlens_data.tasks import Task

from mentionlens_training.evaluation.evaluate import Cells, answers_by_cell, evaluate_answers
from mentionlens_training.evaluation.markdown import render_markdown, write_markdown
from mentionlens_training.evaluation.measures.mistakes import without_texts
from mentionlens_training.evaluation.precision import compare_precision, recorded_precision
from mentionlens_training.evaluation.predictions import (
    predict_rows,
    read_predictions,
    recorded,
)
from mentionlens_training.evaluation.progress import Progress
from mentionlens_training.evaluation.reading import EVALUATION_FILE, write_evaluation
from mentionlens_training.evaluation.report import write_report
from mentionlens_training.evaluation.rivals.baseline import Baseline, cached_baseline
from mentionlens_training.evaluation.robustness import measure_robustness
from mentionlens_training.evaluation.rows import only_ids, read_rows
from mentionlens_training.evaluation.schema import Evaluation, Settings
from mentionlens_training.evaluation.speed import measure_speed
from mentionlens_training.export.bundle_writer import record_evaluation

__all__ = ["run_evaluate"]

PREDICTIONS_FILE = "predictions.jsonl"


def run_evaluate(argv: Sequence[str]) -> int:
    """Run the command.

    Writes `evaluation.json`, `predictions.jsonl` and the report (HTML and Markdown, a page a
    language) to the folder of `-o`, and `baseline.json` where TF-IDF was asked for; an equal
    baseline is not fitted twice.

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
        description="Measure a bundle on labelled mentions: a report of each language, to read "
        "(HTML, Markdown) and for machines (evaluation.json, predictions.jsonl).",
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
        "--predictions",
        type=Path,
        metavar="FILE",
        help="measure these answers of BUNDLE (a predictions.jsonl of the same rows) once more, "
        "without running it over the rows again",
    )
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
        "--reference",
        metavar="BUNDLE",
        help="bundle of the same model in another precision (`mentionlens export --reference`), "
        "to see what the shipped precision costs",
    )
    parser.add_argument(
        "--robustness-rows",
        type=_count,
        default=200,
        metavar="N",
        help="rows of a language that every augmentation is tried on; 0: none (default: 200)",
    )
    parser.add_argument(
        "--resamples",
        type=_count,
        default=Settings().resamples,
        metavar="N",
        help="of the calibration error's bootstrap; 0: no intervals at all (default: %(default)s)",
    )
    parser.add_argument("--no-speed", action="store_true", help="do not time single mentions")
    parser.add_argument(
        "--no-texts", action="store_true", help="keep the texts of mistakes out of the report"
    )
    parser.add_argument(
        "--record",
        action="store_true",
        help="store evaluation.json, without texts, in the bundle, too, and renew its model card",
    )
    parser.add_argument("--batch-size", type=_positive, default=64, metavar="N")
    return parser


def _evaluate(options: argparse.Namespace) -> None:
    classifier = MentionClassifier(options.bundle or options.bundle_option)
    tasks = [Task(task.name, task.labels) for task in classifier.manifest.tasks]
    # A row that only says what a mention is not has no answer to compare with.
    rows = [row for row in read_rows(options.data, options.split, tasks=tasks) if row.labels]
    _say(f"{len(rows):,} rows of {', '.join(map(str, options.data))}")
    output: Path = options.output
    output.mkdir(parents=True, exist_ok=True)
    baseline = _baseline(options, rows, output) if options.baseline_train else None
    cells, rate = _answers(options, classifier, rows)
    settings = Settings(resamples=options.resamples)
    evaluation = evaluate_answers(
        classifier.manifest, rows, cells, baseline=baseline, settings=settings
    )
    # What took longest is written before more is measured.
    write_evaluation(_shown(evaluation, options), output / EVALUATION_FILE)
    evaluation = _with_bundle_facts(
        evaluation, options, classifier, rows=rows, cells=cells, rate=rate
    )
    _write(evaluation, options, classifier)


def _answers(
    options: argparse.Namespace, classifier: MentionClassifier, rows: Sequence[LabelledMention]
) -> tuple[Cells, float | None]:
    """Return the answers, and how many rows a second were answered."""
    if options.predictions:
        stored = read_predictions(options.predictions)
        return answers_by_cell(classifier.manifest, rows, stored), None
    answered = Progress(
        predict_rows(classifier, rows, batch_size=options.batch_size), len(rows), "rows answered"
    )
    kept = recorded(answered, options.output / PREDICTIONS_FILE)
    cells = answers_by_cell(classifier.manifest, rows, kept)
    return cells, len(rows) / answered.seconds if answered.seconds else None


def _with_bundle_facts(
    evaluation: Evaluation,
    options: argparse.Namespace,
    classifier: MentionClassifier,
    *,
    rows: Sequence[LabelledMention],
    cells: Cells,
    rate: float | None,
) -> Evaluation:
    """Add what needs the bundle itself: its size, speed, robustness, and the cost of precision."""
    folder = classifier.bundle.path
    size = sum(path.stat().st_size for path in folder.iterdir() if path.is_file())
    update: dict[str, object] = {
        "bundle": evaluation.bundle.model_copy(update={"size_bytes": size}),
        "data": evaluation.data.model_copy(update={"split": _split(options)}),
        "precision": recorded_precision(classifier.manifest),
    }
    if options.reference:
        reference = MentionClassifier(options.reference)
        answered = Progress(predict_rows(reference, rows), len(rows), "rows answered by reference")
        update["precision"] = compare_precision(
            cells,
            answers_by_cell(reference.manifest, rows, answered),
            name=reference.manifest.graph.precision,
        )
    if options.robustness_rows:
        found = measure_robustness(
            classifier, rows, evaluation.settings, most=options.robustness_rows, progress=_say
        )
        update["languages"] = tuple(
            language.model_copy(update={"robustness": found.get(language.lang, ())})
            for language in evaluation.languages
        )
    if not options.no_speed:
        update["speed"] = measure_speed(folder, [row.text for row in rows], bulk_rate=rate)
    return evaluation.model_copy(update=update)


def _split(options: argparse.Namespace) -> str | None:
    """Return the part that was read, where prepared sets were; a file has no parts."""
    return options.split if any(path.is_dir() for path in options.data) else None


def _write(
    evaluation: Evaluation, options: argparse.Namespace, classifier: MentionClassifier
) -> None:
    output: Path = options.output
    shown = _shown(evaluation, options)
    write_evaluation(shown, output / EVALUATION_FILE)
    pages = write_report(shown, output)
    write_markdown(shown, output)
    if options.record:
        bare = without_texts(evaluation)
        record_evaluation(classifier.bundle.path, bare.model_dump(mode="json"))
    _say(f"{render_markdown(shown)}\nthe report: {pages[0]}")


def _shown(evaluation: Evaluation, options: argparse.Namespace) -> Evaluation:
    return without_texts(evaluation) if options.no_texts else evaluation


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


def _count(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"{number} is not 0 or more")
    return number


def _say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)

"""The subcommands of `mentionlens` that training provides.

Each takes its arguments and returns the exit code: 0 done, 1 the work failed, 2 the call was wrong.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mentionlens.errors import MentionlensError
from mentionlens_data.scoring.command import positive_number

if TYPE_CHECKING:
    from mentionlens_training.config import RunConfig

__all__ = ["compare", "encoder", "evaluate", "export", "promote", "report", "track", "train"]


def train(argv: Sequence[str]) -> int:
    """Train on labelled mentions or on the corpora, or retrain a model, and write a bundle."""
    parser = _train_parser()
    arguments = parser.parse_args(argv)
    _check_train(parser, arguments)

    def work() -> None:
        if arguments.depth is not None:
            from mentionlens_training.retraining.command import run_retraining

            run_retraining(arguments)
            return
        from mentionlens_training.config import load_run_config

        config = load_run_config(arguments.config)
        if arguments.seed is not None:
            config = config.model_copy(update={"seed": arguments.seed})
        data = _train_run(arguments, config)
        if arguments.output is not None:
            _export(arguments.run, data, arguments.golden, arguments.output)

    def tracked_work() -> None:
        from mentionlens_training.tracking.training import tracked

        if arguments.trials is not None:
            from mentionlens_training.search.study import check_optuna

            check_optuna("--trials")
        with tracked(arguments.track, arguments.run, bundle=arguments.output):
            work()

    return _run(tracked_work)


def _train_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mentionlens train",
        description="Train on a prepared set (see `mentionlens data prepare`) and write a bundle. "
        "With --corpora, one call does it all: prepares the set in RUN/prepared, trains, exports "
        "through the gate. With --depth, a model is retrained on labelled files of your own. "
        "Called again after a stop, it goes on where it was.",
    )
    parser.add_argument(
        "--data",
        type=Path,
        nargs="+",
        metavar="DATA",
        help="a prepared set; with --depth, or labelled files (see `mentionlens data inspect`)",
    )
    parser.add_argument(
        "--corpora",
        type=Path,
        help="public corpora, one folder a corpus; beside files of --data, what else is kept in "
        "mind",
    )
    parser.add_argument(
        "--policy",
        choices=("open", "research"),
        help="with --corpora: open takes only corpora that are licensed for any use",
    )
    parser.add_argument(
        "--mapping",
        type=Path,
        metavar="TOML",
        help="columns and labels of the files (see `mentionlens data inspect`); default: guessed",
    )
    parser.add_argument(
        "--tasks",
        type=Path,
        metavar="TOML",
        help="questions and labels of the files, in the form of mentionlens_data/tasks.toml: new "
        "tasks and labels are learned (default: those)",
    )
    parser.add_argument(
        "--no-rehearsal",
        action="store_true",
        help="with --depth and files: leave the project's own mentions out, which otherwise keep "
        "old knowledge alive and show what is forgotten",
    )
    parser.add_argument(
        "--depth",
        choices=("heads", "top", "full"),
        help="retrain: the heads alone (seconds), the upper layers too (minutes), or everything "
        "but the word embeddings",
    )
    parser.add_argument(
        "--config",
        type=Path,
        help="run configuration (TOML); with --depth, what differs from the depth's own",
    )
    parser.add_argument(
        "--run", type=Path, required=True, help="folder of the run; a stopped run goes on from it"
    )
    parser.add_argument("--seed", type=int, help="in place of the configuration's")
    parser.add_argument(
        "--init",
        metavar="MODEL",
        help="what to go on from: the folder of another run; with --depth also `packaged` (the "
        "default), another bundle, or an encoder",
    )
    parser.add_argument(
        "--trials",
        type=positive_number,
        metavar="N",
        help="search for better settings: N trials in all over the [search] section of the "
        "configuration (every --depth has one), the best of which becomes the run",
    )
    parser.add_argument("-o", "--output", type=Path, help="write the bundle here when trained")
    parser.add_argument(
        "--golden",
        type=Path,
        help="texts that the bundle is verified with; default with --depth: those of the bundle "
        "that it goes on from",
    )
    parser.add_argument(
        "--track",
        nargs="?",
        const="mentionlens",
        metavar="EXPERIMENT",
        help="write parameters, data, curves and the bundle to MLflow (default: mentionlens)",
    )
    return parser


def _check_train(parser: argparse.ArgumentParser, arguments: argparse.Namespace) -> None:
    """End with code 2 where the arguments of `train` do not fit together."""
    if not arguments.data and not arguments.corpora:
        parser.error("one of the arguments --data --corpora is required")
    if arguments.policy and not arguments.corpora:
        parser.error("--policy needs --corpora: a prepared set has its policy")
    if arguments.depth is not None:
        if not arguments.data:
            parser.error("--depth needs --data: your own labelled mentions")
        return
    if arguments.config is None:
        parser.error("--config is needed where no --depth is named")
    if arguments.data and arguments.corpora:
        parser.error("argument --corpora: not allowed with argument --data, but for --depth")
    if arguments.data and (len(arguments.data) > 1 or arguments.data[0].is_file()):
        parser.error("labelled files are for --depth; or make a prepared set of them: data split")
    if arguments.mapping or arguments.tasks:
        parser.error("--mapping and --tasks are for --depth; or for data split, data prepare")
    if arguments.output is not None and arguments.golden is None:
        parser.error("-o needs --golden: every bundle carries the texts it is verified with")


def export(argv: Sequence[str]) -> int:
    """Export the model of a training run as a bundle, through the gate."""
    parser = argparse.ArgumentParser(
        prog="mentionlens export",
        description="Export the trained model of a run as a quantised bundle. Fails, and writes "
        "nothing, where the bundle differs from the trained model by more than the gate allows.",
    )
    parser.add_argument("run", type=Path, help="folder of the training run")
    parser.add_argument("--data", type=Path, required=True, help="prepared set the gate reads")
    parser.add_argument("--golden", type=Path, required=True, help="golden texts (JSON Lines)")
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder of the bundle")
    parser.add_argument(
        "--reference",
        type=Path,
        metavar="DIR",
        help="also keep the float32 bundle that the gate compares with, for `mentionlens evaluate "
        "BUNDLE --reference DIR`",
    )
    arguments = parser.parse_args(argv)

    def work() -> None:
        _export(
            arguments.run,
            arguments.data,
            arguments.golden,
            arguments.output,
            reference=arguments.reference,
        )

    return _run(work)


def evaluate(argv: Sequence[str]) -> int:
    """Evaluate a bundle per language and task."""
    from mentionlens_training.evaluation.command import run_evaluate

    return run_evaluate(argv)


def report(argv: Sequence[str]) -> int:
    """Render an evaluation again, from its JSON alone."""
    from mentionlens_training.evaluation.report_command import run_report

    return run_report(argv)


def compare(argv: Sequence[str]) -> int:
    """Compare two evaluations of the same rows."""
    from mentionlens_training.evaluation.comparison.command import run_compare

    return run_compare(argv)


def track(argv: Sequence[str]) -> int:
    """Write a training run or a bundle to MLflow."""
    from mentionlens_training.tracking.command import run_track

    return run_track(argv)


def promote(argv: Sequence[str]) -> int:
    """Let an alias of MLflow's registry point to a better bundle, or back."""
    from mentionlens_training.promotion.command import run_promote

    return run_promote(argv)


def encoder(argv: Sequence[str]) -> int:
    """Check the rebuilt tokenizer against a reference, or show what a vocabulary cut cost."""
    parser = argparse.ArgumentParser(prog="mentionlens encoder")
    actions = parser.add_subparsers(dest="action", required=True)
    check = actions.add_parser(
        "check", help="compare the tokenizer with a reference, id for id, on a prepared set"
    )
    check.add_argument("name", help="folder or hub name of the encoder")
    check.add_argument("--reference", type=Path, required=True, help="a tokenizer.json")
    check.add_argument("--data", type=Path, required=True, help="prepared set")
    check.add_argument("--texts", type=int, default=5000, help="texts to compare")
    report = actions.add_parser("report", help="show the report of a vocabulary cut")
    report.add_argument("folder", type=Path, help="encoder of a run, for example RUN/base")
    arguments = parser.parse_args(argv)

    def show() -> int:
        import json

        from mentionlens_training.encoder.cut import CutReport, VocabularyCutError

        path = arguments.folder / "encoder.json"
        record = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        if not record.get("cut"):
            raise VocabularyCutError(f"{path}: there is no report of a vocabulary cut")
        print(CutReport.from_dict(record["cut"]).to_markdown())
        return 0

    def work() -> int:
        import random

        from mentionlens_data.prepared import read_split
        from tokenizers import Tokenizer

        from mentionlens_training.encoder.resolver import resolve_encoder
        from mentionlens_training.encoder.tokenizer import compare_tokenizers

        rows = [row.text for row in read_split(arguments.data, "train")]
        texts = random.Random(0).sample(rows, min(arguments.texts, len(rows)))
        comparison = compare_tokenizers(
            resolve_encoder(arguments.name).tokenizer,
            Tokenizer.from_file(str(arguments.reference)),
            texts,
        )
        print(f"{comparison.texts} texts, {len(comparison.different)} with other ids")
        for text in comparison.different[:10]:
            print(f"  {text[:100]!r}")
        return 0 if comparison.identical else 1

    return _run(work if arguments.action == "check" else show)


def _train_run(arguments: argparse.Namespace, config: RunConfig) -> Path:
    """Train from the corpora or a prepared set, by trials where they are wanted; return the set."""
    from mentionlens_training.run import train as run_training
    from mentionlens_training.search.runs import train_by_trials
    from mentionlens_training.search.space import open_space

    # Before the corpora are prepared: a wrong space is soon told.
    wanted = arguments.trials is not None
    space = open_space(config, str(arguments.config)) if wanted else None
    data: Path = arguments.data[0] if arguments.data else _prepared(arguments)
    init = Path(arguments.init) if arguments.init else None
    if space is None:
        run_training(data, config, arguments.run, init=init)
    else:
        train_by_trials(data, space, arguments.run, arguments.trials, init=init)
    return data


def _prepared(arguments: argparse.Namespace) -> Path:
    """Prepare the corpora within the run's folder, unless an earlier call has done so."""
    from mentionlens_data.preparation.prepare import prepare_corpora
    from mentionlens_data.prepared import open_prepared

    folder: Path = arguments.run / "prepared"
    policy = arguments.policy or "research"
    if not folder.is_dir():
        prepare_corpora(
            arguments.corpora,
            folder,
            policy=policy,
            progress=lambda line: print(line, file=sys.stderr, flush=True),
        )
    elif (found := open_prepared(folder).manifest["policy"]) != policy:
        raise MentionlensError(
            f"{folder} was prepared with --policy {found}, not {policy}; name another --run"
        )
    return folder


def _export(
    run: Path, data: Path, golden: Path, output: Path, *, reference: Path | None = None
) -> None:
    from mentionlens_training.export.run import export_run

    export_run(run, data, golden, output, reference=reference)


def _run(work: Callable[[], int | None]) -> int:
    try:
        return work() or 0
    except MentionlensError as error:
        print(f"mentionlens: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("mentionlens: stopped; the run folder keeps the last checkpoint", file=sys.stderr)
        return 130

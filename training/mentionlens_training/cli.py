"""The subcommands of `mentionlens` that training provides.

Each takes its arguments and returns the exit code: 0 done, 1 the work failed, 2 the call was wrong.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from mentionlens.errors import MentionlensError

__all__ = ["compare", "encoder", "evaluate", "export", "report", "train"]


def train(argv: Sequence[str]) -> int:
    """Train on a prepared set, or on the corpora it is prepared from, and write a bundle."""
    parser = argparse.ArgumentParser(
        prog="mentionlens train",
        description="Train on a prepared set (see `mentionlens data prepare`) and write a bundle. "
        "With --corpora, one call does it all: prepares the set in RUN/prepared, trains, exports "
        "through the gate; called again after a stop, it goes on where it was.",
    )
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--data", type=Path, help="prepared set")
    source.add_argument("--corpora", type=Path, help="public corpora, one folder a corpus")
    parser.add_argument(
        "--policy",
        choices=("open", "research"),
        help="with --corpora: open takes only corpora that are licensed for any use",
    )
    parser.add_argument("--config", type=Path, required=True, help="run configuration (TOML)")
    parser.add_argument(
        "--run", type=Path, required=True, help="folder of the run; a stopped run goes on from it"
    )
    parser.add_argument("--seed", type=int, help="in place of the configuration's")
    parser.add_argument(
        "--init", type=Path, metavar="RUN", help="go on from the trained model of another run"
    )
    parser.add_argument("-o", "--output", type=Path, help="write the bundle here when trained")
    parser.add_argument("--golden", type=Path, help="texts that the bundle is verified with")
    arguments = parser.parse_args(argv)
    if arguments.output is not None and arguments.golden is None:
        parser.error("-o needs --golden: every bundle carries the texts it is verified with")
    if arguments.policy and not arguments.corpora:
        parser.error("--policy needs --corpora: a prepared set has its policy")

    def work() -> None:
        from mentionlens_training.config import load_run_config
        from mentionlens_training.run import train as run_training

        config = load_run_config(arguments.config)
        if arguments.seed is not None:
            config = config.model_copy(update={"seed": arguments.seed})
        data = arguments.data or _prepared(arguments)
        run_training(data, config, arguments.run, init=arguments.init)
        if arguments.output is not None:
            _export(arguments.run, data, arguments.golden, arguments.output)

    return _run(work)


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

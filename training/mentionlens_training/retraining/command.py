"""The part of `mentionlens train` that retrains: `--depth`."""

from __future__ import annotations

import argparse
from pathlib import Path

from mentionlens.bundle import MANIFEST_FILE
from mentionlens.errors import MentionlensError
from mentionlens_data.prepared import open_prepared

from mentionlens_training.export.run import export_run
from mentionlens_training.init import Init
from mentionlens_training.progress import say
from mentionlens_training.retraining.depths import depth_config
from mentionlens_training.retraining.own_data import is_prepared_set, prepare_own
from mentionlens_training.retraining.parity import check_parity
from mentionlens_training.retraining.retrain import retrain
from mentionlens_training.retraining.start import open_start
from mentionlens_training.search.runs import retrain_by_trials
from mentionlens_training.search.space import open_space

__all__ = ["run_retraining"]


def run_retraining(arguments: argparse.Namespace) -> None:
    """Prepare, retrain and export, as the arguments of `mentionlens train` say.

    Raises:
        MentionlensError: what of these failed, by its name.
    """
    name = arguments.init or "packaged"
    say(f"opening {name}")
    start = open_start(name)
    golden = arguments.golden or start.golden
    if arguments.output is not None and golden is None:
        raise MentionlensError(
            f"-o needs --golden: {name} brings no golden texts along, and every bundle carries the "
            "texts it is verified with"
        )
    config = depth_config(arguments.depth, start, path=arguments.config, seed=arguments.seed)
    # Before the files are prepared: a wrong space is soon told.
    where = str(arguments.config or f"depth {arguments.depth}")
    space = open_space(config, where) if arguments.trials is not None else None
    data = _data(arguments)
    if arguments.depth != "heads":
        _compare(start)
    if space is None:
        retrain(data, config, arguments.run, start, arguments.depth)
    else:
        retrain_by_trials(
            data,
            space,
            arguments.run,
            arguments.trials,
            depth=arguments.depth,
            start=start,
            reopen=lambda: open_start(name),
        )
    if arguments.output is not None and golden is not None:
        say("writing the bundle, through the gate")
        export_run(arguments.run, data, golden, arguments.output)
        say(f"{arguments.output} is written; its test rows lie in {data}")


def _data(arguments: argparse.Namespace) -> Path:
    paths: list[Path] = arguments.data
    if not is_prepared_set(paths):
        return prepare_own(
            paths,
            arguments.run,
            mapping=arguments.mapping,
            tasks=arguments.tasks,
            corpora=arguments.corpora,
            policy=arguments.policy,
            rehearsal=not arguments.no_rehearsal,
        )
    given = [f"--{name}" for name in ("mapping", "tasks", "corpora") if getattr(arguments, name)]
    if given:
        raise MentionlensError(
            f"{paths[0]} is a prepared set: {' and '.join(given)} would change nothing in it; use "
            "them when it is prepared"
        )
    open_prepared(paths[0])
    return paths[0]


def _compare(start: Init) -> None:
    """Check that the weights that came out of a bundle are those that it answers with."""
    if start.golden is None or not (start.golden.parent / MANIFEST_FILE).is_file():
        return
    texts, worst = check_parity(start, start.golden.parent)
    say(f"loaded weights answer {texts} golden texts as the bundle, within {worst:.3f}")

"""`mentionlens track`: what was trained before, written to MLflow."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from mentionlens.bundle import MANIFEST_FILE, packaged_bundle_path
from mentionlens.errors import MentionlensError

from mentionlens_training.tracking.errors import MlflowMissingError, TrackingError
from mentionlens_training.tracking.run_folder import is_run
from mentionlens_training.tracking.store import DEFAULT_EXPERIMENT, check_mlflow

__all__ = ["run_track"]

_PACKAGED = "packaged"
_DONE, _FAILED, _WRONG = 0, 1, 2


def run_track(argv: Sequence[str]) -> int:
    """Run the command.

    Returns:
        0 done, 1 the work failed, 2 the call was wrong or MLflow is not installed.
    """
    parser = _parser()
    options = parser.parse_args(argv)
    try:
        check_mlflow("mentionlens track")
        return _track(parser, options)
    except MlflowMissingError as error:
        print(error, file=sys.stderr)
        return _WRONG
    except (MentionlensError, OSError) as error:
        print(f"mentionlens track: {error}", file=sys.stderr)
        return _FAILED


def _track(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    from mentionlens_training.tracking.writing import track_bundle, track_run

    given = Path(options.given)
    if options.given == _PACKAGED:
        given = packaged_bundle_path()
    if is_run(given):
        found = track_run(
            given,
            experiment=options.experiment,
            bundle=options.bundle,
            evaluation=options.evaluation,
        )
    elif (given / MANIFEST_FILE).is_file():
        if options.bundle is not None:
            parser.error("--bundle goes with a RUN; a bundle was given already")
        found = track_bundle(given, experiment=options.experiment, evaluation=options.evaluation)
    else:
        raise TrackingError(
            f"{given}: neither the folder of a run (run.json) nor a bundle ({MANIFEST_FILE}); "
            f"`{_PACKAGED}` stands for the bundle that mentionlens ships with"
        )
    print(f"experiment {found.experiment}, run {found.run_id}")
    if found.model_uri is not None:
        print(f"model {found.model_uri}")
    return _DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mentionlens track",
        description="Write what was trained before to MLflow: parameters, data fingerprint and "
        "licences, curves, the figures of each language and task, the report, and the bundle as a "
        "model. Into the store that MLFLOW_TRACKING_URI names, or MLflow's default below the "
        "working directory; the same run or bundle goes on in the same MLflow run.",
    )
    parser.add_argument(
        "given",
        metavar="RUN|BUNDLE",
        help=f"folder of `mentionlens train --run`, or a bundle (`{_PACKAGED}`: the own)",
    )
    parser.add_argument(
        "--evaluation",
        type=Path,
        metavar="DIR",
        help="that `mentionlens evaluate` wrote; default: what the bundle records",
    )
    parser.add_argument(
        "--bundle", type=Path, metavar="DIR", help="with RUN: what was exported from it"
    )
    parser.add_argument(
        "--experiment",
        default=DEFAULT_EXPERIMENT,
        metavar="NAME",
        help="of MLflow; default: %(default)s",
    )
    return parser

"""Tracks a training that is run now: `mentionlens train --track`."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

from mentionlens.errors import MentionlensError

from mentionlens_training.tracking.errors import TrackingError
from mentionlens_training.tracking.run_folder import is_run, read_run
from mentionlens_training.tracking.store import check_mlflow

__all__ = ["tracked"]


@contextlib.contextmanager
def tracked(experiment: str | None, run: Path, *, bundle: Path | None = None) -> Iterator[None]:
    """Write the run to MLflow when the block ends, well or not.

    Args:
        experiment: of MLflow; None tracks nothing, and needs no MLflow.
        run: folder of the run that the block trains.
        bundle: that the block exports; None where it exports none.

    Raises:
        MlflowMissingError: before the block, where MLflow is not installed.
        TrackingError: after a block that ended well; the run is trained all the same.
    """
    if experiment is None:
        yield
        return
    check_mlflow("--track")
    finished = is_run(run) and read_run(run).finished
    try:
        yield
    except BaseException as error:
        # A wrong call must not make a failure of a run that was finished before.
        if is_run(run) and not finished:
            _track_failed(run, experiment, "KILLED" if _is_stop(error) else "FAILED")
        raise
    from mentionlens_training.tracking.writing import track_run

    try:
        found = track_run(run, experiment=experiment, bundle=bundle)
    except MentionlensError as error:
        again = f"mentionlens track {run}" + ("" if bundle is None else f" --bundle {bundle}")
        raise TrackingError(
            f"{error}; the run is trained, only not tracked: try again with `{again}`"
        ) from error
    print(f"tracked: experiment {found.experiment}, run {found.run_id}", file=sys.stderr)


def _track_failed(run: Path, experiment: str, status: str) -> None:
    from mentionlens_training.tracking.writing import track_run

    try:
        track_run(run, experiment=experiment, status=status)
    except MentionlensError as error:
        # The failure of the training itself is what has to be told.
        print(f"mentionlens: not tracked: {error}", file=sys.stderr)


def _is_stop(error: BaseException) -> bool:
    return isinstance(error, KeyboardInterrupt | SystemExit)

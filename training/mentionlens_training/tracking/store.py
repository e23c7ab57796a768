"""MLflow as this package uses it: an extra, loaded late, that speaks only when it is asked."""

from __future__ import annotations

import contextlib
import importlib.util
import logging
import os
import re
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from mentionlens_training.tracking.errors import MlflowMissingError, TrackingError
from mentionlens_training.tracking.setting_up import setting_up_alone

if TYPE_CHECKING:
    from mlflow import MlflowClient

__all__ = ["DEFAULT_EXPERIMENT", "check_mlflow", "is_missing", "open_store", "store_errors"]

DEFAULT_EXPERIMENT = "mentionlens"

# What stands in the environment already goes before.
_QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
}


_PASSWORD = re.compile(r"//[^/@\s]*@")


def check_mlflow(wanted: str) -> None:
    """Refuse at once what MLflow is needed for where it is not installed; nothing is imported.

    Args:
        wanted: what needs it, for the message: `--track`.

    Raises:
        MlflowMissingError: it is not installed.
    """
    if importlib.util.find_spec("mlflow") is None:
        raise MlflowMissingError(
            f'{wanted} needs the tracking extra: pip install "mentionlens[tracking]" '
            "(no module 'mlflow')"
        )


def open_store(wanted: str = "tracking") -> MlflowClient:
    """Return a client of the store that MLflow itself would take.

    That is `MLFLOW_TRACKING_URI` (and `MLFLOW_REGISTRY_URI`) where the environment names it, and
    otherwise MLflow's default below the working directory. MLflow's reports of its use, progress
    bars and messages are off unless the environment says otherwise.

    Args:
        wanted: what needs it, for the message.

    Raises:
        MlflowMissingError: MLflow is not installed.
        TrackingError: the store cannot be opened.
    """
    check_mlflow(wanted)
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    with store_errors("cannot be opened"):
        import mlflow

        for name in ("mlflow", "alembic"):
            logging.getLogger(name).setLevel(logging.ERROR)
        with setting_up_alone(mlflow.get_tracking_uri()):
            return mlflow.MlflowClient()


@contextlib.contextmanager
def store_errors(what: str) -> Iterator[None]:
    """Turn the errors of MLflow, and of its database, into one line that names the store.

    Args:
        what: did not work.

    Raises:
        TrackingError: MLflow or its database raised one of its own.
    """
    import mlflow

    try:
        yield
    except (mlflow.MlflowException, *_database_errors()) as error:
        # MLflow repeats the address, with the password.
        reason = _PASSWORD.sub("//", str(error).strip().partition("\n")[0])
        raise TrackingError(
            f"the MLflow store {_shown(mlflow.get_tracking_uri())} {what}: {reason}"
        ) from error


def _database_errors() -> tuple[type[BaseException], ...]:
    """Return what a database of MLflow's raises; nothing where MLflow has not loaded one."""
    module = sys.modules.get("sqlalchemy.exc")
    return () if module is None else (module.SQLAlchemyError,)


def is_missing(error: BaseException | None) -> bool:
    """Tell whether an error of MLflow says that something does not exist."""
    return getattr(error, "error_code", None) == "RESOURCE_DOES_NOT_EXIST"


def _shown(uri: str) -> str:
    """Return the address of a store without the password that it may hold."""
    return _PASSWORD.sub("//", uri)

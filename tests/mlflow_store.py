"""A store of MLflow's for tests, made once and copied: its tables take seconds to create."""

from __future__ import annotations

import functools
import shutil
import tempfile
from pathlib import Path

import pytest


def use_new_store(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Make a store in a folder, which becomes the working directory; the environment names it."""
    shutil.copyfile(_template(), folder / "mlflow.db")
    patch.chdir(folder)
    patch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{folder}/mlflow.db")
    patch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")


@functools.cache
def _template() -> Path:
    """Return an empty store; it goes away with the temporary folder of the machine."""
    import mlflow

    path = Path(tempfile.mkdtemp(prefix="mlflow-store-")) / "mlflow.db"
    mlflow.MlflowClient(f"sqlite:///{path}").search_experiments()
    return path

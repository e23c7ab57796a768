"""The small world that trials are made in."""

from __future__ import annotations

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("optuna")

from search_world import write_world


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a prepared set, a first model and configurations; no test changes it."""
    folder = tmp_path_factory.mktemp("search")
    write_world(folder)
    return folder

"""What every test may use."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from tiny_bundle import COMMITTED, copy_tiny_bundle

# Shared and slow machines: the examples count, not the milliseconds of one of them.
settings.register_profile(
    "mentionlens", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("mentionlens")


@pytest.fixture(scope="session")
def committed_bundle() -> Path:
    """The tiny bundle itself; not to be written to."""
    return COMMITTED


@pytest.fixture
def tiny_bundle(tmp_path: Path) -> Path:
    """A copy of the tiny bundle that a test may damage."""
    return copy_tiny_bundle(tmp_path / "bundle")

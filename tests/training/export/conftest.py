"""One export of the tiny model, shared by the tests of this folder."""

from __future__ import annotations

import pytest
from exporting import Workshop, build_workshop
from tiny import tiny_trained


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return build_workshop(tiny_trained(), tmp_path_factory.mktemp("workshop"))

"""Huge pages for the weights, where the system has them."""

from __future__ import annotations

import platform
import re
import sys
from pathlib import Path

import pytest
from mentionlens import packaged_bundle_path
from mentionlens.server.huge_pages import use_huge_pages

ENABLED = Path("/sys/kernel/mm/transparent_hugepage/enabled")


def kernel():
    return tuple(int(part) for part in re.findall(r"\d+", platform.release())[:2])


@pytest.mark.skipif(sys.platform != "linux" or not ENABLED.exists(), reason="Linux with huge pages")
def test_the_weights_lie_in_huge_pages(start):
    if "[never]" in ENABLED.read_text() or kernel() < (6, 1):
        pytest.skip("this kernel gives no huge pages on demand")
    server = start(bundle=packaged_bundle_path())
    rollup = Path(f"/proc/{server.process.pid}/smaps_rollup").read_text()
    assert int(re.search(r"AnonHugePages:\s+(\d+) kB", rollup)[1]) > 20_000
    assert server.post("/v1/predict", {"mentions": ["nie"]})[0] == 200


def test_where_there_are_none_all_stays_as_it_was(monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    assert use_huge_pages() == 0

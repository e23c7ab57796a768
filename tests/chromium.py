"""A real browser for the tests of pages; a module that uses it skips where there is none."""

from __future__ import annotations

import shutil
from typing import Any

import pytest

pytest.importorskip("selenium")
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

__all__ = ["needs_chromium", "open_chromium", "set_screen"]

_CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
_DRIVER = shutil.which("chromedriver")
_FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run", "--hide-scrollbars",
)  # fmt: skip

needs_chromium = pytest.mark.skipif(
    not (_CHROMIUM and _DRIVER), reason="no chromium with chromedriver"
)


def open_chromium() -> Any:
    """Return a driver that logs the console and the network; whoever opened it quits it."""
    options = webdriver.ChromeOptions()
    options.binary_location = str(_CHROMIUM)
    for flag in _FLAGS:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(options=options, service=Service(_DRIVER))


def set_screen(browser: Any, width: int, scheme: str) -> None:
    """Give the window a width, that of a phone below 500, and the light or the dark scheme."""
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    feature = {"name": "prefers-color-scheme", "value": scheme}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})

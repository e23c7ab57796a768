from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("selenium")
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from test_page import page

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run", "--hide-scrollbars",
)  # fmt: skip

pytestmark = pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="no chromium with chromedriver")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    path: Path = tmp_path_factory.mktemp("page") / "page.html"
    path.write_text(page(), encoding="utf-8")
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for flag in FLAGS:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    driver.get(path.as_uri())
    yield driver
    driver.quit()


def show(browser: Any, width: int, scheme: str) -> None:
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    feature = {"name": "prefers-color-scheme", "value": scheme}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})


def test_nothing_runs_and_nothing_is_complained_about(browser: Any) -> None:
    assert browser.title.startswith("Data quality: </p><script>")
    assert browser.get_log("browser") == []
    assert browser.execute_script("return performance.getEntriesByType('resource').length") == 0


@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_is_as_wide_as_the_window(browser: Any, width: int) -> None:
    show(browser, width, "light")
    assert browser.execute_script("return document.documentElement.scrollWidth") == width
    outside = """
        return [...document.querySelectorAll('figure svg text')].filter(text => {
            const inner = text.getBoundingClientRect();
            const outer = text.closest('figure').getBoundingClientRect();
            return inner.left < outer.left || inner.right > outer.right;
        }).map(text => text.textContent)"""
    assert browser.execute_script(outside) == []


def test_letters_in_figures_can_be_read_on_a_phone(browser: Any) -> None:
    show(browser, 390, "light")
    heights = browser.execute_script(
        "return [...document.querySelectorAll('figure svg text')]"
        ".map(text => text.getBoundingClientRect().height)"
    )
    assert min(heights) >= 11


def test_anchors_lead_to_the_languages(browser: Any) -> None:
    show(browser, 390, "light")
    browser.execute_script("document.querySelector('nav a[href=\"#lang-bg\"]').click()")
    top = "return document.getElementById('lang-bg').getBoundingClientRect().top"
    assert 0 <= browser.execute_script(top) < 120


def test_paper_and_figures_change_with_the_colour_scheme(browser: Any) -> None:
    look = """
        const ink = getComputedStyle(document.querySelector('figure svg text')).fill;
        return [getComputedStyle(document.body).backgroundColor, ink]"""
    show(browser, 1280, "light")
    light = browser.execute_script(look)
    show(browser, 1280, "dark")
    dark = browser.execute_script(look)
    assert light[0] != dark[0]
    assert light[1] != dark[1]

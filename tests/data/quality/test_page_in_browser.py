from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("selenium")
from chromium import needs_chromium, open_chromium, set_screen
from test_page import page

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    path: Path = tmp_path_factory.mktemp("page") / "page.html"
    path.write_text(page(), encoding="utf-8")
    driver = open_chromium()
    driver.get(path.as_uri())
    yield driver
    driver.quit()


def test_nothing_runs_and_nothing_is_complained_about(browser: Any) -> None:
    assert browser.title.startswith("Data quality: </p><script>")
    assert browser.get_log("browser") == []
    assert browser.execute_script("return performance.getEntriesByType('resource').length") == 0


@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_is_as_wide_as_the_window(browser: Any, width: int) -> None:
    set_screen(browser, width, "light")
    assert browser.execute_script("return document.documentElement.scrollWidth") == width
    outside = """
        return [...document.querySelectorAll('figure svg text')].filter(text => {
            const inner = text.getBoundingClientRect();
            const outer = text.closest('figure').getBoundingClientRect();
            return inner.left < outer.left || inner.right > outer.right;
        }).map(text => text.textContent)"""
    assert browser.execute_script(outside) == []


def test_letters_in_figures_can_be_read_on_a_phone(browser: Any) -> None:
    set_screen(browser, 390, "light")
    heights = browser.execute_script(
        "return [...document.querySelectorAll('figure svg text')]"
        ".map(text => text.getBoundingClientRect().height)"
    )
    assert min(heights) >= 11


def test_anchors_lead_to_the_languages(browser: Any) -> None:
    set_screen(browser, 390, "light")
    browser.execute_script("document.querySelector('nav a[href=\"#lang-bg\"]').click()")
    top = "return document.getElementById('lang-bg').getBoundingClientRect().top"
    assert 0 <= browser.execute_script(top) < 120


def test_paper_and_figures_change_with_the_colour_scheme(browser: Any) -> None:
    look = """
        const ink = getComputedStyle(document.querySelector('figure svg text')).fill;
        return [getComputedStyle(document.body).backgroundColor, ink]"""
    set_screen(browser, 1280, "light")
    light = browser.execute_script(look)
    set_screen(browser, 1280, "dark")
    dark = browser.execute_script(look)
    assert light[0] != dark[0]
    assert light[1] != dark[1]

"""How the page looks and what it says to screen readers, in a real browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from browser_looks import FAINT_TEXTS

pytest.importorskip("selenium")
from browser_page import NASTY, Page, browser, page, written
from chromium import needs_chromium, set_screen

__all__ = ["browser", "page"]  # the fixtures

pytestmark = needs_chromium


def fill_everything(page: Page, service: Any, tmp_path: Path) -> None:
    """Bring everything that the page can show into it."""
    page.open(service.url)
    page.write("nie " * 200 + "\n" + "x" * 300 + "\nhttps://example.org/" + "a" * 200)
    page.answered(3)
    page.js("document.querySelector('.explain').click()")
    page.until("document.querySelector('.explained-text') !== null")
    page.js("document.getElementById('tab-languages').click()")
    page.until("document.querySelector('#comparison > *') !== null")
    page.js("document.getElementById('tab-file').click()")
    page.choose_file(written(tmp_path / f"{'long' * 20}.csv", NASTY))
    page.js("document.getElementById('file-start').click()")
    page.until("!document.getElementById('file-result').hidden")
    page.js("""
        for (const found of document.querySelectorAll('details')) found.open = true;
        document.getElementById('file-again').click();""")


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_fits_and_can_be_read(
    service: Any, page: Page, tmp_path: Path, width: int, scheme: str
) -> None:
    set_screen(page.browser, width, scheme)
    fill_everything(page, service, tmp_path)
    for tab in ("mentions", "languages", "file", "model"):
        page.js(f"document.getElementById('tab-{tab}').click()")
        assert page.js("return document.documentElement.scrollWidth") == width
        assert page.js(FAINT_TEXTS) == []


def test_the_theme_can_be_changed_for_the_visit(service: Any, page: Page) -> None:
    paper = "return getComputedStyle(document.body).backgroundColor"
    page.open(service.url)
    light = page.js(paper)
    set_screen(page.browser, 1280, "dark")
    dark = page.js(paper)
    assert light != dark
    page.element("#theme").click()
    assert page.js(paper) == light
    page.browser.refresh()
    page.until("!document.getElementById('panel-mentions').hidden")
    assert page.js(paper) == light
    assert (
        page.js("return document.getElementById('theme').getAttribute('aria-label')")
        == "Change to the dark theme"
    )


def test_nothing_moves_for_those_who_asked_for_that(service: Any, page: Page) -> None:
    feature = {"name": "prefers-reduced-motion", "value": "reduce"}
    page.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    page.open(service.url)
    page.slow_down(1500)
    page.write("Gracias")
    page.until("document.querySelector('.waiting .card-body') !== null")
    moving = "return getComputedStyle(document.querySelector('.card-body')).animationName"
    assert page.js(moving) == "none"


def test_every_control_has_a_name_for_screen_readers(
    service: Any, page: Page, tmp_path: Path
) -> None:
    fill_everything(page, service, tmp_path)
    kinds = {
        "button",
        "checkbox",
        "combobox",
        "link",
        "progressbar",
        "radio",
        "tab",
        "tabpanel",
        "textbox",
    }
    seen: set[str] = set()
    for tab in ("mentions", "languages", "file", "model"):
        page.js(f"document.getElementById('tab-{tab}').click()")
        for node in page.browser.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]:
            role = node.get("role", {}).get("value")
            if role in kinds and not node.get("ignored"):
                seen.add(role)
                assert node.get("name", {}).get("value"), node
    assert kinds - seen <= {"progressbar"}
    assert (
        page.js("return [...document.querySelectorAll('[role=status][aria-live=polite]')].length")
        == 3
    )

"""How the page looks and what it says to screen readers, in a real browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("selenium")
from browser_page import NASTY, Page, browser, page, written
from chromium import needs_chromium, set_screen

__all__ = ["browser", "page"]  # the fixtures

pytestmark = needs_chromium

# Texts whose contrast is below 4.5 (3 for large ones), composed over the backgrounds behind them.
FAINT_TEXTS = """
    const canvas = new OffscreenCanvas(1, 1).getContext('2d', {willReadFrequently: true});
    const rgba = colour => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
        return [r, g, b, a / 255];
    };
    const over = ([r, g, b, a], below) => [r, g, b].map((part, i) => part * a + below[i] * (1 - a));
    const ground = node => {
        if (!node) return [255, 255, 255];
        const own = rgba(getComputedStyle(node).backgroundColor);
        return own[3] === 1 ? own.slice(0, 3) : over(own, ground(node.parentElement));
    };
    const light = colour => colour.reduce((sum, part, i) => {
        const share = part / 255;
        const linear = share <= .04045 ? share / 12.92 : ((share + .055) / 1.055) ** 2.4;
        return sum + [.2126, .7152, .0722][i] * linear;
    }, 0);
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const node = walker.currentNode.parentElement;
        const text = walker.currentNode.data.trim();
        if (!text || !node.checkVisibility() || node.closest('.unseen, noscript')) continue;
        const style = getComputedStyle(node);
        const below = ground(node);
        const lights = [light(over(rgba(style.color), below)), light(below)];
        const [one, other] = lights.sort((x, y) => y - x);
        const size = parseFloat(style.fontSize);
        const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
        const contrast = (one + .05) / (other + .05);
        if (contrast < (large ? 3 : 4.5)) found.push([text.slice(0, 40), contrast]);
    }
    return found"""


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

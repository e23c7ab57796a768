"""The page of a comparison, driven in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("selenium")
from chromium import needs_chromium, open_chromium, set_screen
from mentionlens_training.evaluation.comparison.page import render_page
from test_comparison_page import example

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    path: Path = tmp_path_factory.mktemp("page") / "comparison.html"
    path.write_text(render_page(example()), encoding="utf-8")
    driver = open_chromium()
    driver.get(path.as_uri())
    yield driver
    driver.quit()


def test_no_text_acts_and_nothing_is_complained_about(browser: Any) -> None:
    assert browser.title == "new against old"
    assert browser.get_log("browser") == []
    assert browser.execute_script("return performance.getEntriesByType('resource').length") == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 390, 1280])
def test_the_page_is_as_wide_as_the_window(browser: Any, width: int, scheme: str) -> None:
    set_screen(browser, width, scheme)
    assert browser.execute_script("return document.documentElement.scrollWidth") == width
    outside = """
        return [...document.querySelectorAll('figure svg text, form select, form input')]
            .filter(item => {
                const inner = item.getBoundingClientRect();
                const outer = item.closest('figure, form').getBoundingClientRect();
                return inner.left < outer.left - .5 || inner.right > outer.right + .5;
            }).map(item => item.textContent)"""
    assert browser.execute_script(outside) == []


def test_letters_in_figures_can_be_read_on_a_phone(browser: Any) -> None:
    set_screen(browser, 360, "light")
    heights = browser.execute_script(
        "return [...document.querySelectorAll('figure svg text')]"
        ".map(text => text.getBoundingClientRect().height)"
    )
    assert min(heights) >= 11


def test_paper_and_marks_change_with_the_colour_scheme(browser: Any) -> None:
    look = """
        const ink = getComputedStyle(document.querySelector('figure svg text')).fill;
        const mark = getComputedStyle(document.querySelector('.forest .worse .range')).stroke;
        return [getComputedStyle(document.body).backgroundColor, ink, mark]"""
    set_screen(browser, 1280, "light")
    light = browser.execute_script(look)
    set_screen(browser, 1280, "dark")
    assert all(a != b for a, b in zip(light, browser.execute_script(look), strict=True))


def shown(browser: Any) -> list[dict[str, str]]:
    return browser.execute_script(
        "return [...document.querySelectorAll('[data-changed] tbody tr')]"
        ".filter(row => row.offsetParent !== null)"
        ".map(row => ({...row.dataset, text: row.textContent}))"
    )


def choose(browser: Any, **values: str) -> None:
    browser.execute_script(
        """
        const form = document.querySelector('[data-changed] form');
        for (const [name, value] of Object.entries(arguments[0])) form.elements[name].value = value;
        form.dispatchEvent(new Event('input', {bubbles: true}));""",
        values,
    )


@pytest.mark.parametrize("width", [390, 1280])
def test_changed_mentions_can_be_filtered(browser: Any, width: int) -> None:
    set_screen(browser, width, "light")
    everything = shown(browser)
    assert len(everything) == len(example().changed) > 100

    choose(browser, change="broken", lang="bg", task="troll")
    found = shown(browser)
    wanted = [
        row
        for row in everything
        if (row["change"], row["lang"], row["task"]) == ("broken", "bg", "troll")
    ]
    assert found == wanted != []
    output = browser.execute_script("return document.querySelector('[data-changed] output').value")
    assert output == f"{len(wanted)} of {len(everything)} shown"

    choose(browser, change="", lang="", task="", text="PARCÉL")
    assert {"Ordinary words about a parcel." in row["text"] for row in shown(browser)} == {True}

    browser.execute_async_script(
        "document.querySelector('[data-changed] form').reset(); setTimeout(arguments[0], 20)"
    )
    assert shown(browser) == everything


def test_anchors_lead_to_the_sections(browser: Any) -> None:
    set_screen(browser, 390, "light")
    browser.execute_script("document.querySelector('nav a[href=\"#task-2\"]').click()")
    top = "return document.getElementById('task-2').getBoundingClientRect().top"
    assert 0 <= browser.execute_script(top) < 120


def test_nothing_lies_over_the_navigation(browser: Any) -> None:
    set_screen(browser, 1280, "light")
    above = browser.execute_script(
        """
        const found = new Set();
        for (const row of document.querySelectorAll('.scroll tbody th')) {
            scrollTo({top: row.getBoundingClientRect().top + scrollY - 20, behavior: 'instant'});
            const box = row.getBoundingClientRect();
            const here = document.elementFromPoint(box.left + 5, box.top + 10);
            if (!here.closest('nav')) found.add(here.textContent);
        }
        return [...found]"""
    )
    assert above == []

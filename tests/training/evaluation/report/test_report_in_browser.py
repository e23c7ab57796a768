from __future__ import annotations

import base64
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("selenium")
from chromium import needs_chromium, open_chromium, set_screen
from example_evaluation import example_evaluation
from mentionlens_training.evaluation.report import write_report
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.select import Select

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("report")
    write_report(example_evaluation(), path)
    return path


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    driver = open_chromium()
    yield driver
    driver.quit()


def show(browser: Any, page: Path, width: int = 1280, scheme: str = "light") -> None:
    set_screen(browser, width, scheme)
    browser.get(page.as_uri())


def requested(browser: Any) -> list[str]:
    """Return the addresses that were asked for since the last call."""
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    return [
        message["params"]["request"]["url"]
        for message in messages
        if message["method"] == "Network.requestWillBeSent"
    ]


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", ["index", "ro", "es", "cs"])
def test_a_page_fits_and_nothing_is_asked_for_or_complained_about(
    browser: Any, folder: Path, name: str, width: int
) -> None:
    requested(browser)
    show(browser, folder / f"{name}.html", width)
    assert browser.get_log("browser") == []
    assert {url for url in requested(browser) if not url.startswith("data:")} == {
        (folder / f"{name}.html").as_uri()
    }
    assert "taken over" not in browser.title
    assert browser.execute_script("return document.documentElement.scrollWidth") == width
    outside = """
        return [...document.querySelectorAll('main *, header *')].filter(element =>
            !element.closest('.scroll, nav, svg, .sr') &&
            element.getBoundingClientRect().right > innerWidth + 1
        ).map(element => element.outerHTML.slice(0, 80))"""
    assert browser.execute_script(outside) == []


def test_letters_of_figures_can_be_read_on_a_phone(browser: Any, folder: Path) -> None:
    show(browser, folder / "ro.html", 390)
    heights = browser.execute_script(
        "return [...document.querySelectorAll('svg text')]"
        ".map(text => text.getBoundingClientRect().height)"
    )
    assert len(heights) > 20 and min(heights) >= 11


def test_colours_follow_the_scheme_and_can_be_told_apart(browser: Any, folder: Path) -> None:
    contrast = """
        const canvas = document.createElement('canvas').getContext('2d');
        const rgb = colour => {
            canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
            return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
        };
        const light = colour => {
            const [r, g, b] = rgb(colour).map(c => c / 255)
                .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const paper = light(getComputedStyle(document.body).backgroundColor);
        const ratio = ink => {
            const [dark, bright] = [light(ink), paper].sort((a, b) => a - b);
            return (bright + .05) / (dark + .05);
        };
        return ['.note', 'small', 'h1', '.vs.better', '.vs.worse', 'a'].map(selector => {
            const found = document.querySelector('main ' + selector) ||
                document.querySelector(selector);
            return [selector, ratio(getComputedStyle(found).color)];
        })"""
    papers = set()
    for scheme in ("light", "dark"):
        show(browser, folder / "ro.html", scheme=scheme)
        papers.add(browser.execute_script("return getComputedStyle(document.body).backgroundColor"))
        for selector, ratio in browser.execute_script(contrast):
            assert ratio >= (3.7 if selector.startswith(".vs") else 4.5), (scheme, selector)
    assert len(papers) == 2


def test_languages_lead_to_each_other(browser: Any, folder: Path) -> None:
    show(browser, folder / "index.html")
    browser.find_element(By.CSS_SELECTOR, ".cells a[href='ro.html']").click()
    assert browser.find_element(By.TAG_NAME, "h1").text.startswith("Romanian")
    browser.find_element(By.CSS_SELECTOR, ".top [rel=next]").click()
    assert browser.find_element(By.TAG_NAME, "h1").text.startswith("Russian")
    browser.find_element(By.CSS_SELECTOR, ".top [rel=prev]").click()
    browser.find_element(By.CSS_SELECTOR, "nav.languages a[href='cs.html']").click()
    assert browser.find_element(By.CSS_SELECTOR, "nav [aria-current=page]").text == "Czech"
    browser.find_element(By.CSS_SELECTOR, ".crumb a").click()
    assert browser.current_url.endswith("/index.html")


def test_the_open_language_stands_in_view_on_a_phone(browser: Any, folder: Path) -> None:
    show(browser, folder / "bg.html", 390)
    box = browser.find_element(By.CSS_SELECTOR, "nav [aria-current=page]").rect
    assert box["x"] >= 0 and box["x"] + box["width"] <= 390


def texts(browser: Any, selector: str) -> list[str]:
    return [
        element.text.split("\n")[0]
        for element in browser.find_elements(By.CSS_SELECTOR, f".mistakes {selector}")
        if element.is_displayed()
    ]


def test_mistakes_can_be_filtered(browser: Any, folder: Path) -> None:
    show(browser, folder / "bg.html")
    box = browser.find_element(By.CSS_SELECTOR, "[data-mistakes]")
    everything = box.find_elements(By.CSS_SELECTOR, "tbody tr")
    gold = Select(box.find_element(By.CSS_SELECTOR, "[data-by=gold]"))
    gold.select_by_value("neutral")
    shown = [row for row in everything if row.is_displayed()]
    assert 0 < len(shown) < len(everything)
    assert {row.get_attribute("data-gold") for row in shown} == {"neutral"}
    output = box.find_element(By.TAG_NAME, "output")
    assert output.text == f"{len(shown)} of {len(everything)} shown"
    # Case and diacritics do not matter in a search.
    box.find_element(By.CSS_SELECTOR, "[data-by=text]").send_keys("ПРИЛОЖЕНИЕТО")
    found = [row for row in everything if row.is_displayed()]
    assert 0 < len(found) < len(shown)
    assert all("Приложението" in row.text for row in found)
    box.find_element(By.CSS_SELECTOR, "button[type=reset]").click()
    assert output.text == f"{len(everything)} of {len(everything)} shown"


def test_mistakes_can_be_sorted_with_the_keyboard(browser: Any, folder: Path) -> None:
    show(browser, folder / "ro.html")
    box = browser.find_element(By.CSS_SELECTOR, "[data-mistakes]")
    sure, gold = box.find_elements(By.CSS_SELECTOR, "th button")[:2]
    scores = [
        float(cell.get_attribute("data-value"))
        for cell in box.find_elements(By.CSS_SELECTOR, "td.sure")
    ]
    assert scores == sorted(scores, reverse=True)
    sure.send_keys(Keys.ENTER)
    header = box.find_element(By.CSS_SELECTOR, "th[aria-sort]")
    assert (header.text, header.get_attribute("aria-sort")) == ("sure", "ascending")
    after = [
        float(cell.get_attribute("data-value"))
        for cell in box.find_elements(By.CSS_SELECTOR, "td.sure")
    ]
    assert after == sorted(scores)
    gold.send_keys(Keys.SPACE)
    labels = [cell.text for cell in box.find_elements(By.CSS_SELECTOR, "td.gold")]
    assert labels == sorted(labels, reverse=True)
    assert len(box.find_elements(By.CSS_SELECTOR, "th[aria-sort]")) == 1


def test_the_keyboard_reaches_content_and_wide_tables(browser: Any, folder: Path) -> None:
    show(browser, folder / "ro.html", 390)
    active = browser.switch_to.active_element
    active.send_keys(Keys.TAB)
    assert browser.switch_to.active_element.text == "Skip to the content"
    browser.switch_to.active_element.send_keys(Keys.ENTER)
    assert browser.current_url.endswith("#content")
    wide = browser.find_element(By.CSS_SELECTOR, ".scroll")
    wide.send_keys(Keys.ARROW_RIGHT)
    assert browser.switch_to.active_element == wide
    assert wide.get_attribute("aria-label")


def test_every_table_has_a_caption_and_every_field_a_name(browser: Any, folder: Path) -> None:
    show(browser, folder / "ro.html")
    assert not browser.execute_script(
        "return [...document.querySelectorAll('table')].filter(t => !t.caption?.textContent.trim())"
    )
    assert not browser.execute_script(
        "return [...document.querySelectorAll('select, input')].filter(f => !f.labels.length)"
    )
    levels = browser.execute_script(
        "return [...document.querySelectorAll('h1, h2, h3, h4')].map(h => Number(h.tagName[1]))"
    )
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))


def test_mistakes_are_a_plain_table_without_scripts(browser: Any, folder: Path) -> None:
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        show(browser, folder / "ro.html")
        assert not browser.find_element(By.CSS_SELECTOR, ".mistakes form").is_displayed()
        assert browser.find_element(By.CSS_SELECTOR, ".mistakes tbody tr").is_displayed()
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


@pytest.mark.parametrize("name", ["index", "ro"])
def test_it_prints_on_white_a4(browser: Any, folder: Path, name: str) -> None:
    show(browser, folder / f"{name}.html", scheme="dark")
    printed = browser.execute_cdp_cmd(
        "Page.printToPDF", {"printBackground": True, "preferCSSPageSize": True}
    )
    pdf = base64.b64decode(printed["data"])
    assert 2 <= pdf.count(b"/Type /Page\n") <= 20
    assert b"/MediaBox [0 0 594.95996 841.91998]" in pdf
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    paper = "return getComputedStyle(document.body).backgroundColor"
    assert browser.execute_script(paper) == "rgb(255, 255, 255)"
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})

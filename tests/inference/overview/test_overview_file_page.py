"""The page as a file from disk, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("selenium")
from browser_looks import FAINT_TEXTS, OPEN_DETAILS
from chromium import needs_chromium, open_chromium, set_screen
from mentionlens.overview import build_overview, overview_page
from mentionlens.scored_mention import Columns, from_row
from overview_mentions import CRISIS, NOW, made_mentions
from selenium.webdriver.common.keys import Keys

pytestmark = needs_chromium

TABS = ("queue", "waiting", "trends", "health")
HOSTILE = [
    "<script>window.broken = 1</script>",
    "</script><script>window.broken = 2</script>",
    '"><img src=x onerror="window.broken = 3">',
    "\u202etxet siht nrut\u202c \u2067 ישן \u2069 <b>fett</b>",
    "x" * 5000,
    "слово " * 900,
    "<!-- <script> &lt;/script&gt; ${window.broken = 4} `",
]


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    made = made_mentions(days=14, most=60)
    time = (NOW - timedelta(minutes=30)).isoformat()
    hostile = [
        made[0]
        | {"id": f"h{place}", "text": text, "author": text[:60], "time": time, "replied_at": ""}
        | {"complaint": "safety", "complaint_score": 0.97, "sentiment": "negative"}
        for place, text in enumerate(HOSTILE)
    ]
    hostile[0]["brand"] = hostile[0]["text"]
    return [*made, *hostile]


@pytest.fixture(scope="module")
def overview(rows: list[dict[str, Any]]) -> dict[str, Any]:
    columns = Columns.find(list(rows[0]))
    return build_overview([from_row(row, columns) for row in rows], now=NOW)


@pytest.fixture(scope="module")
def file(overview: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "day.html"
    path.write_text(overview_page(overview), "utf-8")
    return path


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    driver = open_chromium()
    yield driver
    driver.quit()


@pytest.fixture
def page(browser: Any, file: Path) -> Iterator[Any]:
    """The file on a desk; afterwards nothing may have been complained about or fetched."""
    set_screen(browser, 1280, "light")
    browser.get("about:blank")
    browser.get_log("browser")
    browser.get_log("performance")
    browser.get(file.as_uri())
    yield browser
    assert [entry["message"] for entry in browser.get_log("browser")] == []
    asked = [
        entry["message"]
        for entry in browser.get_log("performance")
        if '"Network.requestWillBeSent"' in entry["message"]
    ]
    assert all("day.html" in one or '"url":"data:' in one for one in asked)


def open_tab(page: Any, name: str) -> None:
    page.execute_script("document.getElementById(arguments[0]).click()", f"tab-{name}")


def texts(page: Any, selector: str) -> list[str]:
    code = "return [...document.querySelectorAll(arguments[0])].map(found => found.textContent)"
    return page.execute_script(code, selector)


def choose(page: Any, control: str, words: str) -> None:
    code = """
        const select = document.getElementById(arguments[0]);
        const option = [...select.options].find(one => one.text === arguments[1]);
        select.value = option.value;
        select.dispatchEvent(new Event('change', {bubbles: true}));"""
    page.execute_script(code, control, words)


def test_hostile_texts_are_only_shown(page: Any, overview: dict[str, Any]) -> None:
    # All of them are in the first priority.
    shown = texts(page, "#panel-queue .mention")
    for text in HOSTILE:
        assert text[:1000] in shown
    assert page.execute_script("return window.broken") is None
    assert page.execute_script("return document.querySelectorAll('main img, main b').length") == 0
    assert any("4,000 characters more" in words for words in texts(page, "#panel-queue li > p"))
    assert page.execute_script("return document.documentElement.scrollWidth") == 1280


def test_the_queue_shows_the_rows_in_order_and_more_on_demand(
    page: Any, overview: dict[str, Any]
) -> None:
    wanted = [row["id"] for row in overview["queue"]["rows"]]
    code = "return [...document.querySelectorAll('#panel-queue .queue-row')].map(r => r.dataset.id)"
    assert page.execute_script(code) == wanted[:40]
    assert len(wanted) > 40
    total = overview["queue"]["total"]
    [status] = texts(page, "#panel-queue .status")
    assert status.startswith(f"40 of {total:,} mentions")
    left = total - len(wanted)
    assert left > 0 and f"the {left:,} least urgent are not on this page" in status
    page.execute_script("document.querySelector('#panel-queue > .panel > button').click()")
    assert page.execute_script(code) == wanted[:80]
    # The keyboard goes on where the new rows begin.
    code = "return document.activeElement.closest('.queue-row').dataset.id"
    assert page.execute_script(code) == wanted[40]


def test_brand_language_action_and_priority_narrow_the_queue(
    page: Any, overview: dict[str, Any]
) -> None:
    choose(page, "scope-brand", "Noktelo")
    choose(page, "scope-lang", "Romanian")
    choose(page, "queue-action", "Answer now")
    wanted = [
        row["id"]
        for row in overview["queue"]["rows"]
        if (row["brand"], row["lang"], row["action"]) == ("Noktelo", "ro", "answer_now")
    ]
    code = "return [...document.querySelectorAll('#panel-queue .queue-row')].map(r => r.dataset.id)"
    assert wanted
    assert page.execute_script(code) == wanted[:40]
    page.find_element("id", "queue-overdue").click()
    late = overview["now"]
    overdue = {row["id"] for row in overview["queue"]["rows"] if (row["due"] or late) < late}
    assert page.execute_script(code) == [one for one in wanted if one in overdue][:40]


def test_the_keyboard_reaches_tabs_filters_and_advice(page: Any) -> None:
    page.find_element("id", "tab-queue").send_keys(Keys.ARROW_RIGHT)
    assert page.execute_script("return document.activeElement.id") == "tab-waiting"
    assert page.find_element("id", "panel-waiting").is_displayed()
    page.switch_to.active_element.send_keys(Keys.HOME)
    first = page.find_element("css selector", "#panel-queue .queue-row summary")
    first.send_keys(Keys.ENTER)
    advice = page.find_element("css selector", "#panel-queue .queue-row .advice")
    assert advice.is_displayed()
    assert "Do\n" in advice.text and "Avoid\n" in advice.text and "Why\n" in advice.text


def test_waiting_shows_the_figures_of_the_chosen_brand(page: Any, overview: dict[str, Any]) -> None:
    open_tab(page, "waiting")
    for brand, words in ((None, "all brands"), ("Bankora", "Bankora")):
        choose(page, "scope-brand", words)
        [figures] = [
            one for one in overview["waiting"] if one["brand"] == brand and one["lang"] is None
        ]
        [sentence] = texts(page, "#panel-waiting .panel > .faint")
        assert sentence.startswith(f"{figures['waiting']:,} of {figures['complaints']:,} complaint")
        answered = figures["answered_praise"]
        assert any(
            f"{answered['answered']:,} of {answered['total']:,} answered" in found
            for found in texts(page, "#panel-waiting dd")
        )
        rows = texts(page, "#panel-waiting .ages tbody th")
        assert rows == list(figures["ages"])


def test_trends_mark_the_crisis_and_tables_hold_what_is_drawn(
    page: Any, overview: dict[str, Any]
) -> None:
    brand, _, _ = CRISIS
    choose(page, "scope-brand", brand)
    open_tab(page, "trends")
    assert texts(page, "#panel-trends .alert strong")
    marked = "#panel-trends figure:has(.alert-mark) h3"
    assert "All complaints" in texts(page, marked) or "Negative" in texts(page, marked)
    [series] = [
        one
        for one in overview["trends"]["series"]
        if (one["brand"], one["lang"], one["measure"]) == (brand, None, "complaint")
    ]
    for unit, steps in (("days", series["days"]), ("hours", series["hours"])):
        page.execute_script(f"document.querySelector('[name=trend-unit][value={unit}]').click()")
        page.execute_script("document.querySelector('#panel-trends figure details').open = true")
        cells = "#panel-trends figure:first-child tbody tr td:nth-child(2)"
        found = until(lambda cells=cells: texts(page, cells))
        assert found == [f"{count:,}" for count in steps["counts"]]
        bars = page.execute_script(
            "return document.querySelectorAll('#panel-trends figure:first-child rect.bar').length"
        )
        assert bars == len(steps["counts"])


def until(found: Any) -> Any:
    """Return the first result that is not empty: a toggled element says so a moment later."""
    for _ in range(2000):
        if result := found():
            return result
    raise AssertionError("nothing came")


def test_health_shows_every_brand_and_language_with_intervals(
    page: Any, overview: dict[str, Any]
) -> None:
    open_tab(page, "health")
    titles = texts(page, "#panel-health figure h3")
    assert titles[0] == "All brands and languages"
    assert {"Zipolot", "Noktelo", "Bankora", "Polish", "Bulgarian"} <= set(titles)
    choose(page, "scope-lang", "Polish")
    [figures] = [one for one in overview["health"] if one["brand"] is None and one["lang"] == "pl"]
    share = round(100 * figures["week"]["negative"]["share"])
    assert any(found.startswith(f"{share}% ") for found in texts(page, "#panel-health .tiles dd"))


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_fits_and_can_be_read(page: Any, width: int, scheme: str) -> None:
    set_screen(page, width, scheme)
    for tab in TABS:
        open_tab(page, tab)
        page.execute_script(OPEN_DETAILS, f"#panel-{tab}", 8)
        assert page.execute_script("return document.documentElement.scrollWidth") == width
        assert page.execute_script(FAINT_TEXTS) == []


def test_every_control_and_drawing_has_a_name_for_screen_readers(page: Any) -> None:
    kinds = {"button", "checkbox", "combobox", "image", "radio", "tab", "tabpanel", "table"}
    seen = set()
    for tab in TABS:
        open_tab(page, tab)
        for node in page.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]:
            role = node.get("role", {}).get("value")
            if role in kinds - {"table"} and not node.get("ignored"):
                seen.add(role)
                assert node.get("name", {}).get("value"), node
    assert {"button", "checkbox", "combobox", "image", "radio", "tab", "tabpanel"} <= seen


def test_the_theme_changes_and_nothing_moves_for_those_who_asked_for_that(page: Any) -> None:
    paper = "return getComputedStyle(document.body).backgroundColor"
    light = page.execute_script(paper)
    page.find_element("id", "theme").click()
    assert page.execute_script(paper) != light
    page.find_element("id", "theme").click()
    feature = {"name": "prefers-reduced-motion", "value": "reduce"}
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    moving = """
        return [...document.querySelectorAll('*')].filter(node => {
            const style = getComputedStyle(node);
            return style.animationName !== 'none' || parseFloat(style.transitionDuration) > 0;
        }).length"""
    assert page.execute_script(moving) == 0

"""The page in a real browser, before a real service of the tiny bundle."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("selenium")
from browser_page import TASKS, Page, browser, labels_of, page, predicted, read, written
from chromium import needs_chromium, set_screen
from mentionlens.server.keys import new_key
from selenium.webdriver.common.keys import Keys
from tiny_bundle import copy_tiny_bundle, edit_manifest

__all__ = ["browser", "page"]  # the fixtures

pytestmark = needs_chromium


def test_answers_come_while_one_types(service: Any, page: Page) -> None:
    page.open(service.url)
    page.element("#mentions").send_keys("Paczka nie dotarła", Keys.ENTER, "Gracias por todo")
    page.answered(2)
    assert page.texts("#answers .mention") == ["Paczka nie dotarła", "Gracias por todo"]
    assert page.labels() == labels_of(predicted(service, "Paczka nie dotarła", "Gracias por todo"))
    page.element("#mentions").send_keys("!")
    page.until(
        "document.querySelectorAll('#answers .mention')[1].textContent === 'Gracias por todo!'"
    )
    page.answered(2)
    assert page.labels() == labels_of(predicted(service, "Paczka nie dotarła", "Gracias por todo!"))


def test_every_label_has_a_bar_as_long_as_its_probability(service: Any, page: Page) -> None:
    text = "Где мои деньги? Верните!"
    page.open(service.url)
    page.write(text)
    page.answered(1)
    [result] = predicted(service, text)
    for task in TASKS:
        code = """
            const bars = document.querySelectorAll(`#answers [data-task=${arguments[0]}] li`);
            return [...bars].map(bar => [
                bar.querySelector('.bar-label').textContent,
                bar.querySelector('.fill').getBoundingClientRect().width /
                    bar.querySelector('.track').getBoundingClientRect().width])"""
        expected = result[task]["probabilities"]
        time.sleep(0.4)  # the bars grow
        bars = page.js(code, task)
        assert [label for label, _ in bars] == list(expected)
        assert [share for _, share in bars] == pytest.approx(list(expected.values()), abs=0.01)


def test_a_reply_that_is_out_of_date_is_not_shown(service: Any, page: Page) -> None:
    page.open(service.url)
    page.slow_down(800)
    page.write("Paczka nie dotarła")
    time.sleep(0.5)  # asked for, not answered
    page.write("Mulțumesc")
    page.answered(1)
    assert page.texts("#answers .mention") == ["Mulțumesc"]
    time.sleep(1.0)
    assert page.labels() == labels_of(predicted(service, "Mulțumesc"))


def test_the_whole_text_can_be_one_mention(service: Any, page: Page) -> None:
    page.open(service.url)
    page.write("Primera línea.\n\nSegunda línea.")
    page.answered(2)
    page.element("input[name=split][value=whole]").click()
    page.answered(1)
    assert page.texts("#answers .mention") == ["Primera línea.\n\nSegunda línea."]
    assert page.labels() == labels_of(predicted(service, "Primera línea.\n\nSegunda línea."))


def test_the_same_line_twice_has_two_answers(service: Any, page: Page) -> None:
    page.open(service.url)
    page.write("Gracias\n\nGracias\nNo")
    page.answered(3)
    assert page.labels() == labels_of(predicted(service, "Gracias", "Gracias", "No"))


def test_flags_are_said_in_words(service: Any, page: Page) -> None:
    texts = ["nie " * 200, "Nem értem, hogy miért nincs itt a csomag, pedig már kifizettem"]
    flags = [set(result["flags"]) for result in predicted(service, *texts)]
    assert "truncated" in flags[0] and "unsupported_language:hu" in flags[1]
    page.open(service.url)
    page.write("\n".join(texts))
    page.answered(2)
    assert "long text, cut" in page.texts("#answers > li:nth-child(1) .flags li")
    assert "language not covered: hu (Hungarian)" in page.texts(
        "#answers > li:nth-child(2) .flags li"
    )
    unsure = [
        [f.partition(":")[2] for f in sorted(some) if f.startswith("low_confidence:")]
        for some in flags
    ]
    for place, tasks in enumerate(unsure, start=1):
        shown = page.texts(f"#answers > li:nth-child({place}) .flags li")
        assert [words for words in sorted(shown) if "unsure" in words] == [
            f"unsure: {t}" for t in tasks
        ]


def test_a_mention_that_cannot_be_answered_costs_no_other(
    start: Callable[..., Any], page: Page
) -> None:
    service = start("--most-characters", "40", "--most-items", "2")
    page.open(service.url)
    page.write("Gracias\n" + "x" * 41 + "\nNo funciona\nQué bien")
    page.answered(4)
    assert "at most 40" in page.text("#answers > li:nth-child(2)")
    expected = labels_of(
        predicted(service, "Gracias", "No funciona") + predicted(service, "Qué bien")
    )
    assert [shown for shown in page.labels() if shown] == expected


def test_a_mention_is_text_and_never_html(service: Any, page: Page) -> None:
    evil = "<img src=x onerror=\"document.title='run'\"><b>nie</b>"
    page.open(service.url)
    page.write(evil)
    page.answered(1)
    assert page.texts("#answers .mention") == [evil]
    page.element("#answers .explain").click()
    page.until("document.querySelector('.explained-text') !== null")
    assert page.browser.title == "mentionlens"


def test_examples_come_with_one_click_and_know_their_language(service: Any, page: Page) -> None:
    page.open(service.url)
    for lang in ("pl", "ro", "ru", "es", "bg", "en"):
        page.element(f"#examples [data-lang={lang}]").click()
        page.answered(5)
        languages = page.js(
            "return [...document.querySelectorAll('#answers .mention')].map(p => p.lang)"
        )
        assert languages == [lang] * 5
    # English is not among the languages of the tiny bundle.
    assert "language not covered: en (English)" in page.texts("#answers > li:first-child .flags li")
    page.write("My own words")
    page.element("#examples [data-lang=bg]").click()
    page.answered(6)
    assert page.texts("#answers .mention")[0] == "My own words"


def test_the_same_situation_stands_side_by_side(service: Any, page: Page) -> None:
    page.open(service.url, "languages")
    page.until("document.querySelector('.matrix') !== null")
    assert page.texts(".matrix thead th") == [
        "Polski",
        "Română",
        "Русский",
        "Español",
        "Български",
        "English",
    ]
    texts = page.texts(".matrix .texts p")
    results = predicted(service, *texts)
    for row, task in enumerate(TASKS):
        verdicts = page.texts(f".matrix tbody:nth-of-type({row + 2}) .verdicts td strong")
        assert verdicts == [result[task]["label"] for result in results]
        labels = page.texts(f".matrix tbody:nth-of-type({row + 2}) tr:not(.verdicts) th")
        assert labels == list(results[0][task]["probabilities"])
    page.element("#situations label:nth-of-type(3)").click()
    page.until("document.querySelector('.matrix .texts p').innerText.startsWith('Brawo')")
    set_screen(page.browser, 390, "light")
    page.until("document.querySelectorAll('#comparison .answer-card').length === 6")
    assert page.labels("#comparison .answer-card") == labels_of(
        predicted(service, *page.texts("#comparison .mention"))
    )


def test_the_words_that_mattered_are_marked_in_the_text(service: Any, page: Page) -> None:
    text = "😡😡 Paczka nie dotarła 👍 http gracias"
    page.open(service.url)
    page.write(text)
    page.answered(1)
    assert page.js("return document.activeElement.tagName") == "BODY"
    page.element("#answers .explain").send_keys(Keys.ENTER)
    page.until("document.querySelector('.explained-text') !== null")
    status, explained = service.post("/v1/explain", {"text": text})
    assert status == 200
    plain = """
        const copy = document.querySelector('.explained-text').cloneNode(true);
        for (const number of copy.querySelectorAll('sup')) number.remove();
        return copy.textContent"""
    assert page.js(plain) == text
    signs = """
        return [...document.querySelectorAll('.explained-text .word')].map(word =>
            [word.firstChild.textContent, word.dataset.sign ?? null])"""
    for task in TASKS:
        page.js(f"document.querySelector('.explanation input[value={task}]').click()")
        expected = []
        for word in explained["words"]:
            effect = word["effects"][task]
            sign = None if abs(effect) < 0.005 else "for" if effect > 0 else "against"
            expected.append([word["word"], sign])
        assert page.js(signs) == expected
    strongest = max(explained["words"], key=lambda word: abs(word["effects"]["complaint"]))
    effect = strongest["effects"]["complaint"]
    points = f"{'−' if effect < 0 else '+'}{round(100 * abs(effect))}"
    assert page.texts(".strongest li")[0].split() == [strongest["word"], points, "points"]
    page.element("#answers .explain").click()
    page.until("document.querySelector('.explained-text') === null")


def test_an_open_explanation_stays_while_other_lines_change(service: Any, page: Page) -> None:
    page.open(service.url)
    page.write("Paczka nie dotarła")
    page.answered(1)
    page.element("#answers .explain").click()
    page.until("document.querySelector('.explained-text') !== null")
    page.write("Gracias\nPaczka nie dotarła")
    page.answered(2)
    assert (
        page.js(
            "return document.querySelectorAll('#answers > li:nth-child(2) .explained-text').length"
        )
        == 1
    )


def test_a_task_that_nobody_knew_appears(
    start: Callable[..., Any], page: Page, tmp_path: Path
) -> None:
    folder = copy_tiny_bundle(tmp_path / "bundle")

    def add_intent(manifest: dict[str, Any]) -> None:
        [troll] = [task for task in manifest["tasks"] if task["name"] == "troll"]
        troll.update(name="intent", labels=["wants_to_leave", "stays"])

    edit_manifest(folder, add_intent)
    golden = folder / "golden.jsonl"
    lines = []
    for line in map(json.loads, golden.read_text(encoding="utf-8").splitlines()):
        no, yes = line["expected"].pop("troll").values()
        line["expected"]["intent"] = {"wants_to_leave": no, "stays": yes}
        lines.append(json.dumps(line, ensure_ascii=False) + "\n")
    golden.write_text("".join(lines), encoding="utf-8")
    service = start(bundle=folder)
    page.open(service.url)
    page.write("Gracias")
    page.answered(1)
    assert page.texts("#answers .task-name") == ["Sentiment", "Intent", "Complaint"]
    assert page.texts("#answers [data-task=intent] .bar-label") == ["wants to leave", "stays"]
    page.element("#tab-file").click()
    page.choose_file(written(tmp_path / "one.csv", [["text"], ["Gracias"]]))
    page.score()
    assert read(page.download())[0] == [
        "text", "sentiment", "sentiment_score", "intent", "intent_score",
        "complaint", "complaint_score", "flags",
    ]  # fmt: skip


def test_the_page_learns_that_another_model_answers(
    start: Callable[..., Any], page: Page, tmp_path: Path
) -> None:
    folder = copy_tiny_bundle(tmp_path / "bundle")
    service = start("--watch", "0.1", bundle=folder)
    page.open(service.url)
    page.write("Gracias")
    page.answered(1)
    assert page.text("#model-name") == "tiny 1 · 5 languages"

    def change(manifest: dict[str, Any]) -> None:
        manifest.update(version="2", languages=["es"])
        manifest["tasks"][0]["low_confidence"] = 0.999

    edit_manifest(folder, change)
    service.until(lambda: service.get("/v1/model")[1]["version"] == "2")
    page.write("Gracias\nNo funciona")
    page.until("document.getElementById('model-name').textContent === 'tiny 2 · 1 language'")
    page.answered(2)
    for place in (1, 2):
        assert "unsure: sentiment" in page.texts(f"#answers > li:nth-child({place}) .flags li")


def test_an_api_key_is_asked_for_and_kept_in_memory_only(
    start: Callable[..., Any], page: Page, tmp_path: Path
) -> None:
    key, line = new_key("tester")
    keys = tmp_path / "keys"
    keys.write_text(line + "\n", encoding="utf-8")
    service = start("--keys", str(keys))
    page.open(service.url, ready=False)
    page.until("document.getElementById('key-dialog').open")
    assert page.js("return document.activeElement.id") == "key"
    page.element("#key").send_keys("wrong", Keys.ENTER)
    page.until("!document.getElementById('key-problem').hidden")
    page.element("#key").send_keys(key, Keys.ENTER)
    page.until("!document.getElementById('panel-mentions').hidden")
    page.write("Gracias")
    page.answered(1)
    kept = page.js(
        "return JSON.stringify([localStorage, sessionStorage, document.cookie, location.href])"
    )
    assert key not in kept and key not in page.js("return document.documentElement.outerHTML")
    page.browser.refresh()
    page.until("document.getElementById('key-dialog').open")
    page.element("#key-cancel").click()
    page.until("document.querySelector('#start-problem button') !== null")
    assert "An API key is needed" in page.text("#start-problem")
    page.element("#start-problem button").click()
    page.until("document.getElementById('key-dialog').open")
    page.element("#key").send_keys(key, Keys.ENTER)
    page.until("!document.getElementById('panel-mentions').hidden")
    assert page.complaints(but=(401,)) == []


def test_a_service_that_is_gone_is_told(start: Callable[..., Any], page: Page) -> None:
    service = start("--drain", "0")
    page.open(service.url)
    service.end()
    page.write("Gracias")
    page.until("document.querySelector('#mentions-problem button') !== null")
    assert "The service cannot be reached" in page.text("#mentions-problem")
    assert all("ERR_CONNECTION_REFUSED" in message for message in page.complaints())


def test_tabs_and_skip_link_work_with_the_keyboard(service: Any, page: Page) -> None:
    page.open(service.url)
    body = page.element("body")
    body.send_keys(Keys.TAB)
    assert page.js("return document.activeElement.textContent") == "Skip to the content"
    assert page.js("return document.activeElement.getBoundingClientRect().top") >= 0
    page.js("document.getElementById('tab-mentions').focus()")
    for name in ("languages", "file", "model", "mentions"):
        page.browser.switch_to.active_element.send_keys(Keys.ARROW_RIGHT)
        assert page.js("return document.activeElement.id") == f"tab-{name}"
        assert page.js(
            "return [...document.querySelectorAll('[role=tabpanel]:not([hidden])')].map(p => p.id)"
        ) == [f"panel-{name}"]
    page.browser.switch_to.active_element.send_keys(Keys.TAB)
    assert page.js("return document.activeElement.id") == "mentions"
    outline = "return getComputedStyle(document.activeElement).outline"
    assert page.js(outline).endswith("solid 3px")

"""`POST /v1/overview` and its page, over real HTTP and in a real browser."""

from __future__ import annotations

import csv
import json
import time
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("selenium")
from browser_page import Page, browser, page
from chromium import needs_chromium
from mentionlens.overview import build_overview
from mentionlens.scored_mention import Columns, from_row
from overview_mentions import NOW, made_mentions, write_csv

__all__ = ["browser", "page"]  # the fixtures

ASKED_AT = NOW.isoformat()


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    return made_mentions(days=3, most=40)


def raw(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    names = ("id", "text", "lang", "brand", "author", "time", "replied_at")
    return [{name: row[name] for name in names} for row in rows]


def test_scored_rows_give_what_the_library_gives(service: Any, rows: list[dict[str, Any]]) -> None:
    status, found = service.post("/v1/overview", {"mentions": rows, "now": ASKED_AT})
    assert status == 200
    assert found["read"].pop("unreadable") == 0
    columns = Columns.find(list(rows[0]))
    expected = build_overview([from_row(row, columns) for row in rows], now=NOW)
    assert found == json.loads(json.dumps(expected))


def test_rows_without_answers_are_answered(service: Any, rows: list[dict[str, Any]]) -> None:
    some = raw(rows)[-20:]
    status, found = service.post("/v1/overview", {"mentions": some, "now": ASKED_AT})
    assert status == 200
    assert found["read"]["without_answers"] == 0
    predict = [{"text": row["text"], "lang": row["lang"]} for row in some]
    _, predicted = service.post("/v1/predict", {"mentions": predict})
    [whole] = [one for one in found["health"] if one["brand"] is one["lang"] is None]
    negative = [one for one in predicted["results"] if one["sentiment"]["label"] == "negative"]
    assert whole["all"]["negative"]["count"] == len(negative)
    assert whole["all"]["mentions"] == 20


def test_an_answer_that_is_none_costs_its_mention_only(service: Any) -> None:
    bad = {"text": "x", "troll": "no", "troll_score": "often"}
    good = {"text": "Где посылка?", "lang": "ru", "followers_count": 5}
    status, found = service.post("/v1/overview", {"mentions": [bad, good]})
    assert status == 200
    assert found["read"]["unreadable"] == 1
    assert [row["text"] for row in found["queue"]["rows"]] == ["Где посылка?"]


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({}, 422, "mentions"),
        ({"mentions": ["x"]}, 422, "mention 0"),
        ({"mentions": [], "nonsense": 1}, 422, "nonsense"),
        ({"mentions": [], "now": "soon"}, 422, "now"),
        ({"mentions": [], "timezone": "Mars/Base"}, 422, "timezone"),
        ({"mentions": [], "timezone": 5}, 422, "timezone"),
        ({"mentions": [], "guidance_language": "xx"}, 422, "guidance"),
        ({"mentions": [], "columns": {"mood": "x"}}, 422, "mood"),
        ({"mentions": [{"text": "x"}] * 1001}, 413, "1001"),
        ({"mentions": [{}] * 20_001}, 413, "20001"),
    ],
)
def test_what_cannot_be_used_is_named(service: Any, body: Any, status: int, words: str) -> None:
    found, problem = service.post("/v1/overview", body)
    assert (found, words in problem["detail"]) == (status, True), problem


def test_times_that_lie_far_apart_do_not_hold_the_service_up(service: Any) -> None:
    answers = {"complaint": "delivery", "complaint_score": 0.9}
    mentions = [
        {"text": "x", "time": when, **answers}
        for when in ("1970-01-02", "1999-01-01", "2026-03-22", "9999-12-30")
    ]
    start = time.process_time()
    status, found = service.post("/v1/overview", {"mentions": mentions, "now": ASKED_AT})
    assert status == 200
    assert len(found["days"]) == 1 and found["read"]["later_than_now"] == 1
    assert time.process_time() - start < 10


def test_the_api_document_describes_it(service: Any) -> None:
    _, document = service.get("/openapi.json")
    described = document["paths"]["/v1/overview"]["post"]
    [example] = described["requestBody"]["content"]["application/json"]["examples"].values()
    status, found = service.post("/v1/overview", example["value"])
    assert status == 200 and found["queue"]["total"] == 1
    assert {"OverviewRequest", "OverviewResponse"} <= set(document["components"]["schemas"])


def test_the_page_and_its_files_are_served_under_the_policy(service: Any) -> None:
    for path, kind in (
        ("/overview", "text/html"),
        ("/page/overview.css", "text/css"),
        ("/page/overview-live.js", "text/javascript"),
        ("/page/overview-view.js", "text/javascript"),
    ):
        status, headers, _ = service.request("GET", path)
        assert status == 200
        assert headers["content-type"].startswith(kind)
        assert "script-src 'self'" in headers["content-security-policy"]


def open_file(page: Page, service: Any, path: Path) -> None:
    page.browser.get(f"{service.url}/overview")
    page.until("!document.getElementById('overview-file').disabled")
    page.element("#overview-file").send_keys(str(path))
    page.until("document.querySelector('#panel-queue .queue-row') !== null", 120)


@needs_chromium
def test_the_first_page_and_the_overview_lead_to_each_other(service: Any, page: Page) -> None:
    page.open(service.url)
    page.element(".elsewhere").click()
    page.until("!document.getElementById('overview-file').disabled")
    page.element(".elsewhere").click()
    page.until("document.querySelector('#panel-mentions:not([hidden])') !== null")


@needs_chromium
def test_a_scored_csv_file_is_drawn(
    service: Any, page: Page, rows: list[dict[str, Any]], tmp_path: Path
) -> None:
    open_file(page, service, write_csv(tmp_path / "scored.csv", rows))
    status, found = service.post("/v1/overview", {"mentions": rows})
    assert status == 200
    words = page.text("#overview-status")
    assert words == f"scored.csv: {len(rows):,} mentions."
    total = found["queue"]["total"]
    assert f"of {total:,} mention" in page.text("#panel-queue .status")
    for tab in ("waiting", "trends", "health"):
        page.element(f"#tab-{tab}").click()
        page.until(f"document.querySelector('#panel-{tab} h2').checkVisibility()")


@needs_chromium
def test_a_raw_file_with_foreign_names_is_scored_first(
    service: Any, page: Page, rows: list[dict[str, Any]], tmp_path: Path
) -> None:
    path = tmp_path / "raw.csv"
    some = raw(rows)[-40:]
    with path.open("w", encoding="windows-1251", errors="replace", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        # Without a column of replies only the last day would be shown, and these are older.
        writer.writerow(["id", "сообщение", "lang", "brand", "date", "answered_at"])
        writer.writerows([r["id"], r["text"], r["lang"], r["brand"], r["time"], ""] for r in some)
    open_file(page, service, path)
    assert page.text("#overview-status") == "raw.csv: 40 mentions."
    answers = page.js("return document.querySelector('#panel-queue .reasons').textContent")
    assert "read as sentiment" in answers


@needs_chromium
def test_json_lines_with_objects_are_drawn_and_broken_lines_counted(
    service: Any, page: Page, rows: list[dict[str, Any]], tmp_path: Path
) -> None:
    mentions = [{"text": row["text"], "lang": row["lang"]} for row in rows[-20:]]
    _, predicted = service.post("/v1/predict", {"mentions": mentions})
    lines = [
        json.dumps({**result, **row}, ensure_ascii=False)
        for row, result in zip(raw(rows)[-20:], predicted["results"], strict=True)
    ]
    path = tmp_path / "scored.jsonl"
    path.write_text("\n".join([*lines, "{broken", "[1]"]), "utf-8")
    page.requests()
    open_file(page, service, path)
    assert not [url for url in page.requests() if url.endswith("/v1/predict")]
    assert "2 rows could not be read." in page.text("#overview .notice")


@needs_chromium
def test_what_is_no_file_of_mentions_is_said(service: Any, page: Page, tmp_path: Path) -> None:
    page.browser.get(f"{service.url}/overview")
    page.until("!document.getElementById('overview-file').disabled")
    for name, content, words in (
        ("empty.csv", b"", "has no rows"),
        ("book.xlsx", b"PK\x03\x04", "is a workbook"),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        page.element("#overview-file").send_keys(str(path))
        page.until(f"document.getElementById('overview-problem').textContent.includes('{words}')")

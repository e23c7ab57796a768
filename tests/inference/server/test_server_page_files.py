"""Files that are scored on the page, in a real browser before a real service."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("selenium")
from browser_page import NASTY, TASKS, Page, browser, page, predicted, read, written
from chromium import needs_chromium

__all__ = ["browser", "page"]  # the fixtures

pytestmark = needs_chromium


def test_a_file_comes_back_with_answers_and_every_cell_as_it_was(
    service: Any, page: Page, tmp_path: Path
) -> None:
    path = written(tmp_path / "nasty.csv", NASTY, encoding="utf-8-sig")
    path.write_bytes(path.read_bytes().replace(b"5,", b'"5",', 1))
    page.open(service.url, "file")
    page.choose_file(path)
    assert page.js("return document.getElementById('file-text').selectedOptions[0].text") == "text"
    page.score()
    content = page.download()
    found = read(content, encoding="utf-8-sig")
    assert content.startswith(b"\xef\xbb\xbf") and content.count(b"\r\n") == len(NASTY)
    assert b'\r\n"5",' in content
    assert [row[:4] for row in found] == NASTY
    assert found[0][4:] == [
        "sentiment", "sentiment_score", "troll", "troll_score", "complaint", "complaint_score",
        "flags",
    ]  # fmt: skip
    texts = [row[2] for row in NASTY[1:]]
    for row, result in zip(found[1:], predicted(service, *texts), strict=True):
        if row[2]:
            expected = [
                value for t in TASKS for value in (result[t]["label"], str(result[t]["score"]))
            ]
            assert row[4:] == [*expected, " ".join(result["flags"])]
        else:
            assert row[4:] == [""] * 6 + ["no_text"]


def test_cells_of_the_file_are_neutralised_on_request_only(
    service: Any, page: Page, tmp_path: Path
) -> None:
    page.open(service.url, "file")
    page.choose_file(written(tmp_path / "nasty.csv", NASTY))
    page.score()
    page.element("#download-safe").click()
    page.element("#download-probabilities").click()
    found = read(page.download())
    dangerous = ("=", "+", "'")
    assert [row[:4] for row in found] == [
        ["'" + cell if cell.startswith(dangerous) else cell for cell in row] for row in NASTY
    ]
    assert found[0][4:9] == [
        "sentiment", "sentiment_score",
        "sentiment_negative", "sentiment_neutral", "sentiment_positive",
    ]  # fmt: skip
    shares = [float(cell) for cell in found[1][6:9]]
    assert sum(shares) == pytest.approx(1, abs=1e-5) and max(shares) == float(found[1][5])


def test_added_columns_give_way_to_those_of_the_file(
    service: Any, page: Page, tmp_path: Path
) -> None:
    page.open(service.url, "file")
    page.choose_file(written(tmp_path / "own.csv", [["text", "sentiment"], ["Gracias", "mine"]]))
    page.score()
    header, row = read(page.download())
    assert header[:4] == [
        "text",
        "sentiment",
        "mentionlens_sentiment",
        "mentionlens_sentiment_score",
    ]
    assert row[:3] == ["Gracias", "mine", predicted(service, "Gracias")[0]["sentiment"]["label"]]


@pytest.mark.parametrize(
    ("encoding", "texts"),
    [
        (
            "windows-1251",
            ["Пратката не дойде вече седмица", "Приложение „Банкорра“ не работает", "OK"],
        ),
        ("windows-1250", ["Paczka wciąż nie dotarła, ręce opadają", "Źle, bardzo źle"]),
        ("windows-1250", ["Coletul nu a sosit încă, mulţumesc frumos", "ăăă"]),
        ("windows-1252", ["¿Dónde está mi paquete? Mañana hará un año", "¡Qué bien!"]),
        ("iso-8859-2", ["Paczka wciąż nie dotarła, ręce opadają", "Źle, bardzo źle"]),
        ("utf-16", ["Пратката не дойде", "Paczka wciąż nie dotarła"]),
        ("utf-8", ["Пратката не дойде", "Paczka wciąż nie dotarła"]),
    ],
)
def test_the_encoding_is_found_out_and_kept(
    service: Any, page: Page, tmp_path: Path, encoding: str, texts: list[str]
) -> None:
    rows = [["nr", "message"], *([str(place), text] for place, text in enumerate(texts))]
    path = written(tmp_path / "old.csv", rows, encoding=encoding, delimiter=";")
    page.open(service.url, "file")
    page.choose_file(path)
    page.score()
    found = read(page.download(), encoding=encoding, delimiter=";")
    assert [row[:2] for row in found] == rows
    labels = [result["sentiment"]["label"] for result in predicted(service, *texts)]
    assert [row[2] for row in found[1:]] == labels


def test_another_encoding_can_be_chosen(service: Any, page: Page, tmp_path: Path) -> None:
    path = tmp_path / "few.csv"
    path.write_bytes("text\nżółw\n".encode("iso-8859-2"))
    page.open(service.url, "file")
    page.choose_file(path)
    for encoding, shown in (("utf-8", "��w"), ("iso-8859-2", "żółw")):
        code = """
            const select = document.getElementById('file-encoding');
            select.value = arguments[0];
            select.dispatchEvent(new Event('change', {bubbles: true}));"""
        page.js(code, encoding)
        assert page.texts("#file-preview td") == [shown]
        assert ("cannot be read" in page.text("#file-problem")) == (encoding == "utf-8")


def test_rows_in_disorder_cost_no_other_row(service: Any, page: Page, tmp_path: Path) -> None:
    content = (
        'id,text,tag\n1,Gracias,a\n2,"never closed,b\n3,uno,dos,tres\n4\n\n'
        '5,"He said "hi" there",c\n6,Qué bien,d'
    )
    path = tmp_path / "broken.csv"
    path.write_text(content, encoding="utf-8")
    page.open(service.url, "file")
    page.choose_file(path)
    page.score()
    lines = page.download().decode().split("\n")
    assert [
        line[: len(old)] for line, old in zip(lines, content.split("\n"), strict=True)
    ] == content.split("\n")
    found = [line.rsplit(",", 1)[1] for line in lines[1:]]
    assert found[2:5] == ["bad_row:ragged", "bad_row:ragged", "no_text"]
    texts = ["Gracias", '"never closed', '"He said "hi" there"', "Qué bien"]
    answered = [lines[place].split(",") for place in (1, 2, 6, 7)]
    expected = [
        [r["sentiment"]["label"], r["complaint"]["label"]] for r in predicted(service, *texts)
    ]
    # Of the widest row there are four columns, and the added ones come behind.
    assert [[cells[4], cells[8]] for cells in answered] == expected
    assert "2 × more or fewer columns than the first row" in page.text("#summary .notice")


def test_a_tab_separated_file_can_be_dropped(service: Any, page: Page) -> None:
    page.open(service.url, "file")
    code = """
        const transfer = new DataTransfer();
        transfer.items.add(new File([arguments[0]], 'dropped.tsv'));
        document.getElementById('drop').dispatchEvent(
            new DragEvent('drop', {bubbles: true, cancelable: true, dataTransfer: transfer}));"""
    page.js(code, "kto\topis\nAla\tPaczka, niestety, nie dotarła\nOla\tDziękuję\n")
    page.until("document.getElementById('file-name').textContent === 'dropped.tsv'")
    assert page.js("return document.getElementById('file-delimiter').value") == "\t"
    assert page.js("return document.getElementById('file-text').selectedOptions[0].text") == "opis"
    page.score()
    found = read(page.download(), delimiter="\t")
    labels = [
        r["sentiment"]["label"]
        for r in predicted(service, "Paczka, niestety, nie dotarła", "Dziękuję")
    ]
    assert [row[2] for row in found] == ["sentiment", *labels]


def test_the_language_column_goes_along(service: Any, page: Page, tmp_path: Path) -> None:
    rows = [["lang", "text"], ["hu", "Gracias"], ["es", "Gracias"], ["", "Gracias"]]
    page.open(service.url, "file")
    page.choose_file(written(tmp_path / "languages.csv", rows))
    page.score()
    flags = [row[-1].split() for row in read(page.download())[1:]]
    assert ["unsupported_language:hu" in some for some in flags] == [True, False, False]


def test_a_file_without_names_of_columns(service: Any, page: Page, tmp_path: Path) -> None:
    page.open(service.url, "file")
    page.choose_file(written(tmp_path / "bare.csv", [["1", "Gracias"], ["2", "No funciona"]]))
    page.element("#file-header").click()
    assert page.texts("#file-preview th") == ["Column 1", "Column 2"]
    page.score()
    found = read(page.download())
    labels = [
        result["sentiment"]["label"] for result in predicted(service, "Gracias", "No funciona")
    ]
    assert [row[:3] for row in found] == [
        ["1", "Gracias", labels[0]],
        ["2", "No funciona", labels[1]],
    ]


def test_the_summary_counts_what_the_file_holds(service: Any, page: Page, tmp_path: Path) -> None:
    texts = [
        "Gracias",
        "No funciona",
        "Paczka nie dotarła",
        "Где мои деньги?",
        "Mulțumesc",
        "пак не работи",
    ]
    rows = [["text"], *([f"{text} {place}"] for place in range(20) for text in texts), ["  "]]
    page.open(service.url, "file")
    page.choose_file(written(tmp_path / "many.csv", rows))
    page.score()
    results = predicted(service, *(row[0] for row in rows[1:-1]))
    for task in TASKS:
        expected: dict[str, int] = dict.fromkeys(results[0][task]["probabilities"], 0)
        for result in results:
            expected[result[task]["label"]] += 1
        shown = [line.split("\n") for line in page.texts(f"#summary [data-task={task}] li")]
        assert {parts[0]: int(parts[1]) for parts in shown} == expected
    unsure = sum(any(flag.startswith("low_confidence") for flag in r["flags"]) for r in results)
    tiles = [text.split("\n")[1].split(" ")[0] for text in page.texts("#summary .tiles > div")]
    assert tiles == ["121", "120", str(unsure), "1"]
    crossed = page.js("""
        return [...document.querySelectorAll('#summary .crossed tbody tr')].map(row =>
            [...row.querySelectorAll('th, .numbers')].map(cell => cell.textContent))""")
    for label, *numbers, total in crossed:
        chosen = [
            result["sentiment"]["label"]
            for result in results
            if result["complaint"]["label"] == label
        ]
        counts = [chosen.count(sentiment) for sentiment in ("negative", "neutral", "positive")]
        assert [0 if number == "–" else int(number) for number in numbers] == counts
        assert int(total) == len(chosen)
    surest: dict[str, float] = {}
    for result in results:
        answer = result["complaint"]
        surest[answer["label"]] = max(surest.get(answer["label"], 0.0), answer["score"])
    firsts = page.js("""
        return [...document.querySelectorAll('#summary details')].map(found => [
            found.querySelector('summary').textContent.toLowerCase(),
            found.querySelector('.mention').textContent])""")
    scores = {result["text"]: result["complaint"]["score"] for result in results}
    assert {label: scores[text] for label, text in firsts} == surest


def test_a_run_can_be_cancelled_and_go_on(service: Any, page: Page, tmp_path: Path) -> None:
    rows = [["text"], *([f"Paczka {place} nie dotarła"] for place in range(400))]
    page.open(service.url, "file")
    page.choose_file(written(tmp_path / "long.csv", rows))
    page.slow_down(400)
    page.element("#file-start").click()
    page.until("document.getElementById('file-bar').value > 0")
    assert "a second" in page.text("#file-rate")
    page.element("#file-cancel").click()
    page.until("!document.getElementById('file-result').hidden")
    assert page.text("#file-status").startswith("Cancelled")
    flags = [row[-1] for row in read(page.download())[1:]]
    left = flags.count("not_scored")
    assert len(flags) == 400 and 0 < left < 400
    page.slow_down(0)
    page.element("#file-resume").click()
    page.until("document.getElementById('file-status').textContent.startsWith('Done: 400 of 400')")
    found = read(page.download())
    labels = [
        result["sentiment"]["label"] for result in predicted(service, *(row[0] for row in rows[1:]))
    ]
    assert [row[1] for row in found[1:]] == labels


def test_a_busy_service_is_asked_again(
    start: Callable[..., Any], page: Page, tmp_path: Path
) -> None:
    service = start("--most-in-flight", "16")
    rows = [["text"], *([f"Paczka {place} nie dotarła"] for place in range(100))]
    page.open(service.url, "file")
    page.choose_file(written(tmp_path / "busy.csv", rows))
    head = b"POST /v1/score HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    with contextlib.ExitStack() as open_streams:
        for _ in range(16):
            stream = socket.create_connection((service.host, service.port))
            open_streams.enter_context(stream)
            stream.sendall(head)
        page.element("#file-start").click()
        page.until(
            "document.getElementById('file-problem').textContent.includes('Trying again in 1 s')"
        )
        assert page.js("return document.getElementById('file-bar').value") == 0
    page.until("!document.getElementById('file-result').hidden")
    assert page.text("#file-status").startswith("Done: 100 of 100")
    assert page.text("#file-problem") == ""
    assert all(row[1] for row in read(page.download()))
    assert page.complaints(but=(429,)) == []

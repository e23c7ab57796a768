from __future__ import annotations

import dataclasses

from mentionlens_data.quality.review import review_rows
from mentionlens_data.quality.review_file import text_sha
from quality_sets import mention, opinions

ENGLISH = "The parcel came after two weeks and nobody has answered any of my messages so far."


def test_every_reason_has_its_lines() -> None:
    rows = opinions(300)
    rows[30] = dataclasses.replace(rows[30], labels={"sentiment": "positive"})
    rows.append(mention("e", ENGLISH))
    rows.append(mention("c1", "Całkiem zwyczajny sklep"))
    rows.append(mention("c2", "całkiem zwyczajny sklep!", labels={"sentiment": "positive"}))
    said: list[str] = []
    review = review_rows(lambda: rows, progress=said.append)
    by_reason = {line.reason: line for line in review.lines}
    assert set(by_reason) == {"suspicious", "conflict", "language"}
    texts = {row.id: row.text for row in rows}
    assert all(line.text == texts[line.id] for line in review.lines)
    assert all(line.text_sha == text_sha(line.text) for line in review.lines)
    assert by_reason["suspicious"].id == rows[30].id or rows[30].id in {
        line.id for line in review.lines
    }
    assert (by_reason["language"].id, by_reason["language"].suggested) == ("first/e", "en")
    assert by_reason["language"].label == ""
    assert review.found["language"] == 1
    assert [cell.lang for cell in review.cells] == ["pl"]
    assert any(line.startswith("sentiment in pl") for line in said)


def test_an_answer_has_one_line_and_the_limit_holds() -> None:
    rows = opinions(300)
    rows[30] = dataclasses.replace(rows[30], labels={"sentiment": "positive"})
    copy = dataclasses.replace(rows[30], id="first/copy", labels={"sentiment": "negative"})
    rows.append(copy)
    review = review_rows(lambda: rows, reasons=("suspicious", "conflict"))
    answers = [(line.id, line.task) for line in review.lines]
    assert len(answers) == len(set(answers))
    assert {rows[30].id, copy.id} <= {id_ for id_, _ in answers}
    limited = review_rows(lambda: rows, reasons=("conflict",), limit=1)
    assert len(limited.lines) == 1
    assert limited.found == {"conflict": 2}

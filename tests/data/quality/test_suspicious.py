from __future__ import annotations

import dataclasses

import numpy as np
from mentionlens_data.quality.out_of_fold import out_of_fold
from mentionlens_data.quality.suspicious import find_suspicious
from quality_sets import mention, opinions

OTHER = {"negative": "positive", "positive": "negative"}


def test_planted_errors_come_first() -> None:
    rows = opinions(400)
    wrong = {row.id for row in rows[::21]}
    rows = [
        dataclasses.replace(row, labels={"sentiment": OTHER[row.labels["sentiment"]]})
        if row.id in wrong
        else row
        for row in rows
    ]
    found = find_suspicious(rows)
    assert {item.id for item in found.rows[: len(wrong)]} == wrong
    given = {row.id: row.labels["sentiment"] for row in rows}
    assert all(item.suggested == OTHER[given[item.id]] for item in found.rows)
    assert found == find_suspicious(rows)


def test_cells_that_say_nothing_are_skipped_with_a_note() -> None:
    rows = opinions(50)
    rows += [dataclasses.replace(row, id=f"{row.id}x", lang="cs", labels={"troll": "no"})
             for row in opinions(300, seed=1)]  # fmt: skip
    cells = {(cell.task, cell.lang): cell for cell in find_suspicious(rows).cells}
    assert cells["sentiment", "pl"].accuracy is None
    assert "only 50 rows" in cells["sentiment", "pl"].note
    assert "fewer than two labels" in cells["troll", "cs"].note


def test_a_rare_label_is_left_out_and_named() -> None:
    rows = [*opinions(300), mention("n", "Neutralny", labels={"sentiment": "neutral"})]
    (cell,) = find_suspicious(rows).cells
    assert cell.note == "too few rows to judge: neutral"
    assert cell.accuracy is not None and cell.accuracy > 0.9


def test_copies_never_judge_each_other() -> None:
    """Texts of random letters: only a copy in training could give the label away."""
    draw = np.random.default_rng(0)
    texts = ["".join(draw.choice(list("abcdefghij"), 40)) for _ in range(200)] * 2
    labels = np.array(list(draw.integers(0, 2, 200)) * 2)
    groups = [str(i) for i in range(200)] * 2
    held_out = out_of_fold(texts, labels, groups).argmax(axis=1)
    assert 0.3 < (held_out == labels).mean() < 0.7
    leaking = out_of_fold(texts, labels, [str(i) for i in range(400)]).argmax(axis=1)
    assert (leaking == labels).mean() > 0.8


def test_every_cell_has_its_turn() -> None:
    rows = opinions(300)
    more = opinions(300, seed=1)
    rows += [dataclasses.replace(row, id=f"{row.id}x", lang="sk") for row in more]
    flipped = [
        dataclasses.replace(row, labels={"sentiment": OTHER[row.labels["sentiment"]]})
        if i % 30 == 0
        else row
        for i, row in enumerate(rows)
    ]
    langs = {row.id: row.lang for row in flipped}
    first = find_suspicious(flipped).rows[:10]
    assert sorted(langs[item.id] for item in first) == ["pl"] * 5 + ["sk"] * 5

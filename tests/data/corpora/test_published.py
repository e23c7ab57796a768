from __future__ import annotations

import pytest
from mentionlens_data.corpora.ledger import load_ledger
from mentionlens_data.corpora.notes import PublishedFigure
from mentionlens_data.tasks import default_tasks
from pydantic import ValidationError

FIGURE = {
    "task": "sentiment",
    "metric": "macro-F1",
    "value": 70.5,
    "model": "some model",
    "source": "some paper",
    "verified": True,
}
TASKS = {task.name for task in default_tasks()}


def test_every_figure_of_the_ledger_can_be_compared_or_says_why_not() -> None:
    figures = [(entry, figure) for entry in load_ledger().values() for figure in entry.published]
    assert figures
    for entry, figure in figures:
        assert figure.shown_with is None or figure.shown_with in TASKS
        assert figure.test_rows is not None or len(figure.note or "") > 20, entry.name
        assert figure.language is None or figure.language in entry.languages, entry.name
        if figure.test_rows is not None:
            assert figure.task in entry.tasks, entry.name
            assert figure.language is not None or len(entry.languages) == 1, entry.name
            # No row of such a test part may be dropped, or cut away by a cap.
            assert figure.test_rows <= entry.splits.max_test, entry.name
            assert not any(rule.drop for rule in entry.rules), entry.name


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({}, "needs a note"),
        ({"note": "other rows", "nearest": "troll"}, "nearest = 'troll'"),
        ({"task": "emotion", "note": "another task", "nearest": "mood"}, "nearest = 'mood'"),
        ({"task": "emotion", "test_rows": 100}, "'emotion' is no task"),
        ({"metric": "BLEU", "test_rows": 100}, "'BLEU' cannot be computed"),
        ({"metric": "F1 of yes", "test_rows": 100}, "'F1 of yes' cannot be computed"),
    ],
)
def test_a_figure_that_claims_too_much_is_refused(change: dict, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        PublishedFigure(**(FIGURE | change))


def test_figures_are_shown_with_a_task_of_the_package() -> None:
    assert PublishedFigure(**FIGURE, test_rows=100).shown_with == "sentiment"
    other = FIGURE | {"task": "irony", "note": "irony is not trolling"}
    assert PublishedFigure(**other).shown_with is None
    assert PublishedFigure(**other, nearest="troll").shown_with == "troll"
    of_label = FIGURE | {"task": "troll", "metric": "F1 of yes"}
    assert PublishedFigure(**of_label, test_rows=100).shown_with == "troll"

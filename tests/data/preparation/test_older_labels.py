"""Rows that were labelled before a task had all of its labels say no more than they know."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from mentionlens_data.preparation.older_labels import translate_labels
from mentionlens_data.tasks import Task

OLD = (Task("complaint", ("none", "product", "delivery")), Task("troll", ("no", "yes")))
GROWN = Task(
    "complaint",
    ("none", "product", "delivery", "packaging"),
    taken_from={"packaging": ("product",)},
)


def test_a_label_that_a_new_one_was_taken_from_leaves_both_open() -> None:
    said = translate_labels({"complaint": "product"}, {}, (GROWN,), OLD)
    assert said == ({}, {"complaint": ("none", "delivery")})


def test_a_label_that_nothing_was_taken_from_stands() -> None:
    assert translate_labels({"complaint": "none"}, {}, (GROWN,), OLD) == ({"complaint": "none"}, {})


def test_without_a_word_a_new_label_may_come_from_any() -> None:
    silent = Task("complaint", GROWN.labels)
    said = translate_labels({"complaint": "none"}, {}, (silent,), OLD)
    assert said == ({}, {"complaint": ("product", "delivery")})


def test_a_task_that_is_new_stays_unknown_and_one_that_is_gone_is_left_out() -> None:
    intent = Task("intent", ("question", "praise"))
    assert translate_labels({"troll": "no"}, {}, (intent,), OLD) == ({}, {})


def test_what_a_row_is_not_stays_so() -> None:
    assert translate_labels({}, {"complaint": ("none", "gone")}, (GROWN,), OLD) == (
        {},
        {"complaint": ("none",)},
    )


@given(st.sampled_from(OLD[0].labels), st.lists(st.sampled_from("abcd"), unique=True))
def test_the_old_label_is_never_excluded_and_never_alone_with_nothing(
    label: str, new: list[str]
) -> None:
    task = Task("complaint", (*OLD[0].labels, *new))
    labels, excluded = translate_labels({"complaint": label}, {}, (task,), OLD)
    possible = set(task.labels) - set(excluded.get("complaint", ()))
    assert label in possible
    assert possible == {label, *new} or labels == {"complaint": label}

"""Which rows two versions share, and what is said where they do not fit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mentionlens_training.evaluation.comparison.comparing import compare_answers
from mentionlens_training.evaluation.comparison.pairing import pair
from mentionlens_training.evaluation.predictions import EvaluationError, RowPrediction
from mentionlens_training.evaluation.schema import Settings
from versions import answer, compared, sentiment, side

GOLD = {"sentiment": "negative"}


def test_rows_are_matched_by_id_whatever_their_order() -> None:
    old = sentiment("-0+-0+", "-0+000")
    new = sentiment("-0+-0+", "-0----")[::-1]
    pairing = pair(side(old), side(new))
    paired = pairing.tasks["sentiment"]
    assert [pairing.facts[row].id for row in paired.a.rows] == [row.id for row in old]
    assert paired.a.gold.tolist() == paired.b.gold.tolist() == [0, 1, 2, 0, 1, 2]
    assert paired.a.predicted.tolist() == [0, 1, 2, 1, 1, 1]
    assert paired.b.predicted.tolist() == [0, 1, 0, 0, 0, 0]


def test_rows_of_one_side_are_counted_and_named() -> None:
    old, new = sentiment("-0+-", "-0+-"), sentiment("-0+-", "-0++")
    found = compared(old[:3], new[1:])
    assert (found.rows.common, found.rows.only_a, found.rows.only_b) == (2, 1, 1)
    assert found.rows.only_a_ids == ("made/ro-0",)
    assert "1 rows were answered by A only: made/ro-0." in found.notes
    assert found.cells[0].rows == 2


def test_another_right_answer_is_an_error_that_names_the_row() -> None:
    old, new = sentiment("-0+-", "-0+-"), sentiment("-0++", "-0+-")
    message = "row 'made/ro-3': the right sentiment is 'negative' in A and 'positive' in B"
    with pytest.raises(EvaluationError, match=message):
        pair(side(old), side(new))
    with pytest.raises(EvaluationError, match=r"on different data .fingerprints aaaa and bbbb"):
        pair(side(old, fingerprint="aaaa"), side(new, fingerprint="bbbb"))


def test_other_data_with_the_same_answers_in_common_is_said() -> None:
    rows = sentiment("-0+-", "-0+-")
    old, new = side(rows, fingerprint="aaaa"), side(rows[1:], fingerprint="bbbb")
    found = compare_answers(old.info, new.info, pair(old, new), settings=Settings(resamples=10))
    assert found.notes[0].startswith("A and B were evaluated on different data (aaaa and bbbb)")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ([answer(1, GOLD, GOLD)], [answer(2, GOLD, GOLD)], "share no row: A answered 'made/1'"),
        ([answer(1, GOLD, GOLD)], [answer(1, GOLD, GOLD, lang="bg")], "is 'ro' in A and 'bg' in B"),
        ([answer(1, GOLD, GOLD)], [answer(1, {"troll": "no"}, {"troll": "no"})], "share no task"),
        ([answer(1, {}, GOLD)], [answer(1, {}, GOLD)], "no common row is labelled for sentiment"),
    ],
)
def test_what_cannot_be_compared_is_an_error(
    old: Sequence[RowPrediction], new: Sequence[RowPrediction], message: str
) -> None:
    with pytest.raises(EvaluationError, match=message):
        pair(side(old), side(new))


def test_a_label_that_only_the_new_version_knows_is_one_that_the_old_one_never_gives() -> None:
    old = [answer(n, GOLD, {"sentiment": "neutral"}) for n in range(4)]
    labels = {"sentiment": ("mixed", "negative", "neutral", "positive")}
    new = [answer(n, GOLD, {"sentiment": "mixed"}, labels=labels) for n in range(4)]
    found = compared(old, new)
    assert "Only B knows mixed of sentiment: the other never gives it." in found.notes
    assert {(item.a, item.b, item.change) for item in found.changed} == {
        ("neutral", "mixed", "other")
    }
    assert found.changed[0].a_score == 0.8


def test_a_right_answer_that_one_version_does_not_know_is_left_out_and_counted() -> None:
    labels = {"sentiment": ("mixed", "negative", "neutral", "positive")}
    gold = [GOLD, GOLD, {"sentiment": "mixed"}]
    old = [answer(n, right, GOLD) for n, right in enumerate(gold)]
    new = [answer(n, right, right, labels=labels) for n, right in enumerate(gold)]
    found = compared(old, new)
    assert found.cells[0].rows == 2
    assert any(note.startswith("1 common rows are labelled for sentiment") for note in found.notes)


def test_a_task_of_one_version_is_not_compared_and_said() -> None:
    both = GOLD | {"troll": "no"}
    found = compared([answer(1, both, both)], [answer(1, both, GOLD)])
    assert found.tasks == ("sentiment",)
    assert "Only A answers troll: not compared." in found.notes


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "there are no predictions"),
        ([answer(1, GOLD, GOLD), answer(1, GOLD, GOLD)], "the id 'made/1' comes twice"),
        ([answer(1, GOLD, GOLD, sure=float("nan"))], "row 'made/1'.*not in"),
        ([answer(1, GOLD, GOLD, sure=1.5)], "row 'made/1'.*not in"),
        (
            [answer(1, GOLD, GOLD), answer(2, GOLD, {}, labels={})],
            "row 'made/2': 'sentiment'; expected an answer",
        ),
    ],
)
def test_damaged_predictions_are_an_error(rows: list[RowPrediction], message: str) -> None:
    with pytest.raises(EvaluationError, match=message):
        side(rows)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.just(10**400),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
PLACES = st.sampled_from(["gold", "predicted", "probabilities", "label", "slices"])


@given(PLACES, JSON, st.booleans())
def test_any_json_in_a_row_is_read_or_refused_by_name(place: str, value: Any, first: bool) -> None:
    record = answer(1, GOLD, GOLD).to_dict()
    if place == "label":
        record["probabilities"]["sentiment"]["neutral"] = value
    elif place == "slices":
        record["slices"] = [value]
    else:
        record[place] = {"sentiment": value}
    if place == "slices" and not isinstance(value, str):
        with pytest.raises(ValueError, match="'slices' is no list of texts"):
            RowPrediction.from_dict(record)
        return
    rows = [RowPrediction.from_dict(record), answer(2, GOLD, GOLD)]
    try:
        found = side(rows if first else rows[::-1])
        compared(rows, rows, resamples=5)
    except EvaluationError as error:
        # A label that the first row does not know leaves rows out, perhaps all.
        assert re.search("row 'made/|no common row is labelled", str(error))
    else:
        assert set(found.answers) <= {"sentiment"}

"""Rows of scored files as mentions: every shape that is written, and what is wrong with others."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mentionlens import InputError, MentionClassifier
from mentionlens.mention_times import parse_time
from mentionlens.scored_mention import Columns, from_row
from tiny_bundle import COMMITTED

TABLE = {
    "ID": "7",
    "Text": "Where is it?",
    "lang": "en",
    "created_at": "2026-03-02 09:15",
    "user": "anna",
    "followers": "1 200",
    "sentiment": "negative",
    "sentiment_score": "0.91",
    "troll": "no",
    "troll_score": "0.98",
    "troll_no": "0.98",
    "troll_yes": "0.02",
    "flags": "long low_confidence:troll",
}


def read(row, **options):
    return from_row(row, Columns.find(list(row), **options))


def test_a_row_of_a_table_is_read_by_the_names_of_its_columns():
    found = read(TABLE)
    assert (found.id, found.text, found.lang, found.author) == ("7", "Where is it?", "en", "anna")
    assert found.time == datetime(2026, 3, 2, 9, 15, tzinfo=UTC)
    assert found.reach == 1200.0
    assert found.labels == {"sentiment": "negative", "troll": "no"}
    # Only the answered label where the file holds its score alone.
    assert found.probabilities["sentiment"] == {"negative": 0.91}
    assert found.probabilities["troll"] == {"no": 0.98, "yes": 0.02}
    assert found.flags == ("long", "low_confidence:troll")
    assert (found.brand, found.thread, found.replied_at) == ("", None, None)


def test_what_predict_writes_is_read_as_it_was_answered():
    (prediction,) = MentionClassifier(COMMITTED).predict(["Nu merge aplicația."])
    row = json.loads(json.dumps({**prediction.to_dict(), "brand": "Noktelo"}))
    found = read(row, fixed=False)
    assert found.brand == "Noktelo"
    for task, answer in prediction.tasks.items():
        assert found.labels[task] == answer.label
        assert found.probabilities[task] == pytest.approx(answer.probabilities, abs=1e-6)


@pytest.mark.parametrize("lang", ["pl", "PL", "pl-PL", "pl_pl", " pl "])
def test_a_language_is_known_by_its_first_two_letters(lang):
    assert read({**TABLE, "lang": lang}).lang == "pl"


def test_a_prefix_keeps_the_answers_apart_from_own_columns():
    row = {"text": "x", "sentiment": "mine", "p_sentiment": "neutral", "p_sentiment_score": "0.6"}
    assert read({**row, "p_flags": "long"}, prefix="p_").labels == {"sentiment": "neutral"}


def test_a_column_that_only_looks_like_a_label_is_none():
    row = {"text": "x", "troll": "no", "troll_score": "0.7", "note": "", "troll_id": "1"}
    assert read(row).probabilities == {"troll": {"no": 0.7}}
    known = {"troll": ["no", "yes"]}
    row = {"text": "x", "troll": "no", "troll_score": "0.7", "troll_id": "1", "troll_yes": "0.3"}
    assert read(row, tasks=known).probabilities == {"troll": {"no": 0.7, "yes": 0.3}}


def test_cells_that_cannot_be_read_are_flagged_and_the_mention_is_kept():
    row = {**TABLE, "created_at": "yesterday", "followers": "many", "replied_at": "soon"}
    found = read(row)
    assert (found.time, found.replied_at, found.reach) == (None, None, None)
    assert found.flags[2:] == ("bad_time:time", "bad_time:replied_at", "bad_reach:reach")
    assert found.labels["sentiment"] == "negative"
    empty = read({**TABLE, "created_at": " ", "followers": None})
    assert empty.flags == ("long", "low_confidence:troll")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sentiment_score": "high"}, "sentiment_score: expected a probability from 0 to 1"),
        ({"troll_yes": "1.2"}, "troll_yes: expected a probability"),
        ({"troll_yes": "nan"}, "troll_yes: expected a probability"),
        ({"sentiment": 5}, "sentiment: expected a label, found int 5"),
        ({"mood": {"label": 5}}, "mood.label: expected a string"),
        ({"mood": {"label": "x", "probabilities": []}}, "mood.probabilities: expected an object"),
        ({"mood": {"label": "x", "score": True}}, "mood.score: expected a probability"),
    ],
)
def test_an_answer_that_is_none_is_named_with_its_column(change, message):
    with pytest.raises(InputError, match=message):
        read({**TABLE, **change})


def test_columns_that_were_named_must_be_there():
    with pytest.raises(InputError, match=r"time: no column 'when'; there are 'text'"):
        Columns.find(["text"], overrides={"time": "when"})
    with pytest.raises(InputError, match="shoe: no such role; possible are id, text"):
        Columns.find(["text"], overrides={"shoe": "text"})
    with pytest.raises(InputError, match="text: none of the columns 'a', 'b' holds the mentions"):
        Columns.find(["a", "b"])
    columns = Columns.find(["note", "when"], overrides={"text": "note", "time": "when"})
    found = from_row({"note": "x", "when": "5.1.2026 7:30"}, columns, number=3)
    assert (found.id, found.text, found.time.hour) == ("3", "x", 7)


def test_a_later_json_row_may_have_a_column_that_the_first_had_not():
    columns = Columns.find(["text"], fixed=False)
    found = from_row({"text": "x", "answered_at": "2026-01-01T00:00:00Z"}, columns)
    assert found.replied_at == datetime(2026, 1, 1, tzinfo=UTC)


TIMES = [
    ("2026-01-05", datetime(2026, 1, 5)),
    ("20260105", datetime(2026, 1, 5)),
    ("2026-01-05T10:00:00Z", datetime(2026, 1, 5, 10)),
    ("2026-01-05 10:00:00+02:00", datetime(2026, 1, 5, 8)),
    ("05.01.2026 10:00", datetime(2026, 1, 5, 10)),
    ("5.1.2026, 9:05:30", datetime(2026, 1, 5, 9, 5, 30)),
    ("1767600000", datetime(2026, 1, 5, 8)),
    (1767600000000, datetime(2026, 1, 5, 8)),
    (1767600000.5, datetime(2026, 1, 5, 8, 0, 0, 500000)),
    (date(2026, 1, 5), datetime(2026, 1, 5)),
    (datetime(2026, 1, 5, 10, tzinfo=timezone(timedelta(hours=2))), datetime(2026, 1, 5, 8)),
]


@pytest.mark.parametrize(("value", "wanted"), TIMES)
def test_a_time_is_read_in_every_form_of_exports(value, wanted):
    assert parse_time(value) == wanted.replace(tzinfo=UTC)


def test_a_time_without_a_zone_is_in_the_one_that_was_named():
    warsaw = ZoneInfo("Europe/Warsaw")
    assert parse_time("05.07.2026 10:00", warsaw) == datetime(2026, 7, 5, 8, tzinfo=UTC)
    assert parse_time("2026-07-05T10:00Z", warsaw) == datetime(2026, 7, 5, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        *("", "soon", "31.02.2026", "05/01/2026", "7", "9" * 5000),
        *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"),
        *(7, True, None, [], float("nan"), float("inf"), -1.0, 1e30),
    ],
)
def test_what_is_no_time_is_refused(value):
    with pytest.raises(ValueError, match=r"no time|expected a time"):
        parse_time(value)


ANY = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.integers())
ROW = st.dictionaries(
    st.sampled_from([*TABLE, "time", "replied_at", "reach", "complaint", "text", "brand"]),
    ANY | st.dictionaries(st.sampled_from(["label", "score", "probabilities"]), ANY),
)


@given(ROW, ROW)
def test_any_row_becomes_a_mention_or_an_error_that_names_a_column(first, row):
    try:
        found = from_row(row, Columns.find([*first, "text"], fixed=False))
    except InputError as error:
        assert ":" in str(error)
        return
    assert isinstance(found.text, str)
    assert found.time is None or found.time.tzinfo is UTC
    assert found.reach is None or 0 <= found.reach < float("inf")
    for scores in found.probabilities.values():
        assert all(0 <= value <= 1 for value in scores.values())

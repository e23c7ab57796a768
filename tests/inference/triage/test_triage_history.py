"""History: what came before a mention, whatever the order in which mentions come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mentionlens.scored_mention import ScoredMention
from mentionlens.triage import HistoryBuilder, Past, PastOf

START = datetime(2026, 1, 1, tzinfo=UTC)
KINDS = (frozenset({"complaint"}), frozenset({"troll"}), frozenset({"resolved"}), frozenset())


def mention(
    hours: float | None,
    author: str | None = "a",
    *,
    replied: float | None = None,
    brand: str = "b",
    thread: str | None = None,
    text: str = "short",
) -> ScoredMention:
    def at(value: float | None) -> datetime | None:
        return None if value is None else START + timedelta(hours=value)

    return ScoredMention(
        id="1",
        text=text,
        lang=None,
        labels={},
        probabilities={},
        flags=(),
        brand=brand,
        author=author,
        thread=thread,
        time=at(hours),
        replied_at=at(replied),
        reach=None,
    )


def pasts(rows: list[tuple[ScoredMention, frozenset[str]]], days: float = 30) -> list[Past]:
    builder = HistoryBuilder(days)
    for row in rows:
        builder.add(*row)
    history = builder.finish()
    return [history.past(place) for place in range(len(rows))]


def naive(rows: list[tuple[ScoredMention, frozenset[str]]], place: int, days: float) -> PastOf:
    """Say what came before a mention the slow way, from the definitions."""
    own, _ = rows[place]
    same = [
        (one.time, n, one, kinds)
        for n, (one, kinds) in enumerate(rows)
        if one.author == own.author and one.brand == own.brand
    ]
    before = sorted((t, n, one, kinds) for t, n, one, kinds in same if (t, n) < (own.time, place))
    before = [row for row in before if row[0] >= own.time - timedelta(days=days)]
    solved = [row[:2] for row in before if "resolved" in row[3]]
    open_ones = [
        row for row in before if "complaint" in row[3] and (not solved or row[:2] > solved[-1])
    ]
    answered = [
        row for row in open_ones if row[2].replied_at is not None and row[2].replied_at <= own.time
    ]
    waiting = [row for row in open_ones if row not in answered]
    return PastOf(
        earlier_mentions=len(before),
        earlier_complaints=sum("complaint" in row[3] for row in before),
        earlier_trolls=sum("troll" in row[3] for row in before),
        unanswered_complaints=len(waiting),
        answered_complaints=len(answered),
        waiting_hours=(own.time - waiting[0][0]).total_seconds() / 3600 if waiting else None,
    )


@settings(max_examples=150)
@given(
    st.lists(
        st.tuples(
            st.builds(
                lambda hours, author, wait, brand: mention(
                    hours, author, replied=None if wait is None else hours + wait, brand=brand
                ),
                st.integers(0, 200),
                st.sampled_from(["a", "b"]),
                st.none() | st.integers(0, 60),
                st.sampled_from(["x", "y"]),
            ),
            st.sampled_from(KINDS),
        ),
        max_size=25,
    )
)
def test_the_fast_way_and_the_definitions_agree_in_any_order(rows):
    for days in (2, 30):
        for place, past in enumerate(pasts(rows, days)):
            slow, fast = naive(rows, place, days), past.author
            if slow.waiting_hours is not None:
                assert fast.waiting_hours == pytest.approx(slow.waiting_hours)
            fields = [name for name in PastOf.__slots__ if name != "waiting_hours"]
            assert [getattr(fast, f) for f in fields] == [getattr(slow, f) for f in fields]


COMPLAINT, RESOLVED, NOTHING = KINDS[0], KINDS[2], KINDS[3]


def test_a_case_is_closed_by_its_author_only_and_only_for_the_brand():
    rows = [
        (mention(0), COMPLAINT),
        (mention(0, "other"), COMPLAINT),
        (mention(0, brand="c"), COMPLAINT),
        (mention(5), RESOLVED),
        (mention(6), COMPLAINT),
    ]
    found = pasts(rows)
    assert [past.closed for past in found] == [True, False, False, False, False]
    assert found[4].author.unanswered_complaints == 0
    assert found[4].author.earlier_complaints == 1


def test_a_reply_counts_from_when_it_came():
    rows = [(mention(0, replied=10), COMPLAINT), (mention(9), NOTHING), (mention(10), NOTHING)]
    _, before, after = (past.author for past in pasts(rows))
    assert (before.unanswered_complaints, before.answered_complaints) == (1, 0)
    assert before.waiting_hours == 9
    assert (after.unanswered_complaints, after.answered_complaints) == (0, 1)


def test_without_times_the_order_of_the_rows_is_that_of_history():
    rows = [(mention(None), COMPLAINT), (mention(None), NOTHING)]
    past = pasts(rows)[1].author
    assert (past.earlier_mentions, past.unanswered_complaints) == (1, 1)
    assert past.waiting_hours is None


def test_a_mention_without_a_time_among_others_has_no_past_and_is_nobodys():
    rows = [(mention(0), COMPLAINT), (mention(None), COMPLAINT), (mention(5), NOTHING)]
    first, unknown, last = pasts(rows)
    assert unknown == Past()
    assert first.author.earlier_mentions == 0
    assert last.author.earlier_mentions == 1


def test_who_has_no_name_has_no_history():
    found = pasts([(mention(0, None), COMPLAINT), (mention(1, None), COMPLAINT)])
    assert [past.author for past in found] == [None, None]


def test_copies_are_counted_in_the_order_of_times_and_only_of_telling_texts():
    text = "Earn a thousand a day from your own sofa, write to me!"
    same = "EARN a thousand a day, from your own sofa: write to me"
    rows = [
        (mention(3, "x", text=text), NOTHING),
        (mention(1, "y", text=same), NOTHING),
        (mention(2, None, text=text), NOTHING),
        (mention(0, text="Thanks!"), NOTHING),
        (mention(1, text="Thanks!"), NOTHING),
    ]
    assert [past.earlier_copies for past in pasts(rows)] == [2, 0, 1, 0, 0]


def test_a_very_busy_author_takes_no_longer_than_many_quiet_ones():
    # A walk that looked back at every earlier mention would take minutes here.
    rows = [(mention(n / 60, replied=n / 60 + 500), COMPLAINT) for n in range(20_000)]
    last = pasts(rows, days=3)[-1].author
    assert last.earlier_mentions == 3 * 24 * 60
    assert last.unanswered_complaints == last.earlier_complaints == 3 * 24 * 60


def test_nothing_has_no_history():
    assert pasts([]) == []

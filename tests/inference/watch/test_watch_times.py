"""Times that are missing, late, repeated or wrong."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from mentionlens.scored_mention import ScoredMention
from mentionlens.watch import Alert, Watch, WatchOptions
from watched_mentions import START, burst, mention, together, usual

MORNING = 22 * 24 + 10


def run(mentions: Iterable[ScoredMention]) -> tuple[Watch, list[Alert]]:
    watch = Watch()
    return watch, list(watch.watch(mentions))


def later(alerts: Iterable[Alert]) -> list[Alert]:
    start = START + timedelta(hours=MORNING)
    return [a for a in alerts if a.event == "opened" and a.at > start]


def test_a_mention_without_a_time_or_an_answer_is_reported_and_not_counted() -> None:
    watch, _ = run(
        [
            *usual(2),
            replace(mention(1, number="a"), time=None),
            replace(mention(1, number="b"), labels={}),
            replace(mention(1, number="c"), time=datetime(1, 1, 1, tzinfo=UTC)),
        ]
    )
    assert (watch.report.without_time, watch.report.without_answers) == (2, 1)
    assert watch.report.counted == len(usual(2))


def test_the_same_id_counts_once() -> None:
    history, crisis = usual(24), burst(MORNING, 40)
    twice = together(history, crisis, crisis)
    watch, alerts = run(twice)
    once = run(together(history, crisis))[1]
    assert watch.report.duplicates == 40
    assert [a.to_dict() for a in alerts] == [a.to_dict() for a in once]


def test_the_same_id_of_two_brands_counts_for_both() -> None:
    watch, _ = run(
        [mention(i, number=str(i), brand=brand) for i in range(20) for brand in ("a", "b")]
    )
    assert (watch.report.counted, watch.report.duplicates) == (40, 0)


def test_mentions_out_of_order_within_the_lateness_raise_the_same_alert() -> None:
    draw = Random(4)
    mentions = together(usual(24), burst(MORNING, 60, hours=4))
    delayed = sorted(
        mentions,
        key=lambda one: one.time.timestamp() + draw.uniform(0, 3000),  # type: ignore[union-attr]
    )
    watch, alerts = run(delayed)
    assert watch.report.late == 0
    (alert,) = later(alerts)
    assert alert.measure == "complaint:delivery"


def test_what_comes_too_late_is_counted_without_an_alarm() -> None:
    history = usual(24)
    backlog = burst(MORNING, 60, name="backlog")
    # A source was down, and sends its morning in the night.
    before = [one for one in history if one.time < START + timedelta(hours=MORNING + 14)]  # type: ignore[operator]
    after = history[len(before) :]
    watch, alerts = run([*before, *backlog, *after])
    assert watch.report.late == 60
    assert watch.report.counted == len(history) + 60
    assert later(alerts) == []


def test_one_mention_from_the_future_moves_nothing_and_is_reported() -> None:
    history = together(usual(24), burst(MORNING, 40))
    alone = run(history)[1]
    wrong = replace(mention(0, number="wrong"), time=START + timedelta(days=3000))
    middle = len(history) // 2
    watch, alerts = run([*history[:middle], wrong, *history[middle:]])
    assert watch.report.ahead == 1
    assert [a.to_dict() for a in alerts] == [a.to_dict() for a in alone]


def test_a_first_mention_from_the_future_does_not_set_the_clock() -> None:
    wrong = replace(mention(0, number="wrong"), time=START + timedelta(days=3000))
    history = usual(10)
    watch, _ = run([wrong, *history])
    assert (watch.report.counted, watch.report.ahead) == (len(history), 1)


def test_a_source_that_stopped_for_a_week_goes_on() -> None:
    first, second = usual(14), usual(14, first_day=21, seed=2)
    watch, _ = run([*first, *second])
    assert watch.report.counted == len(first) + len(second)
    assert watch.report.ahead == 0


def test_a_short_history_is_counted_at_its_end() -> None:
    watch, alerts = run([mention(0.1 * i, number=str(i)) for i in range(4)])
    assert (watch.report.counted, alerts) == (4, [])


def test_brands_beyond_the_room_are_reported_and_the_others_watched() -> None:
    watch = Watch(WatchOptions(most_series=20))
    mentions = [
        mention(i, number=f"{i}-{b}", brand=f"brand {b}") for i in range(9) for b in range(9)
    ]
    list(watch.watch(mentions))
    assert watch.series <= 20
    assert watch.report.unwatched > 0
    assert watch.report.counted + watch.report.unwatched == 81


@settings(max_examples=10, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.one_of(st.floats(0, 60), st.sampled_from([-2e5, 900.0, 1e5, 6e5])),
            st.sampled_from(["", "b", "\ud800"]),
            st.sampled_from([None, "pl", "xx"]),
            st.text(max_size=20),
            st.sampled_from(["none", "delivery", "ąć"]),
        ),
        max_size=80,
    )
)
def test_whatever_comes_every_mention_is_accounted_for(rows: list[tuple]) -> None:
    watch = Watch()
    mentions = [
        mention(hours, number=str(i), brand=brand, lang=lang, text=text, complaint=kind)
        for i, (hours, brand, lang, text, kind) in enumerate(rows)
    ]
    for alert in watch.watch(mentions):
        assert alert.summary
    report = watch.report
    assert report.counted + report.ahead + report.without_time + report.unwatched == len(rows)

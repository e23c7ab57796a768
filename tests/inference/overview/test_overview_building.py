"""What an overview holds."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from mentionlens.overview import OverviewError, OverviewOptions, build_overview
from mentionlens.scored_mention import Columns, ScoredMention, from_row
from mentionlens.triage import Triage
from mentionlens.triage.intervals import share_interval
from overview_mentions import CRISIS, NOW, made_mentions

COMPLAINT = {
    "sentiment": ("negative", 0.95),
    "troll": ("no", 0.98),
    "complaint": ("delivery", 0.95),
}
PRAISE = {"sentiment": ("positive", 0.95), "troll": ("no", 0.98), "complaint": ("none", 0.97)}
NOTHING = {"sentiment": ("neutral", 0.95), "troll": ("no", 0.98), "complaint": ("none", 0.97)}


def mention(number: int, answers: dict[str, tuple[str, float]], **about: Any) -> ScoredMention:
    known = {"brand": "Z", "lang": "pl", "author": None, "thread": None, "time": NOW}
    known |= {"replied_at": None, "reach": None, "flags": (), "text": f"mention {number}"} | about
    return ScoredMention(
        id=str(number),
        labels={task: label for task, (label, _) in answers.items()},
        probabilities={task: {label: share} for task, (label, share) in answers.items()},
        **known,
    )


def hours_ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


def ids(overview: dict[str, Any]) -> list[str]:
    return [row["id"] for row in overview["queue"]["rows"]]


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    return made_mentions(days=14, most=60)


@pytest.fixture(scope="module")
def mentions(rows: list[dict[str, Any]]) -> list[ScoredMention]:
    columns = Columns.find(list(rows[0]))
    return [from_row(row, columns) for row in rows]


@pytest.fixture(scope="module")
def overview(mentions: list[ScoredMention]) -> dict[str, Any]:
    return build_overview(mentions, now=NOW)


def test_the_queue_holds_what_waits_and_the_last_day_by_priority_and_due_time():
    found = build_overview(
        [
            mention(1, PRAISE, time=hours_ago(2)),
            mention(2, COMPLAINT, time=hours_ago(5)),
            mention(3, COMPLAINT, time=hours_ago(100)),
            mention(4, COMPLAINT, time=hours_ago(9), replied_at=hours_ago(1)),
            mention(5, NOTHING, time=hours_ago(3)),
            mention(6, NOTHING, time=hours_ago(30)),
            mention(7, COMPLAINT, time=hours_ago(99), replied_at=hours_ago(90)),
            mention(8, COMPLAINT, time=NOW + timedelta(hours=1)),
        ],
        now=NOW,
    )
    # The late one first; then the fresh one; then thanks and the answered case to come back to.
    assert ids(found)[:2] == ["3", "2"]
    assert set(ids(found)) == {"1", "2", "3", "4", "5"}
    assert found["read"]["later_than_now"] == 1


def test_without_known_replies_the_queue_is_the_last_day():
    found = build_overview(
        [mention(1, COMPLAINT, time=hours_ago(30)), mention(2, COMPLAINT, time=hours_ago(3))],
        now=NOW,
    )
    assert not found["replies_known"]
    assert ids(found) == ["2"]
    assert found["waiting"][0]["waiting"] == 2
    assert "answered_praise" not in found["waiting"][0]


def test_a_case_that_its_author_closed_is_in_no_queue():
    found = build_overview(
        [
            mention(1, COMPLAINT, time=hours_ago(9), author="anna"),
            mention(2, PRAISE, time=hours_ago(1), author="anna", text="Sprawa załatwiona, dzięki!"),
        ],
        now=NOW,
        replies_known=True,
    )
    assert ids(found) == ["2"]
    assert found["waiting"][0]["closed_by_author"] == 1


def test_rows_beyond_the_cap_are_counted_and_are_the_least_urgent(mentions):
    few = build_overview(mentions, now=NOW, options=OverviewOptions(most_rows=10))["queue"]
    many = build_overview(mentions, now=NOW, options=OverviewOptions(most_rows=10_000))["queue"]
    assert few["total"] == many["total"] == len(many["rows"])
    assert few["rows"] == [
        {**row, "guidance": few["rows"][place]["guidance"]}
        for place, row in enumerate(many["rows"][:10])
    ]
    assert sum(one["mentions"] for one in few["counts"]) == few["total"]
    by_action = Counter(row["action"] for row in many["rows"])
    counted: Counter[str] = Counter()
    for one in many["counts"]:
        counted[one["action"]] += one["mentions"]
    assert counted == by_action


def test_every_row_says_why_and_how(overview):
    guidance = overview["queue"]["guidance"]
    for row in overview["queue"]["rows"]:
        # The last rule asks for nothing.
        assert row["why"] and (row["reasons"] or row["rule"] == "unsure")
        assert guidance[row["guidance"]]["do"]
    assert len(guidance) < len(overview["queue"]["rows"]) / 2


def test_the_rows_are_decided_as_triage_decides(mentions, overview):
    decisions = {
        one.id: decision
        for one, decision in zip(mentions, Triage().decide_all(mentions, now=NOW), strict=True)
    }
    for row in overview["queue"]["rows"]:
        decision = decisions[row["id"]]
        assert (row["action"], row["priority"], row["rule"]) == (
            decision.action,
            decision.priority,
            decision.rule,
        )


def test_what_waits_of_a_brand_and_language_is_what_waits_among_its_mentions(mentions, overview):
    for brand, lang in ((None, None), ("Zipolot", None), (None, "ro"), ("Noktelo", "es")):
        [figures] = [
            one for one in overview["waiting"] if (one["brand"], one["lang"]) == (brand, lang)
        ]
        chosen = [
            one for one in mentions if brand in (None, one.brand) and lang in (None, one.lang)
        ]
        alone = build_overview(chosen, now=NOW)["waiting"][0]
        if brand is None and lang is not None:
            # Who wrote in several languages wrote again in all of them together only.
            alone["repeat_writers_with_open_case"] = figures["repeat_writers_with_open_case"]
        same = ("mentions", "complaints", "waiting", "ages", "answered_complaints", "praise_ahead")
        assert {name: figures[name] for name in same} == {name: alone[name] for name in same}


def test_the_crisis_is_told_and_goes_on(overview):
    brand, lang, complaint = CRISIS
    found = [alert for alert in overview["trends"]["alerts"] if alert["brand"] == brand]
    assert found
    assert any(
        alert["closed_at"] is None
        and alert["lang"] in (None, lang)
        and alert["measure"] in ("complaint", f"complaint:{complaint}", "negative")
        for alert in found
    )


def test_series_are_the_counts_of_each_day_and_hour(mentions, overview):
    trends, days = overview["trends"], overview["days"]
    assert len(trends["hours"]) == 72
    for one in trends["series"]:
        of_series = [
            other
            for other in mentions
            if one["brand"] in (None, other.brand)
            and one["lang"] in (None, other.lang)
            and is_of(other, one["measure"])
        ]
        by_day = Counter(other.time.date().isoformat() for other in of_series)
        assert one["days"]["counts"] == [by_day[day] for day in days]
        by_hour = Counter(
            other.time.replace(minute=0, second=0, microsecond=0).isoformat() for other in of_series
        )
        assert one["hours"]["counts"] == [by_hour[hour] for hour in trends["hours"]]


def is_of(one: ScoredMention, measure: str) -> bool:
    complaint = one.labels["complaint"]
    return {
        "mentions": True,
        "negative": one.labels["sentiment"] == "negative",
        "troll": one.labels["troll"] == "yes",
        "complaint": complaint != "none",
    }.get(measure, measure == f"complaint:{complaint}")


def test_the_usual_range_begins_after_the_warm_up_and_holds_most_ordinary_days(overview):
    inside, known = 0, 0
    for one in overview["trends"]["series"]:
        days = one["days"]
        assert days["means"][:7] == [None] * 7
        for place in range(8, len(days["counts"]) - 1):
            if days["means"][place] is not None:
                known += 1
                low, high = days["low"][place], days["high"][place]
                assert low <= days["means"][place] + 1 and days["means"][place] - 1 <= high
                inside += low <= days["counts"][place] <= high
    assert known > 100
    assert inside / known > 0.9


def test_health_gives_shares_with_wilsons_intervals(mentions, overview):
    [whole] = [one for one in overview["health"] if one["brand"] is one["lang"] is None]
    week = [one for one in mentions if NOW - one.time < timedelta(days=7)]
    negative = sum(one.labels["sentiment"] == "negative" for one in week)
    assert whole["week"]["mentions"] == len(week)
    assert whole["week"]["negative"]["count"] == negative
    assert whole["week"]["negative"]["interval"] == pytest.approx(
        share_interval(negative, len(week)), abs=1e-4
    )
    assert sum(day["mentions"] for day in whole["days"]) == whole["all"]["mentions"]
    assert len(whole["days"]) == len(overview["days"])


def test_days_are_those_of_the_time_zone():
    late = datetime(2026, 3, 21, 23, 30, tzinfo=UTC)
    from mentionlens.watch import WatchOptions

    options = OverviewOptions(watch=WatchOptions(timezone="Europe/Warsaw"))
    found = build_overview([mention(1, COMPLAINT, time=late)], now=NOW, options=options)
    assert found["days"] == ["2026-03-22"]


def test_mentions_without_times_or_answers_are_shown_and_counted():
    found = build_overview(
        [mention(1, COMPLAINT, time=None), mention(2, {}, time=hours_ago(1))], now=NOW
    )
    assert set(ids(found)) == {"1", "2"}
    assert found["trends"] is None
    assert (found["read"]["without_time"], found["read"]["without_answers"]) == (1, 1)
    assert build_overview([], now=NOW)["queue"]["total"] == 0


def test_old_mentions_do_not_lengthen_the_trends_but_still_wait():
    old = mention(1, COMPLAINT, time=NOW - timedelta(days=20_000))
    found = build_overview(
        [old, mention(2, COMPLAINT, time=hours_ago(1))], now=NOW, replies_known=True
    )
    assert len(found["days"]) == 1
    assert found["waiting"][0]["waiting"] == 2
    assert set(ids(found)) == {"1", "2"}


def test_a_queue_of_the_longest_hostile_texts_stays_below_a_megabyte():
    texts = ["😡" * 5000, "<script>" * 700, "\u202e" * 5000]
    found = build_overview(
        [mention(n, COMPLAINT, text=texts[n % 3], author="x" * 5000) for n in range(600)], now=NOW
    )
    assert len(json.dumps(found["queue"], ensure_ascii=False).encode()) < 1_000_000
    assert found["queue"]["total"] == 600
    assert all(len(row["text"]) <= 1000 < 1000 + row["cut"] for row in found["queue"]["rows"])


def test_more_brands_than_a_page_can_offer_are_counted_among_all():
    found = build_overview(
        [mention(n, COMPLAINT, brand=f"brand {n % 60}", time=hours_ago(1)) for n in range(120)],
        now=NOW,
    )
    assert len(found["brands"]) == 40 and found["brands_left_out"] == 20
    assert found["waiting"][0]["complaints"] == 120
    assert found["queue"]["total"] == 120
    assert sum(one["mentions"] for one in found["queue"]["counts"] if one["brand"] is None) == 40


@pytest.mark.parametrize("name", ["history_days", "most_rows"])
def test_options_out_of_range_are_refused_by_name(name):
    with pytest.raises(OverviewError, match=name):
        OverviewOptions(**{name: 0})


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(OverviewError, match="now"):
        build_overview([], now=NOW.replace(tzinfo=None))

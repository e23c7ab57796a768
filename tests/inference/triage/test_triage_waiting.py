"""What is waiting: ages, targets, repeat writers, and praise against complaints."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mentionlens.scored_mention import ScoredMention
from mentionlens.triage import Past, Triage, Waiting
from mentionlens.triage.intervals import difference_interval, share_interval
from triage_case_files import NOW, answers

COMPLAINT = answers([0.9, 0.09, 0.01], 0.02, {"delivery": 0.95})
PRAISE = answers([0.01, 0.02, 0.97], 0.01, {})


def mention(answer, hours, author="a", *, replied=None, brand="b", lang="en") -> ScoredMention:
    return ScoredMention(
        id=f"{author}{hours}",
        text="A text of its own that nobody may find in the summary.",
        lang=lang,
        labels=answer[0],
        probabilities=answer[1],
        flags=(),
        brand=brand,
        author=author,
        thread=None,
        time=None if hours is None else NOW - timedelta(hours=hours),
        replied_at=None if replied is None else NOW - timedelta(hours=replied),
        reach=None,
    )


def summary(*mentions: ScoredMention, replies_known: bool = True) -> dict:
    triage = Triage()
    waiting = Waiting(triage.playbook, NOW, replies_known=replies_known)
    history = triage.history(mentions)
    for place, one in enumerate(mentions):
        past = history.past(place)
        waiting.add(one, history.kinds(place), past, triage.decide(one, past, now=NOW))
    return waiting.to_dict()


def test_complaints_wait_by_age_and_are_overdue_beyond_their_target():
    found = summary(
        mention(COMPLAINT, 0.5, "a"),
        mention(COMPLAINT, 3.9, "b"),
        mention(COMPLAINT, 5, "c"),
        mention(COMPLAINT, 100, "d"),
        mention(COMPLAINT, 50, "e", replied=49),
        mention(COMPLAINT, None, "f"),
    )["all"]
    assert found["complaints"] == 6
    assert (found["waiting"], found["overdue"]) == (5, 2)
    assert found["ages"] == {
        "under 1 h": {"waiting": 1, "overdue": 0},
        "1 to 4 h": {"waiting": 1, "overdue": 0},
        "4 to 24 h": {"waiting": 1, "overdue": 1},
        "3 to 7 days": {"waiting": 1, "overdue": 1},
        "age not known": {"waiting": 1, "overdue": 0},
    }
    assert found["answered_complaints"]["answered"] == 1


def test_the_longest_waiting_come_first_and_without_their_texts():
    found = summary(*(mention(COMPLAINT, hours, f"w{hours}") for hours in range(5, 40)))
    ages = [one["age_hours"] for one in found["longest_waiting"]]
    assert len(ages) == 20
    overdue = [one["over_hours"] for one in found["longest_waiting"]]
    assert overdue == sorted(overdue, reverse=True)
    assert found["longest_waiting"][0]["id"] == "w3939"
    assert "nobody may find" not in str(found)


def test_who_writes_again_about_an_open_case_is_counted_once():
    found = summary(
        mention(COMPLAINT, 30),
        mention(COMPLAINT, 20),
        mention(COMPLAINT, 10),
        mention(COMPLAINT, 5, "z"),
    )["all"]
    assert found["repeat_writers_with_open_case"] == 1


def test_a_case_that_its_author_calls_solved_does_not_wait():
    solved = ScoredMention(
        **{
            **{name: getattr(mention(PRAISE, 1), name) for name in ScoredMention.__slots__},
            "text": "All sorted, thank you for your help!",
        }
    )
    found = summary(mention(COMPLAINT, 30), solved)["all"]
    assert (found["waiting"], found["closed_by_author"]) == (0, 1)


def test_praise_that_is_answered_before_complaints_is_told_with_an_interval():
    praise = [mention(PRAISE, n + 1, f"p{n}", replied=n) for n in range(20)]
    complaints = [mention(COMPLAINT, n + 1, f"c{n}") for n in range(20)]
    found = summary(*praise, *complaints)["all"]
    assert found["answered_praise"]["share"] == 1.0
    assert found["answered_complaints"]["share"] == 0.0
    assert found["praise_ahead"]["difference"] == 1.0
    low, high = found["praise_ahead"]["interval"]
    assert 0.7 < low < high <= 1.0


def test_where_nobody_knows_what_was_answered_no_share_is_given():
    found = summary(mention(COMPLAINT, 5), mention(PRAISE, 5, "p"), replies_known=False)
    assert found["replies_known"] is False
    assert "answered_complaints" not in found["all"]
    assert found["all"]["waiting"] == 1


def test_a_reply_that_is_still_to_come_is_none_yet():
    found = summary(mention(COMPLAINT, 5, replied=-3))["all"]
    assert found["waiting"] == 1


def test_figures_are_kept_by_brand_and_language():
    found = summary(
        mention(COMPLAINT, 5, "a", brand="x", lang="pl"),
        mention(PRAISE, 5, "b", brand="x", lang=None),
        mention(COMPLAINT, 5, "c", brand="y", lang="pl"),
    )
    groups = {(one["brand"], one["lang"]): one for one in found["by_brand_and_language"]}
    assert list(groups) == [("x", ""), ("x", "pl"), ("y", "pl")]
    assert [one["complaints"] for one in groups.values()] == [0, 1, 1]
    total = found["all"]["mentions"]
    assert total == sum(one["mentions"] for one in groups.values())
    assert total == sum(one["mentions"] for one in found["actions"])


def test_wilsons_and_newcombes_intervals_are_those_of_the_papers():
    # Newcombe: Interval estimation for the difference between independent proportions (1998),
    # Table II, 56/70 and 48/80: 0.2 with 0.0524 to 0.3339 (method 10).
    assert share_interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert difference_interval((56, 70), (48, 80)) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert share_interval(0, 0) == (0.0, 1.0)


@given(st.integers(1, 1000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_an_interval_holds_its_share(counts):
    low, high = share_interval(*counts)
    assert 0 <= low <= counts[0] / counts[1] + 1e-12
    assert counts[0] / counts[1] - 1e-12 <= high <= 1


def test_past_without_an_author_counts_nobody():
    triage = Triage()
    waiting = Waiting(triage.playbook, NOW, replies_known=True)
    one = mention(COMPLAINT, 5, author=None)
    waiting.add(one, triage.kinds(one), Past(), triage.decide(one, now=NOW))
    assert waiting.to_dict()["all"]["repeat_writers_with_open_case"] == 0

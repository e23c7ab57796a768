"""What is told, what is not, and what an alert says."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest
from mentionlens.scored_mention import ScoredMention
from mentionlens.watch import Alert, Watch, WatchOptions, WatchOptionsError
from watched_mentions import START, burst, mention, together, usual

DAYS = 24
MORNING = 22 * 24 + 10
"""Of the last day but one of the history."""


def alerts_of(mentions: Iterable[ScoredMention], **options: float) -> list[Alert]:
    return list(Watch(WatchOptions(**options)).watch(mentions))


def opened(alerts: Iterable[Alert], since: float = MORNING) -> list[Alert]:
    return [a for a in alerts if a.event == "opened" and a.at > START + timedelta(hours=since)]


@pytest.fixture(scope="module")
def history() -> list[ScoredMention]:
    return usual(DAYS)


@pytest.fixture(scope="module")
def crisis(history: list[ScoredMention]) -> list[Alert]:
    return alerts_of(together(history, burst(MORNING, 40, name="crisis")))


def test_an_ordinary_month_of_ten_brands_is_nearly_silent() -> None:
    brands = [usual(42, daily=30, brand=f"brand {i}", seed=100 + i) for i in range(10)]
    found = opened(alerts_of(together(*brands)), since=0)
    # 12 brand-months, at most one each; by chance a few more may be.
    assert len(found) <= 18


def test_a_burst_is_told_once_within_hours_and_closed_when_it_is_over(
    crisis: list[Alert],
) -> None:
    (alert,) = opened(crisis)
    assert alert.at <= START + timedelta(hours=MORNING + 3)
    story = [a for a in crisis if a.id == alert.id]
    assert story[0].event == "opened"
    assert story[-1].event == "closed"
    assert [a.event for a in story].count("opened") == 1
    assert [a.revision for a in story] == list(range(1, len(story) + 1))
    assert len({a.key for a in crisis}) == len(crisis)
    assert story[-1].at <= START + timedelta(hours=MORNING + 24)


def test_an_alert_says_what_it_is_about_how_strong_it_is_and_shows_examples(
    crisis: list[Alert],
) -> None:
    (alert,) = opened(crisis)
    assert (alert.brand, alert.measure, alert.kind) == ("Zipolot", "complaint:delivery", "burst")
    strength = alert.strength
    assert strength.ratio == pytest.approx(strength.observed / strength.expected)
    assert 1 < strength.ratio_low < strength.ratio < strength.ratio_high
    assert 0 < strength.p_value < 1e-4
    assert strength.share > strength.expected_share
    assert 1 <= len(alert.examples) <= 5
    assert {example.id.split("-")[0] for example in alert.examples} <= {"crisis", "Zipolot"}
    assert "delivery complaints" in alert.summary
    json.dumps(alert.to_dict(), allow_nan=False)


def test_a_growing_burst_escalates_and_never_repeats_a_severity(
    history: list[ScoredMention],
) -> None:
    growing = together(
        history, burst(MORNING, 12, name="first"), burst(MORNING + 4, 300, name="second")
    )
    found = alerts_of(growing)
    (alert,) = opened(found)
    story = [a for a in found if a.id == alert.id and a.event != "closed"]
    severities = [a.severity for a in story]
    assert severities[-1] == "severe"
    assert len(set(severities)) == len(severities)


def test_a_crisis_in_one_language_names_the_language() -> None:
    history = usual(DAYS, langs=("pl", "ro", "bg"))
    found = alerts_of(together(history, burst(MORNING, 30, lang="ro", complaint="billing")))
    (alert,) = opened(found)
    assert (alert.lang, alert.measure) == ("ro", "complaint:billing")


def test_complaints_that_triple_are_told_within_six_hours() -> None:
    # 30 complaints a day, so 2.1 in each busy hour; four more of them an hour from the morning on.
    brands = [usual(36, share=0.5, brand=f"brand {i}", seed=700 + i) for i in range(10)]
    start = 34 * 24 + 9
    crises = [burst(start, 25, hours=6, brand=f"brand {i}", name=f"crisis {i}") for i in range(10)]
    found = opened(alerts_of(together(*brands, *crises)), since=start)
    in_time = {a.brand for a in found if a.at <= START + timedelta(hours=start + 6)}
    assert len(in_time) >= 8


def test_one_brands_crisis_is_no_other_brands_alert(history: list[ScoredMention]) -> None:
    other = usual(DAYS, brand="Avirelle", seed=5)
    found = alerts_of(together(history, other, burst(MORNING, 40)))
    assert {alert.brand for alert in opened(found)} == {"Zipolot"}


def test_a_lasting_small_rise_is_found_as_a_drift() -> None:
    steady = usual(28, daily=100)
    risen = usual(10, daily=100, share=0.5, seed=2, first_day=28)
    found = opened(alerts_of(together(steady, risen)), since=28 * 24)
    assert found
    assert found[0].at <= START + timedelta(days=33)


def test_a_campaign_that_brings_more_of_everything_is_told_from_trouble(
    history: list[ScoredMention],
) -> None:
    kinds = ["delivery", "billing", "service", *["none"] * 7]
    everything = [
        mention(MORNING + i / 40, number=f"c{i}", complaint=kinds[i % 10]) for i in range(160)
    ]
    found = opened(alerts_of(together(history, everything)))
    assert [alert.kind for alert in found] == ["attention"]
    assert found[0].strength.others_ratio > 2


CALL = "Ten sklep to oszuści, nigdy tam nie kupujcie, udostępnijcie dalej"


def test_copies_by_many_new_authors_are_coordinated_and_count_as_one_wave(
    history: list[ScoredMention],
) -> None:
    wave = [
        mention(
            MORNING + i / 15, number=f"w{i}", complaint="none", troll=True, text=f"{CALL} {i} @x{i}"
        )
        for i in range(30)
    ]
    (alert,) = opened(alerts_of(together(history, wave)))
    assert (alert.kind, alert.measure) == ("coordinated", "troll")
    assert alert.texts.different == 1
    assert alert.texts.wave == alert.texts.read >= 5
    assert alert.texts.wave_text is not None and alert.texts.wave_text.startswith(CALL)
    assert len(alert.examples) == 1


def test_one_author_who_writes_again_and_again_is_named_as_one(
    history: list[ScoredMention],
) -> None:
    (alert,) = opened(alerts_of(together(history, burst(MORNING, 40, author="same"))))
    assert alert.kind == "one_author"
    assert alert.texts.busiest_author is not None and alert.texts.busiest_author >= 5


def test_copies_without_authors_are_repeated_but_not_called_coordinated(
    history: list[ScoredMention],
) -> None:
    unnamed = burst(MORNING, 40, author=None, text=CALL)
    (alert,) = opened(alerts_of(together(history, unnamed)))
    assert alert.kind == "repeated"
    assert alert.texts.authors is None or alert.texts.wave_authors is None


def test_words_that_stand_out_are_named(history: list[ScoredMention]) -> None:
    said = [
        replace(one, text=f"{one.text}, bo sortownia stoi") for one in burst(MORNING, 40, name="s")
    ]
    (alert,) = opened(alerts_of(together(history, said)))
    assert "sortownia" in alert.words


def test_texts_can_be_left_out(history: list[ScoredMention]) -> None:
    watch = Watch(texts=False)
    mentions = together(history, burst(MORNING, 40, text=CALL))
    written = json.dumps([a.to_dict() for a in watch.watch(mentions)], ensure_ascii=False)
    assert "opened" in written
    assert "oszuści, nigdy" not in written


def test_a_quiet_brand_is_not_alarmed_by_two_complaints() -> None:
    quiet = usual(40, daily=1.0, share=0.2)
    two = burst(38 * 24 + 10, 2)
    assert opened(alerts_of(together(quiet, two)), since=38 * 24 + 10) == []


def test_a_brand_is_learned_before_it_can_alarm(history: list[ScoredMention]) -> None:
    early = together(history, burst(4 * 24 + 10, 60, name="early"))
    before_warm = [a for a in alerts_of(early) if a.at < START + timedelta(days=7)]
    assert before_warm == []


def test_a_crisis_does_not_become_what_is_usual(history: list[ScoredMention]) -> None:
    twice = together(
        usual(38),
        burst(MORNING, 150, hours=30, name="first"),
        burst(MORNING + 24 * 9, 45, name="again"),
    )
    found = opened(alerts_of(twice))
    assert any(a.at > START + timedelta(hours=MORNING + 24 * 9) for a in found)


def test_more_false_alarms_allowed_make_it_more_sensitive(history: list[ScoredMention]) -> None:
    noisy = [usual(35, daily=20, brand=f"b{i}", seed=50 + i) for i in range(6)]
    few, many = (len(opened(alerts_of(together(*noisy), alarms=a), 0)) for a in (0.01, 30.0))
    assert few < many


def test_an_open_end_is_accepted_as_the_new_normal() -> None:
    steady = usual(28, daily=100)
    doubled = usual(40, daily=300, share=0.6, seed=2, first_day=28)
    found = alerts_of(together(steady, doubled))
    late = [a for a in found if a.event == "opened" and a.at > START + timedelta(days=50)]
    assert any(a.event == "closed" for a in found)
    assert len(late) <= 3


@pytest.mark.parametrize(
    ("name", "value"),
    [("alarms", 0.0), ("alarms", float("nan")), ("lateness", -1.0), ("warm_up", 1.0)],
)
def test_options_outside_their_range_are_refused_by_name(name: str, value: float) -> None:
    with pytest.raises(WatchOptionsError, match=f"{name}: must be from"):
        WatchOptions(**{name: value})


def test_an_unknown_time_zone_is_refused() -> None:
    with pytest.raises(WatchOptionsError, match="no time zone is called 'Mars/Base'"):
        WatchOptions(timezone="Mars/Base")

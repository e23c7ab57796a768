from __future__ import annotations

import pytest
from mentionlens_data.quality.conflicts import LEAST_OVERLAP, find_conflicts
from quality_sets import mention

LONG = (
    "Paczka przyszła dopiero po dwóch tygodniach, a kurier zostawił ją pod drzwiami "
    "sąsiada, którego od miesiąca nie ma w domu"
)


def test_the_same_text_with_two_answers_in_two_corpora() -> None:
    rows = [
        mention("1", "Obsługa była w porządku, polecam", source="b"),
        mention(
            "2", "obsługa BYŁA w porządku polecam!", source="a", labels={"sentiment": "positive"}
        ),
        mention("3", "Zupełnie inny tekst o niczym", source="a"),
    ]
    found = find_conflicts(rows)
    (agreement,) = found.agreements
    assert agreement.sources == ("a", "b")
    assert (agreement.texts, agreement.disagreeing, agreement.rate) == (1, 1, 1.0)
    assert agreement.answers == (("positive", "negative", 1.0),)
    assert agreement.kappa is None
    assert {(c.id, c.suggested, c.against) for c in found.rows} == {
        ("b/1", "positive", ("a/2",)),
        ("a/2", "negative", ("b/1",)),
    }


def test_a_text_counts_once_however_many_copies_there_are() -> None:
    rows = [mention(str(i), "Obsługa była w porządku, polecam") for i in range(9)]
    rows.append(mention("9", "Obsługa była w porządku, polecam", labels={"sentiment": "positive"}))
    rows += [mention(f"x{i}", f"Drugi tekst stoi tu {'dwa' * 2} razy") for i in range(2)]
    (agreement,) = find_conflicts(rows).agreements
    assert agreement.sources == ("first", "first")
    assert (agreement.texts, agreement.disagreeing) == (2, 1)
    assert agreement.rate == pytest.approx((9 / 45) / 2)


def test_a_shared_beginning_is_near_and_equal_answers_are_no_conflict() -> None:
    rows = [
        mention("1", LONG),
        mention("2", LONG[:90] + "…", labels={"sentiment": "neutral", "troll": "no"}),
        mention("3", LONG, source="second"),
    ]
    found = find_conflicts(rows)
    kinds = {(a.kind, a.sources): a.disagreeing for a in found.agreements}
    assert kinds == {
        ("near", ("first", "first")): 1,
        ("same", ("first", "second")): 0,
        ("near", ("first", "second")): 1,
    }
    assert {c.kind for c in found.rows} == {"near"}


def test_who_quotes_a_text_need_not_agree_with_it() -> None:
    rows = [
        mention("1", LONG),
        mention("2", f"Bzdura, nikt ci nie wierzy: „{LONG}”", labels={"sentiment": "positive"}),
    ]
    assert find_conflicts(rows).agreements == ()


@pytest.mark.parametrize(("flipped", "kappa"), [(0, 1.0), (LEAST_OVERLAP, -1.0)])
def test_kappa_is_one_for_equal_and_minus_one_for_opposite_answers(
    flipped: int, kappa: float
) -> None:
    answers = ("negative", "positive")
    rows = []
    for i in range(LEAST_OVERLAP):
        text = f"opinia o sklepie {chr(97 + i % 26) * 4}{chr(97 + i // 26) * 4}"
        other = answers[(i + (i < flipped)) % 2]
        rows.append(mention(str(i), text, source="a", labels={"sentiment": answers[i % 2]}))
        rows.append(mention(str(i), text, source="b", labels={"sentiment": other}))
    (agreement,) = find_conflicts(rows).agreements
    assert agreement.texts == LEAST_OVERLAP
    assert agreement.kappa == pytest.approx(kappa)

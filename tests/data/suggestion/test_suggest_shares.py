from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mentionlens_data.suggestion.shares import language_shares

MENTIONS = st.dictionaries(
    st.sampled_from(["pl", "ro", "ru", "es", "bg", "uk", "und"]), st.integers(0, 5_000), max_size=7
)
POWERS = st.sampled_from([0.0, 0.3, 0.5, 1.0])


@given(MENTIONS, st.integers(1, 600), POWERS)
def test_all_suggestions_are_given_out_and_no_language_gets_more_than_it_has(
    mentions: dict[str, int], number: int, power: float
) -> None:
    shares = language_shares(mentions, number, power)
    assert list(shares) == list(mentions)
    assert sum(shares.values()) == min(number, sum(mentions.values()))
    assert all(0 <= shares[lang] <= mentions[lang] for lang in mentions)


@given(MENTIONS, st.integers(1, 600), POWERS)
def test_every_language_is_there_as_soon_as_there_are_enough_suggestions(
    mentions: dict[str, int], number: int, power: float
) -> None:
    shares = language_shares(mentions, number, power)
    there = [lang for lang, count in mentions.items() if count]
    assert sum(shares[lang] > 0 for lang in there) == min(number, len(there))


@given(MENTIONS, st.integers(1, 600), POWERS)
def test_a_further_suggestion_takes_none_from_a_language(
    mentions: dict[str, int], number: int, power: float
) -> None:
    fewer = language_shares(mentions, number, power)
    more = language_shares(mentions, number + 1, power)
    assert all(more[lang] >= fewer[lang] for lang in mentions)


@pytest.mark.parametrize(
    ("power", "expected"),
    [
        (1.0, {"pl": 178, "ro": 20, "uk": 2}),
        (0.5, {"pl": 139, "ro": 46, "uk": 15}),
        (0.0, {"pl": 67, "ro": 67, "uk": 66}),
    ],
)
def test_the_power_leads_from_equal_shares_to_those_of_the_mentions(
    power: float, expected: dict[str, int]
) -> None:
    mentions = {"pl": 9_000, "ro": 1_000, "uk": 100}
    found = language_shares(mentions, 200, power)
    assert all(abs(found[lang] - expected[lang]) <= 1 for lang in mentions)


def test_too_few_suggestions_go_to_the_largest_languages() -> None:
    assert language_shares({"uk": 3, "pl": 90, "ro": 40}, 2, 0.5) == {"uk": 0, "pl": 1, "ro": 1}

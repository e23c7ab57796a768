"""Near-identical texts are found, different ones are not."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from mentionlens.watch.waves import find_waves

CALL = "Ten sklep to oszuści, nigdy tam nie kupujcie, udostępnijcie dalej!"


def test_small_changes_of_one_text_are_one_wave() -> None:
    texts = [
        CALL,
        CALL.upper(),
        f"@znajomy {CALL} https://example.org/1",
        "ten sklep to oszusci nigdy tam nie kupujcie udostepnijcie dalej 123",
        CALL.replace("dalej", "dalej ludzie"),
        "Paczka miała być w piątek, jest środa i cisza.",
        "Dziękuję za szybką pomoc z fakturą!",
    ]
    assert find_waves(texts) == [[0, 1, 2, 3, 4], [5], [6]]


def test_texts_without_letters_are_alike_when_they_are_the_same() -> None:
    assert find_waves(["😡😡", "1/5", "😡😡", "😡"]) == [[0, 2], [1], [3]]


def test_short_texts_are_not_joined_by_chance() -> None:
    assert len(find_waves(["polecam sklep", "polecam sklepy", "nie polecam sklepu"])) == 3


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=80), max_size=30))
def test_every_text_stands_in_one_group_whatever_it_holds(texts: list[str]) -> None:
    groups = find_waves(texts)
    assert sorted(i for group in groups for i in group) == list(range(len(texts)))
    assert [len(group) for group in groups] == sorted(map(len, groups), reverse=True)
    by_text = {}
    for number, group in enumerate(groups):
        for i in group:
            assert by_text.setdefault(texts[i], number) == number

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mentionlens_data.preparation.grouping import Groups, group_key, text_keys


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("RT @Jan_K: Paczka nie doszła! http://t.co/x1", "paczka nie doszla"),
        ("@Банк Перевод завис на 3 дня 😡", "перевод завис на 5 дня"),
        ("Nu recomand acest produs...", "nu recomand ACEST produs"),
        ("It does n't work at all .", "It doesn't work at all"),
        ("<|PERSON|> a venit la timp aici", "a venit la timp aici"),
    ],
)
def test_copies_share_their_keys(one: str, other: str) -> None:
    found, expected = text_keys(one, "pl"), text_keys(other, "pl")
    assert (found.duplicate, found.joins) == (expected.duplicate, expected.joins)


def test_different_texts_differ() -> None:
    assert group_key("the parcel came late")[0] != group_key("the parcel came early")[0]


def test_short_texts_stay_in_their_language_and_keep_their_emoji() -> None:
    assert text_keys("Super!", "pl").joins == text_keys("super", "pl").joins
    assert text_keys("super", "pl").joins != text_keys("super", "ro").joins
    assert text_keys("super 😡", "pl").duplicate != text_keys("super 😊", "pl").duplicate
    assert text_keys("😡", "pl").joins != text_keys("😊", "pl").joins


def test_a_long_text_and_its_truncated_copy_share_a_key() -> None:
    text = "Con esta aerolínea mi destino está a un solo clic, deseadme mucha suerte a todos hoy"
    cut = text[:78] + "…"
    assert set(text_keys(text, "es").joins) & set(text_keys(cut, "es").joins)


@given(st.text(), st.sampled_from(["pl", "bg", "en"]))
def test_keys_take_any_text_and_forget_case_and_links(text: str, lang: str) -> None:
    keys = text_keys(text, lang)
    assert keys.joins
    assert keys == text_keys(text, lang)
    if group_key(text)[1] >= 3:
        assert text_keys(f"https://a.b/c {text}", lang).duplicate == keys.duplicate


@given(st.lists(st.lists(st.integers(0, 20), min_size=1, max_size=4), max_size=20))
def test_groups_are_the_connected_components(joins: list[list[int]]) -> None:
    groups = Groups()
    for keys in joins:
        groups.join(keys)
    components: list[set[int]] = []
    for keys in joins:
        touched = [c for c in components if c & set(keys)]
        components = [c for c in components if c not in touched] + [set(keys).union(*touched)]
    assert {frozenset(c) for c in components} == {
        frozenset(k for k in range(21) if k in seen and groups.find(k) == groups.find(first))
        for seen in [{k for keys in joins for k in keys}]
        for first in seen
    }

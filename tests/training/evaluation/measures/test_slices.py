"""Slices are read off texts and data, and only those that tell something are given."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mentionlens_data.labelling.sample_mentions import computed_slices, slice_names
from mentionlens_training.evaluation.answers import RowFacts
from mentionlens_training.evaluation.measures.slices import LEAST_ROWS, RowSlice, find_slices

# One word, nine times: what it is beside does not change, and it is `short`.
PLAIN = {"pl": "zażółć " * 9, "bg": "пратка " * 9, "sr": "пошта " * 9, "en": "parcel " * 9}


def facts(
    number: int, text: str | None, lang: str = "pl", slices: tuple[str, ...] = ()
) -> list[RowFacts]:
    return [RowFacts(f"made/{i}", text, lang, "made", slices) for i in range(number)]


def found(rows: list[RowFacts]) -> dict[str, RowSlice]:
    return {item.name: item for item in find_slices(rows).among(np.arange(len(rows)))}


@pytest.mark.parametrize(
    ("words", "name"),
    [
        *((words, "very_short") for words in (1, 4)),
        *((words, "short") for words in (5, 14)),
        *((words, "medium") for words in (15, 39)),
        *((words, "long") for words in (40, 79)),
        *((words, "very_long") for words in (80, 500)),
    ],
)
def test_lengths(words: int, name: str) -> None:
    other = "zażółć " * (9 if name != "short" else 20)
    slices = found(facts(LEAST_ROWS, "słowo " * words) + facts(LEAST_ROWS, other))
    assert slices[name].kind == "length"
    assert slices[name].mask.tolist() == [True] * LEAST_ROWS + [False] * LEAST_ROWS


@pytest.mark.parametrize(
    ("lang", "text", "kind", "name"),
    [
        ("bg", "koga shte doide prat4icata mi", "script", "latin_script"),
        ("bg", "пратката на iPhone Banska tuk", "script", "mixed_scripts"),
        ("sr", "gde je moja porudžbina danas", "script", "latin"),
        ("en", "great service again today 😊", "writing", "emoji"),
        ("en", "WHERE IS MY PARCEL NOW?!", "writing", "all_caps"),
        ("en", "see https://shop.example/x for all of it", "writing", "link"),
        ("en", "@shop where is my parcel", "writing", "handle"),
        ("pl", "gdzie jest moja paczka, czekam juz drugi tydzien", "writing", "no_diacritics"),
    ],
)
def test_scripts_and_manners_of_writing(lang: str, text: str, kind: str, name: str) -> None:
    slices = found(facts(LEAST_ROWS, text, lang) + facts(LEAST_ROWS, PLAIN[lang], lang))
    assert slices.keys() - {"cyrillic"} == {name}
    assert slices[name].kind == kind
    assert slices[name].mask.tolist() == [True] * LEAST_ROWS + [False] * LEAST_ROWS


def test_serbian_is_at_home_in_latin_letters() -> None:
    rows = facts(LEAST_ROWS, "gde je moja porudžbina danas", "sr")
    assert "latin_script" not in found(rows + facts(LEAST_ROWS, PLAIN["sr"], "sr"))


def test_slices_of_the_data_come_last_and_are_explained() -> None:
    rows = facts(LEAST_ROWS, PLAIN["pl"], slices=("sarcasm_genuine", "a_slice_of_mine"))
    slices = found(rows + facts(LEAST_ROWS, "słowo " * 50))
    assert list(slices) == ["short", "long", "sarcasm_genuine", "a_slice_of_mine"]
    assert slices["sarcasm_genuine"].description == slice_names()["sarcasm_genuine"]
    assert slices["a_slice_of_mine"].description == "a_slice_of_mine"
    assert {item.kind for item in slices.values()} == {"length", "data"}


def test_what_a_text_does_not_show_its_data_may_know() -> None:
    rows = facts(LEAST_ROWS, "moja paczka ciagle w drodze", slices=("no_diacritics",))
    item = found(rows + facts(LEAST_ROWS, PLAIN["pl"]))["no_diacritics"]
    assert (item.kind, int(item.mask.sum())) == ("writing", LEAST_ROWS)


def test_without_texts_only_the_data_speaks() -> None:
    rows = facts(LEAST_ROWS, None, slices=("angry_genuine",)) + facts(LEAST_ROWS, None)
    assert list(found(rows)) == ["angry_genuine"]


@pytest.mark.parametrize(
    ("inside", "outside", "shown"),
    [
        (LEAST_ROWS, LEAST_ROWS, True),
        (LEAST_ROWS - 1, 99, False),
        (99, LEAST_ROWS - 1, False),
        (99, 0, False),
    ],
)
def test_too_small_and_too_large_slices_are_left_out(
    inside: int, outside: int, shown: bool
) -> None:
    rows = facts(inside, None, slices=("angry_genuine",)) + facts(outside, None)
    assert bool(found(rows)) is shown


def test_the_mask_is_over_the_rows_that_were_asked_for() -> None:
    rows = facts(60, None, slices=("question",)) + facts(60, None)
    chosen = np.array([*range(100, 120), *range(20, 40)])
    (item,) = find_slices(rows).among(chosen)
    assert item.mask.tolist() == [False] * 20 + [True] * 20


def test_lengths_and_emoji_are_those_of_the_projects_own_mentions() -> None:
    for text in ("Nie polecam 😡", "słowo " * 80, "To jest zwykłe zdanie.", "słowo " * 20):
        names = found(facts(LEAST_ROWS, text) + facts(LEAST_ROWS, PLAIN["pl"])).keys()
        assert names & {"emoji", "very_short", "very_long"} == computed_slices(text)


@given(
    st.lists(
        st.tuples(
            st.one_of(st.none(), st.text()),
            st.sampled_from(["pl", "bg", "sr", "und"]),
            st.lists(st.sampled_from(["question", "emoji", "x<y>"]), max_size=2).map(tuple),
        ),
        max_size=60,
    )
)
def test_any_rows_have_well_formed_slices(rows: list[tuple[str | None, str, tuple[str]]]) -> None:
    given_facts = [RowFacts(str(i), *row[:2], "made", row[2]) for i, row in enumerate(rows)]
    slices = find_slices(given_facts).among(np.arange(len(rows)))
    for item in slices:
        assert LEAST_ROWS <= item.mask.sum() <= len(rows) - LEAST_ROWS
        assert item.mask.shape == (len(rows),)
    lengths = [item.mask for item in slices if item.kind == "length"]
    assert not lengths or np.sum(lengths, axis=0).max() == 1
    assert len({item.name for item in slices}) == len(slices)

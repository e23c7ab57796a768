from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mentionlens_data.preparation.grouping import Groups, group_key
from mentionlens_data.preparation.near_duplicates import (
    LEAST_LETTERS,
    SHINGLE,
    SIMILAR,
    near_duplicates,
)

SENTENCES = {
    "pl": "Kurier zostawił przesyłkę pod drzwiami sąsiada i nawet nie zadzwonił, a ja czekałem.",
    "ro": "Curierul a lăsat coletul la vecin fără să sune, iar eu am așteptat toată ziua acasă.",
    "ru": "Курьер оставил посылку у соседей и даже не позвонил, а я весь день просидел дома.",
    "bg": "Куриерът остави пратката при съседите и дори не звънна, а аз чаках целия ден вкъщи.",
    "es": "El repartidor dejó el paquete con el vecino sin llamar y yo esperé todo el día en casa.",
}


def similarity(one: str, other: str) -> float:
    sets = [{key[i : i + SHINGLE] for i in range(len(key) - SHINGLE + 1)} for key in (one, other)]
    return len(sets[0] & sets[1]) / len(sets[0] | sets[1])


def joined(keys: list[str]) -> Groups:
    groups = Groups()
    for one, other in near_duplicates(keys):
        groups.join((one, other))
    return groups


@pytest.mark.parametrize("lang", sorted(SENTENCES))
def test_an_edited_copy_is_found_among_others_and_others_are_not(lang: str) -> None:
    copy = SENTENCES[lang].replace(",", " @Noktelo 😡", 1).upper() + " !!! 24h"
    texts = [*SENTENCES.values(), copy]
    pairs = list(near_duplicates([group_key(text)[0] for text in texts]))
    assert {frozenset(pair) for pair in pairs} == {
        frozenset((list(SENTENCES).index(lang), len(SENTENCES)))
    }


def test_short_keys_are_left_to_exact_comparison() -> None:
    short = "polecamserdecznie"
    assert len(short) < LEAST_LETTERS
    assert list(near_duplicates([short, short + "a"])) == []
    assert list(near_duplicates([])) == []


LETTERS = st.text(alphabet="абвгдежзabcdefghiłșž", min_size=40, max_size=120)


@settings(max_examples=60)
@given(LETTERS, st.data())
def test_what_is_joined_is_alike(key: str, data: st.DataObject) -> None:
    places = data.draw(st.lists(st.integers(0, len(key) - 1), max_size=6))
    changed = list(key)
    for place in places:
        changed[place] = "q"
    for one, other in near_duplicates([key, "".join(changed), key[::-1]]):
        found = [key, "".join(changed), key[::-1]]
        assert similarity(found[one], found[other]) >= SIMILAR


def test_planted_copies_are_found_whatever_the_edit() -> None:
    """A pair at the threshold is found with probability 0.99, a closer one nearly always."""
    generator = random.Random(7)
    words = [
        "".join(generator.choices("abdegiklmnoprstuvz", k=generator.randint(3, 9)))
        for _ in range(2000)
    ]
    originals = ["".join(generator.choices(words, k=14)) for _ in range(400)]
    copies = []
    for original in originals:
        place = generator.randrange(len(original) - 8)
        copies.append(original[:place] + original[place + 4 :])
    near = [i for i in range(400) if similarity(originals[i], copies[i]) >= SIMILAR]
    groups = joined(originals + copies)
    found = sum(groups.find(i) == groups.find(400 + i) for i in near)
    assert len(near) > 350
    assert found / len(near) > 0.99
    roots = [groups.find(i) for i in range(400)]
    assert len(set(roots)) == 400

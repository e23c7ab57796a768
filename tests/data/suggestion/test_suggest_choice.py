from __future__ import annotations

import itertools
import random
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mentionlens_data.preparation.near_duplicates import near_duplicates
from mentionlens_data.suggestion.copies import copy_key
from mentionlens_data.suggestion.errors import SuggestionError
from mentionlens_data.suggestion.rule import SuggestionRule
from mentionlens_data.suggestion.shares import language_shares
from mentionlens_data.suggestion.suggest import suggest
from suggestion_pools import make_pool

SYLLABLES = ["pa", "ko", "lis", "mer", "tu", "vra", "nel", "bo", "shi", "dra", "une", "gol"]
LANGS = ["pl", "ro", "bg", "uk"]


def texts(number: int, seed: int = 0) -> list[str]:
    """Texts of ten words that share none but by chance."""
    draw = random.Random(seed)
    return [
        " ".join("".join(draw.choices(SYLLABLES, k=3)) for _ in range(10)) for _ in range(number)
    ]


@st.composite
def pools(draw):
    """Texts, some of them copied or changed in one word, with languages and answers."""
    size = draw(st.integers(1, 40))
    found = texts(size, draw(st.integers(0, 10**6)))
    for source in draw(st.lists(st.integers(0, size - 1), max_size=10)):
        words = found[source].split()
        changed = draw(st.integers(0, 10))
        found.append(
            " ".join([*words[:changed], *["inne"] * (changed < 10), *words[changed + 1 :]])
        )
    numbers = np.random.default_rng(draw(st.integers(0, 10**6)))
    return make_pool(
        found,
        draw(st.lists(st.sampled_from(LANGS), min_size=len(found), max_size=len(found))),
        numbers.dirichlet([0.5, 0.5, 0.5], len(found)).tolist(),
        numbers.dirichlet([0.9, 0.1], len(found)).tolist(),
    )


RULES = st.builds(
    SuggestionRule,
    uncertainty=st.floats(0, 2),
    rarity=st.floats(0, 2),
    diversity=st.floats(0, 2),
    chance=st.floats(0, 2),
    doubt=st.sampled_from(["margin", "entropy"]),
    view=st.sampled_from(["letters", "answers"]),
    language_power=st.floats(0, 1),
)


@settings(max_examples=30)
@given(pools(), st.integers(1, 60), RULES, st.integers(0, 3), st.data())
def test_whatever_the_rule_a_choice_is_free_of_copies_and_each_language_has_its_share(
    pool, number: int, rule: SuggestionRule, seed: int, data: st.DataObject
) -> None:
    labelled = data.draw(st.lists(st.sampled_from(pool.keys), max_size=3))
    found = suggest(pool, number, labelled=labelled, rule=rule, seed=seed)
    rows = [item.mention for item in found.chosen]
    assert len(set(rows)) == len(rows) <= number
    keys = [pool.keys[row] for row in rows]
    assert len(set(keys)) == len(keys)
    assert not set(keys) & set(labelled)
    before = list(dict.fromkeys(labelled))
    pairs = near_duplicates([*before, *keys])
    assert all(max(pair) < len(before) for pair in pairs)
    assert Counter(item.lang for item in found.chosen) == Counter(
        {
            k: v
            for k, v in language_shares(found.candidates, number, rule.language_power).items()
            if v
        }
    )
    assert len(rows) == min(number, sum(found.candidates.values()))
    assert all(pool.langs[item.mention] == item.lang for item in found.chosen)
    assert all(item.because for item in found.chosen)
    aside = found.copies.of_labelled + found.copies.of_others
    assert sum(found.candidates.values()) + aside == len(pool)
    assert suggest(pool, number, labelled=labelled, rule=rule, seed=seed).chosen == found.chosen


def test_a_rare_label_is_not_starved() -> None:
    draw = np.random.default_rng(0)
    sure = [[0.97, 0.02, 0.01]] * 950 + [[0.2, 0.1, 0.7]] * 50
    pool = make_pool(texts(1000), sentiment=draw.permutation(sure).tolist())
    found = suggest(pool, 40, tasks=["sentiment"])
    guessed = pool.probabilities[0][[item.mention for item in found.chosen]].argmax(axis=1)
    # By chance two of forty would be positive.
    assert (guessed == 2).sum() >= 8
    assert any("positive" in item.because for item in found.chosen)


def test_the_named_task_alone_decides() -> None:
    unsure = [[0.5, 0.5] if i % 10 == 0 else [0.99, 0.01] for i in range(200)]
    sentiment = [[0.34, 0.33, 0.33] if i % 10 == 5 else [0.98, 0.01, 0.01] for i in range(200)]
    pool = make_pool(texts(200), sentiment=sentiment, troll=unsure)
    rule = SuggestionRule(uncertainty=1, rarity=0, diversity=0, chance=0)
    for task, place in (("troll", 0), ("sentiment", 5)):
        found = suggest(pool, 20, tasks=[task], rule=rule)
        assert {item.mention % 10 for item in found.chosen} == {place}
        assert all(f"unsure of {task}" in item.because for item in found.chosen)


@pytest.mark.parametrize("view", ["letters", "answers"])
def test_diversity_takes_from_every_kind_of_mention(view: str) -> None:
    kinds = [texts(30, seed)[0].split() for seed in range(6)]
    draw = random.Random(1)
    # The first kind is most of the pool.
    sizes = [300, 10, 10, 10, 10, 10]
    kind_of = [kind for kind, size in enumerate(sizes) for _ in range(size)]
    found = [
        " ".join(draw.choices(kinds[kind], k=8) + draw.choices(SYLLABLES, k=3)) for kind in kind_of
    ]
    answers = np.array(
        [[0.9, 0.06, 0.04], [0.04, 0.9, 0.06], [0.06, 0.04, 0.9], [0.5, 0.45, 0.05],
         [0.05, 0.5, 0.45], [0.45, 0.05, 0.5]]
    )  # fmt: skip
    pool = make_pool(found, sentiment=answers[kind_of].tolist())
    rule = SuggestionRule(uncertainty=0, rarity=0, diversity=1, chance=0, view=view)
    chosen = suggest(pool, 12, rule=rule).chosen
    assert {kind_of[item.mention] for item in chosen} == set(range(6))


def test_fewer_suggestions_in_one_language_are_the_beginning_of_more() -> None:
    draw = np.random.default_rng(3)
    pool = make_pool(texts(300), sentiment=draw.dirichlet([1, 1, 1], 300).tolist())
    more = [item.mention for item in suggest(pool, 50).chosen]
    assert [item.mention for item in suggest(pool, 20).chosen] == more[:20]


def test_another_seed_gives_other_mentions() -> None:
    pool = make_pool(texts(300))
    one, other = (suggest(pool, 20, seed=seed).chosen for seed in (0, 1))
    assert {item.mention for item in one} != {item.mention for item in other}


def test_a_large_pool_is_narrowed_down_before_mentions_are_compared() -> None:
    # More than are ever compared with one another, and what is worth most comes last.
    answers = [[0.98, 0.01, 0.01]] * 2_500 + [[0.34, 0.33, 0.33]] * 30
    pool = make_pool(texts(2_530), sentiment=answers)
    rule = SuggestionRule(uncertainty=1, rarity=0, diversity=0, chance=0)
    found = suggest(pool, 30, tasks=["sentiment"], rule=rule)
    assert sorted(item.mention for item in found.chosen) == list(range(2_500, 2_530))


def test_a_text_that_is_spelled_a_little_differently_is_a_copy() -> None:
    text = "Paczka miała być w piątek, jest środa i nikt nie odbiera telefonu w sklepie"
    others = [text.upper(), f"RT @sklep: {text} https://t.co/abc", text.replace("środa", "sobota")]
    pool = make_pool([text, *others, "Zupełnie inna sprawa: gdzie mogę oddać te buty po zimie?"])
    found = suggest(pool, 5)
    assert sorted(item.mention for item in found.chosen) == [0, 4]
    assert (found.copies.of_labelled, found.copies.of_others) == (0, 3)
    beside = suggest(pool, 5, labelled=[copy_key(text)])
    assert [item.mention for item in beside.chosen] == [4]
    assert (beside.copies.of_labelled, beside.copies.of_others) == (4, 0)


def test_emoji_alone_are_mentions_of_their_own() -> None:
    pool = make_pool(["😡😡", "👍", "😡😡", "!!!"])
    assert sorted(item.mention for item in suggest(pool, 4).chosen) == [0, 1, 3]


def test_an_unknown_task_is_named_with_those_that_there_are() -> None:
    with pytest.raises(SuggestionError, match="no task 'intent'; the bundle has sentiment, troll"):
        suggest(make_pool(["x"]), 1, tasks=["intent"])


def test_nothing_is_chosen_of_nothing() -> None:
    found = suggest(make_pool([]), 5)
    assert found.chosen == ()
    assert list(itertools.chain(found.candidates)) == []

from __future__ import annotations

from collections import Counter

import pytest

pytest.importorskip("pydantic")

from hypothesis import given, settings
from hypothesis import strategies as st
from mentionlens_data.schema import LabelledMention
from mentionlens_training.config import SamplingConfig
from mentionlens_training.sampling import draw_epoch, some_of_each_cell


def rows_of(cells: dict[tuple[str, str, str], int]) -> list[LabelledMention]:
    return [
        LabelledMention(f"{lang}-{task}-{label}-{i}", "x", lang, "s", "train", "g", {task: label})
        for (lang, task, label), count in cells.items()
        for i in range(count)
    ]


def test_small_languages_and_rare_labels_stay_alive():
    rows = rows_of(
        {
            ("en", "sentiment", "positive"): 9000,
            ("bg", "sentiment", "positive"): 900,
            ("bg", "troll", "yes"): 90,
        }
    )
    order = draw_epoch(rows, SamplingConfig(rows=1000, exponent=0.5), seed=1)
    drawn = Counter((rows[i].lang, *next(iter(rows[i].labels.items()))) for i in order)
    assert len(order) == pytest.approx(1000, abs=3)
    # Shares of the square roots: 95 : 30 : 9.5, where nothing is exhausted.
    assert drawn["en", "sentiment", "positive"] == pytest.approx(706, abs=5)
    assert drawn["bg", "sentiment", "positive"] == pytest.approx(223, abs=5)
    assert drawn["bg", "troll", "yes"] == pytest.approx(71, abs=5)


def test_a_corpus_with_twice_the_share_is_drawn_twice_as_often():
    rows = [
        LabelledMention(f"{source}/{i}", "x", "pl", source, "train", "g", {"troll": "no"})
        for source in ("plain", "careful")
        for i in range(1000)
    ]
    config = SamplingConfig(rows=300, source_shares={"careful": 2.0})
    drawn = Counter(rows[i].source for i in draw_epoch(rows, config, seed=1))
    assert drawn == {"plain": 100, "careful": 200}


def test_a_row_that_answers_two_tasks_counts_for_both():
    both = [
        LabelledMention(f"r{i}", "x", "pl", "s", "train", "g", {"sentiment": "negative", "t": "no"})
        for i in range(10)
    ]
    order = draw_epoch(both, SamplingConfig(rows=100, max_repeats=1), seed=0)
    assert sorted(order) == list(range(10))


@settings(max_examples=40)
@given(
    st.dictionaries(
        st.tuples(
            st.sampled_from(["pl", "ro"]), st.sampled_from(["a", "b"]), st.sampled_from("xyz")
        ),
        st.integers(1, 30),
        min_size=1,
    ),
    st.integers(1, 200),
    st.integers(1, 3),
)
def test_never_too_many_rows_nor_repeats_and_the_seed_decides(cells, count, repeats):
    rows = rows_of(cells)
    config = SamplingConfig(rows=count, max_repeats=repeats)
    order = draw_epoch(rows, config, seed=7)
    assert len(order) <= count
    assert max(Counter(order).values(), default=0) <= repeats
    assert order == draw_epoch(rows, config, seed=7)


def test_some_of_each_cell_takes_all_of_a_small_one():
    rows = rows_of({("en", "sentiment", "positive"): 500, ("bg", "troll", "yes"): 7})
    chosen = some_of_each_cell(rows, 20, seed=2)
    assert Counter(row.lang for row in chosen) == {"en": 20, "bg": 7}
    assert chosen == some_of_each_cell(rows, 20, seed=2)

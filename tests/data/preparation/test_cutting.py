from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mentionlens_data.corpora.entry import SplitPlan
from mentionlens_data.preparation.candidates import Candidate
from mentionlens_data.preparation.cutting import propose_parts


def rows(labels: dict[str, int], *, source: str = "a", lang: str = "pl") -> list[Candidate]:
    return [
        Candidate(
            id=f"{source}/{lang}-{label}-{i}",
            text="",
            lang=lang,
            source=source,
            labels={"complaint": label},
            weight=1.0,
            split="train",
            duplicate=f"{lang} {label} {i}",
            joins=(f"text|{lang} {label} {i}",),
            group=f"{lang} {label} {i}",
        )
        for label, number in labels.items()
        for i in range(number)
    ]


def shares(found: list[Candidate]) -> dict[tuple[str, str], Counter[str]]:
    counts: dict[tuple[str, str], Counter[str]] = {}
    for row in found:
        counts.setdefault((row.lang, row.labels["complaint"]), Counter())[row.split] += 1
    return counts


def test_every_language_and_label_gives_its_share() -> None:
    made = rows({"none": 1000, "returns": 30, "safety": 10}) + rows(
        {"none": 50, "safety": 20}, lang="ro"
    )
    propose_parts(made, {"a": SplitPlan(test_share=0.2, validation_share=0.1)}, seed=5)
    assert shares(made) == {
        ("pl", "none"): Counter(train=700, validation=100, test=200),
        ("pl", "returns"): Counter(train=21, validation=3, test=6),
        ("pl", "safety"): Counter(train=7, validation=1, test=2),
        ("ro", "none"): Counter(train=35, validation=5, test=10),
        ("ro", "safety"): Counter(train=14, validation=2, test=4),
    }


def test_a_seed_decides_and_the_order_of_the_rows_does_not() -> None:
    plans = {"a": SplitPlan()}

    def cut(found: list[Candidate], seed: int) -> dict[str, str]:
        propose_parts(found, plans, seed=seed)
        return {row.id: row.split for row in found}

    labels = {"none": 200, "service": 100}
    assert cut(rows(labels), 1) == cut(rows(labels)[::-1], 1) != cut(rows(labels), 2)


def test_what_a_model_was_trained_on_stays_and_other_rows_are_cut_in_its_place() -> None:
    plans = {"a": SplitPlan(test_share=0.2, validation_share=0.1)}
    before = rows({"none": 100})
    propose_parts(before, plans, seed=5)
    trained_on = frozenset(row.id for row in before if row.split == "train")
    # More rows arrive, and with them another cut; a copy of a trained row shares its group.
    after = rows({"none": 300})
    after[299].group = next(row.group for row in before if row.id in trained_on)
    propose_parts(after, plans, seed=5, trained_on=trained_on)
    assert shares(after) == {("pl", "none"): Counter(train=210, validation=30, test=60)}
    assert all(row.split == "train" for row in after if row.id in trained_on)
    assert after[299].split == "train"
    assert {row.id for row in before if row.split == "test"} <= {
        row.id for row in after if row.split != "train"
    }


@pytest.mark.parametrize(
    ("given_part", "cut_part"), [("test", "validation"), ("validation", "test")]
)
def test_only_the_part_that_a_language_lacks_is_cut(given_part: str, cut_part: str) -> None:
    made = rows({"none": 100})
    official = rows({"other": 10})
    for row in official:
        row.split = given_part
    other = rows({"none": 100}, lang="ro")
    propose_parts(made + official + other, {"a": SplitPlan()}, seed=1)
    assert {row.split for row in made} == {"train", cut_part}
    assert all(row.official and row.split == given_part for row in official)
    assert {row.split for row in other} == {"train", "validation", "test"}


@given(
    st.dictionaries(st.sampled_from(["none", "service", "safety"]), st.integers(1, 60), min_size=1),
    st.floats(0, 0.49),
    st.floats(0, 0.49),
)
def test_shares_hold_within_rounding(
    labels: dict[str, int], test: float, validation: float
) -> None:
    made = rows(labels)
    propose_parts(made, {"a": SplitPlan(test_share=test, validation_share=validation)}, seed=1)
    for (_, label), counts in shares(made).items():
        assert abs(counts["test"] - labels[label] * test) <= 0.5
        assert abs(counts["validation"] - labels[label] * validation) <= 1

from __future__ import annotations

from collections import Counter, defaultdict

from hypothesis import given, settings
from hypothesis import strategies as st
from mentionlens_data.corpora.entry import SplitPlan
from mentionlens_data.preparation.candidates import Candidate, Removal
from mentionlens_data.preparation.grouping import text_keys
from mentionlens_data.preparation.splits import divide

PLAN = SplitPlan()


def candidate(
    own_id: str,
    text: str,
    *,
    source: str = "a",
    split: str = "train",
    label: str = "negative",
    lang: str = "en",
    joins: tuple[str, ...] = (),
    cut: str = "",
    weight: float = 1.0,
    task: str = "sentiment",
) -> Candidate:
    keys = text_keys(text, lang)
    return Candidate(
        id=f"{source}/{own_id}",
        text=text,
        lang=lang,
        source=source,
        labels={task: label},
        weight=weight,
        split=split,
        duplicate=keys.duplicate,
        joins=keys.joins + joins,
        cut=cut,
    )


def kept(rows: list[Candidate], plans: dict[str, SplitPlan] | None = None) -> dict[str, str]:
    names = {row.source for row in rows}
    found, _ = divide(rows, plans or dict.fromkeys(names, PLAN), seed=1)
    return {row.id: row.split for row in found}


def reasons(removed: list[Removal]) -> Counter[tuple[str, str]]:
    return Counter((item.source, item.reason) for item in removed)


def fillers(source: str = "a", number: int = 50) -> list[Candidate]:
    letters = "abcdefghijklmnopqrst"
    return [
        candidate(f"f{i}", f"filler {letters[i % 10] * 3} {letters[i // 10] * 4}", source=source)
        for i in range(number)
    ]


def test_a_retweet_of_a_test_row_leaves_training_even_in_another_corpus() -> None:
    rows = [
        candidate("1", "The parcel never came at all", split="test"),
        candidate("2", "RT @x: the parcel NEVER came at all!! http://t.co/1", source="b"),
        candidate("3", "the parcel never came at all", source="b", label="positive"),
        candidate("4", "something else was said here"),
    ]
    assert kept(rows) == {"a/1": "test", "a/4": kept(rows)["a/4"]}


def test_translations_of_a_test_row_leave_training() -> None:
    rows = [
        candidate("1", "the food was cold again", split="test", joins=("parallel|7",)),
        candidate(
            "2", "la comida estaba fría otra vez", lang="es", source="b", joins=("parallel|7",)
        ),
    ]
    assert kept(rows) == {"a/1": "test"}


def test_an_official_test_row_wins_over_a_part_that_was_cut() -> None:
    cut = [
        candidate(str(i), f"text number {chr(97 + i % 26)}{chr(97 + i // 26)} of many")
        for i in range(200)
    ]
    parts = kept(cut)
    assert {"train", "validation", "test"} <= set(parts.values())
    chosen = next(row for row in cut if parts[row.id] == "validation")
    official = candidate("o", chosen.text, source="b", split="test", label="positive")
    again = kept([*cut, official])
    assert again["b/o"] == "test"
    assert chosen.id not in again


def test_contradictions_leave_training_and_equal_rows_are_kept_once() -> None:
    rows = [
        *fillers(),
        candidate("1", "the bank is the bank"),
        candidate("2", "the bank is the bank", label="positive"),
        candidate("3", "we like our new bank", label="positive"),
        candidate("4", "We like our new bank", label="positive"),
        candidate("5", "we like our new bank", source="b", task="troll", label="no"),
    ]
    found, removed = divide(rows, dict.fromkeys(("a", "b"), PLAN), seed=1)
    ids = {row.id for row in found}
    assert not ids & {"a/1", "a/2"}
    assert len(ids & {"a/3", "a/4"}) == 1
    assert "b/5" in ids  # it answers another question
    assert reasons(removed)["a", "contradicted by its own source"] == 2
    assert sum(item.reason.startswith("duplicate of a ") for item in removed) == 1


def test_without_removes_the_texts_of_another_corpus() -> None:
    plans = {"a": PLAN, "b": SplitPlan(without=["a"])}
    rows = [
        candidate("1", "hola a todo el mundo"),
        candidate("2", "Hola a todo el mundo!", source="b"),
    ]
    found, removed = divide(rows, plans, seed=1)
    assert [row.source for row in found] == ["a"]
    assert reasons(removed)["b", "its text is in a"] == 1


def test_rows_that_are_cut_together_stay_together() -> None:
    letters = "abcdefghijklmnopqrst"
    rows = [
        candidate(f"{film}-{i}", f"comment {a} on film {letters[film] * 2}", cut=f"film {film}")
        for film in range(20)
        for i, a in enumerate(letters)
    ]
    parts = defaultdict(set)
    for own_id, part in kept(rows, {"a": SplitPlan(test_share=0.3)}).items():
        parts[own_id.split("-")[0]].add(part)
    assert len(parts) == 20
    assert all(len(found) == 1 for found in parts.values())
    assert {part for found in parts.values() for part in found} >= {"train", "test"}


def test_caps_hold_and_test_rows_above_them_are_never_trained() -> None:
    words = [f"{a}{b} {b}{a} said so" for a in "abcdefghijklmnop" for b in "qrstuvwxyzabcdef"]
    rows = [candidate(f"t{i}", text, split="test") for i, text in enumerate(words)]
    rows += [candidate(f"r{i}", text + "!", source="b") for i, text in enumerate(words)]
    plans = {"a": SplitPlan(max_test=60), "b": PLAN}
    found, removed = divide(rows, plans, seed=1)
    parts = Counter((row.source, row.split) for row in found)
    assert 30 <= parts["a", "test"] <= 90
    assert reasons(removed)["a", "over the test cap"] == len(set(words)) - parts["a", "test"]
    assert not any(row.source == "b" for row in found)


TEXTS = st.sampled_from(
    [
        "polecam",
        "Polecam!",
        "super 😡",
        "the parcel never came",
        "RT @a: The parcel NEVER came",
        "la comida estaba fría",
        "so good and so cheap",
        "so good, and so cheap 2",
        "😡",
        "ок",
    ]
)
ROWS = st.lists(
    st.builds(
        lambda text, source, split, label, lang, tie: (text, source, split, label, lang, tie),
        TEXTS,
        st.sampled_from(["a", "b", "c"]),
        st.sampled_from(["train", "train", "validation", "test"]),
        st.sampled_from(["negative", "positive"]),
        st.sampled_from(["pl", "en"]),
        st.sampled_from(["", "", "parallel|1", "together|2"]),
    ),
    max_size=40,
)


@settings(max_examples=150, deadline=None)
@given(ROWS, st.integers(0, 5))
def test_no_group_and_no_text_is_in_two_parts(rows: list[tuple[str, ...]], seed: int) -> None:
    made = [
        candidate(
            str(i),
            text,
            source=source,
            split=split,
            label=label,
            lang=lang,
            joins=(tie,) if tie else (),
        )
        for i, (text, source, split, label, lang, tie) in enumerate(rows)
    ]
    plans = dict.fromkeys("abc", SplitPlan(test_share=0.3, validation_share=0.3))
    found, removed = divide(made, plans, seed=seed)
    parts = defaultdict(set)
    for item in found:
        parts[item.group].add(item.split)
        for key in text_keys(item.text, item.lang).joins:
            parts[key].add(item.split)
    assert all(len(where) == 1 for where in parts.values())
    assert len(found) + len(removed) == len(rows)
    answers = Counter((r.duplicate, r.source, tuple(r.labels.items())) for r in found)
    assert all(number == 1 for number in answers.values())

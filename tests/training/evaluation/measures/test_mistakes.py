from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from mentionlens_training.evaluation.answers import RowFacts, TaskAnswers
from mentionlens_training.evaluation.measures.mistakes import (
    MOST_CHARACTERS,
    confident_mistakes,
    typical_mistakes,
    without_texts,
)
from mentionlens_training.evaluation.schema import (
    BundleInfo,
    DataInfo,
    Estimate,
    Evaluation,
    LanguageResult,
    Scores,
    TaskResult,
)

LABELS = ("negative", "neutral", "positive")
ROWS = st.lists(
    st.tuples(
        st.sampled_from(range(3)),
        st.sampled_from(range(3)),
        st.sampled_from([0.4, 0.5, 0.75, 0.9, 1.0]),
        st.sampled_from(["shop", "forum", "tweets"]),
    ),
    max_size=60,
)


def answered(rows, texts=None) -> tuple[TaskAnswers, list[RowFacts]]:
    """Rows of (right, given, confidence, source); every other row of the facts is unlabelled."""
    probabilities = np.empty((len(rows), 3), dtype=np.float32)
    for at, (_, given_label, confidence, _) in enumerate(rows):
        probabilities[at] = (1 - confidence) / 2
        probabilities[at, given_label] = confidence
    facts = []
    for at, (*_, source) in enumerate(rows):
        text = f"text {at}" if texts is None else texts[at]
        facts.append(RowFacts(f"unlabelled {at}", "not asked", "pl", source))
        facts.append(RowFacts(f"r{-at % 97:02}", text, "pl", source, ("long",)))
    answers = TaskAnswers(
        "sentiment",
        LABELS,
        np.arange(len(rows), dtype=np.int64) * 2 + 1,
        np.array([row[0] for row in rows], dtype=np.int64),
        np.array([row[1] for row in rows], dtype=np.int64),
        probabilities,
    )
    return answers, facts


@given(rows=ROWS)
def test_confident_mistakes_are_the_wrong_answers_in_order(rows) -> None:
    answers, facts = answered(rows)
    wrong = [(-np.float32(row[2]), facts[2 * at + 1].id) for at, row in enumerate(rows)
             if row[0] != row[1]]  # fmt: skip
    found = confident_mistakes(answers, facts, most=10)
    assert [mistake.id for mistake in found] == [name for _, name in sorted(wrong)][:10]
    for mistake in found:
        assert mistake.gold != mistake.predicted
        assert mistake.score >= mistake.gold_score


def test_a_mistake_says_what_is_known_of_its_row() -> None:
    answers, facts = answered([(0, 2, 0.75, "shop")])
    (mistake,) = confident_mistakes(answers, facts)
    assert mistake.model_dump() == {
        "id": "r00", "text": "text 0", "source": "shop", "gold": "negative",
        "predicted": "positive", "score": 0.75, "gold_score": 0.125, "slices": ("long",),
    }  # fmt: skip


def test_a_probability_that_rounding_left_above_one_is_one() -> None:
    answers, facts = answered([(0, 2, 1.0, "shop")])
    answers.probabilities[0, 2] = np.nextafter(np.float32(1), np.float32(2))
    assert confident_mistakes(answers, facts)[0].score == 1.0


def test_texts_stay_whole_up_to_the_bound() -> None:
    texts = ["a" * MOST_CHARACTERS, "b" * (MOST_CHARACTERS + 1), None]
    answers, facts = answered(
        [(0, 1, 0.9, "shop"), (0, 1, 0.8, "shop"), (0, 1, 0.7, "shop")], texts
    )
    kept, cut, unknown = (mistake.text for mistake in confident_mistakes(answers, facts))
    assert kept == texts[0]
    assert cut == "b" * (MOST_CHARACTERS - 1) + "…"
    assert unknown is None


@given(rows=ROWS)
def test_sorts_of_mistakes_add_up_and_the_commonest_come_first(rows) -> None:
    answers, facts = answered(rows)
    wrong = [row for row in rows if row[0] != row[1]]
    kinds = typical_mistakes(answers, facts, kinds=6, examples=3)
    assert sum(kind.rows for kind in kinds) == len(wrong)
    assert [kind.rows for kind in kinds] == sorted((kind.rows for kind in kinds), reverse=True)
    for kind in kinds:
        assert kind.rows == sum(
            (LABELS[row[0]], LABELS[row[1]]) == (kind.gold, kind.predicted) for row in wrong
        )
        assert abs(kind.share - kind.rows / len(wrong)) < 1e-4
        assert len(kind.examples) == min(3, kind.rows)
        assert len({example.id for example in kind.examples}) == len(kind.examples)
        assert {(example.gold, example.predicted) for example in kind.examples} == {
            (kind.gold, kind.predicted)
        }


@given(rows=ROWS, seed=st.integers(0, 9))
def test_the_order_of_the_rows_does_not_matter(rows, seed: int) -> None:
    answers, facts = answered(rows)
    shuffled = answers.take(np.random.default_rng(seed).permutation(len(rows)).astype(np.int64))
    assert typical_mistakes(shuffled, facts) == typical_mistakes(answers, facts)
    assert confident_mistakes(shuffled, facts) == confident_mistakes(answers, facts)


def test_examples_lie_around_the_median_and_come_from_every_source() -> None:
    rows = [(0, 2, 0.34 + at / 100, "shop") for at in range(60)]
    rows[29] = (0, 2, rows[29][2], "forum")
    rows[59] = (0, 2, rows[59][2], "tweets")
    answers, facts = answered(rows)
    (kind,) = typical_mistakes(answers, facts, examples=4)
    # "tweets" has only the surest mistake of all, which is not typical.
    assert sorted(example.source for example in kind.examples) == ["forum", "shop", "shop", "shop"]
    assert all(abs(example.score - 0.635) < 0.03 for example in kind.examples)


def test_few_mistakes_are_all_shown() -> None:
    answers, facts = answered([(0, 2, 0.4, "shop"), (0, 2, 0.9, "shop"), (1, 1, 0.9, "shop")])
    (kind,) = typical_mistakes(answers, facts, examples=5)
    assert {example.score for example in kind.examples} == {0.4, 0.9}


def test_without_mistakes_there_is_nothing_to_show() -> None:
    answers, facts = answered([(1, 1, 0.9, "shop")])
    assert confident_mistakes(answers, facts) == () == typical_mistakes(answers, facts)
    nothing, nobody = answered([])
    assert confident_mistakes(nothing, nobody) == () == typical_mistakes(nothing, nobody)


def test_an_evaluation_without_texts_holds_none_and_is_otherwise_the_same() -> None:
    answers, facts = answered([(0, 2, 0.4, "shop"), (0, 1, 0.9, "shop")], ["SECRET", "SECRET"])
    one = Estimate(value=0.5)
    task = TaskResult(
        task="sentiment",
        counted=False,
        scores=Scores(rows=2, macro_f1=one, accuracy=one, ece=one),
        labels=(),
        confident_mistakes=confident_mistakes(answers, facts),
        typical_mistakes=typical_mistakes(answers, facts),
    )
    evaluation = Evaluation(
        tool_version="0",
        bundle=BundleInfo(name="b", version="1", precision="int8", graph_sha256="a"),
        data=DataInfo(rows=2, fingerprint="f"),
        languages=(LanguageResult(lang="pl", rows=2, sources={"shop": 2}, tasks=(task,)),),
    )
    bare = without_texts(evaluation).model_dump_json()
    assert "SECRET" not in bare
    assert bare == evaluation.model_dump_json().replace('"SECRET"', "null")
    assert without_texts(Evaluation.model_validate_json(bare)).model_dump_json() == bare

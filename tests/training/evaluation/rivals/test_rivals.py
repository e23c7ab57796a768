from __future__ import annotations

import warnings
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mentionlens_data.corpora.ledger import load_ledger
from mentionlens_data.corpora.notes import COMPARABLE_METRICS, PublishedFigure
from mentionlens_training.evaluation.answers import RowFacts, TaskAnswers
from mentionlens_training.evaluation.measures.metrics import confusion_matrix
from mentionlens_training.evaluation.rivals.baseline import Baseline, BaselineSettings
from mentionlens_training.evaluation.rivals.collect import rivals
from mentionlens_training.evaluation.rivals.published import named_metric
from sklearn.metrics import (
    accuracy_score,
    f1_score,
    precision_score,
    recall_score,
)

LABELS = ("negative", "neutral", "positive")
PAIRS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=40)


def answered(rows, task="sentiment", labels=LABELS) -> tuple[TaskAnswers, list[RowFacts]]:
    """Rows of (id, source, right label, given label)."""
    facts = [RowFacts(name, "text", "pl", source) for name, source, _, _ in rows]
    answers = TaskAnswers(
        task,
        labels,
        np.arange(len(rows), dtype=np.int64),
        np.array([labels.index(row[2]) for row in rows], dtype=np.int64),
        np.array([labels.index(row[3]) for row in rows], dtype=np.int64),
        np.full((len(rows), len(labels)), 1 / len(labels), dtype=np.float32),
    )
    return answers, facts


def baseline(answers: dict[str, str]) -> Baseline:
    return Baseline({"pl": {"sentiment": answers}}, {}, 9, "", "", BaselineSettings())


def entry(*figures: PublishedFigure) -> SimpleNamespace:
    return SimpleNamespace(published=list(figures))


def figure(**change) -> PublishedFigure:
    given = {
        "task": "sentiment", "metric": "accuracy", "value": 80.0, "model": "Their model",
        "source": "their paper", "test_rows": 100, "ids": "test-", "verified": True,
    }  # fmt: skip
    return PublishedFigure(**(given | change))


def official(rows: int, right: int, start: str = "test-"):
    return [
        (f"set/{start}{at}", "set", "positive", "positive" if at < right else "negative")
        for at in range(rows)
    ]


def published(rows, *figures: PublishedFigure, task="sentiment", lang="pl"):
    answers, facts = answered(rows, task, ("no", "yes") if task == "troll" else LABELS)
    ledger = {"set": entry(*figures), "unused": entry(figure())}
    found = rivals(answers, facts, baseline=None, lang=lang, ledger=ledger)
    return [rival for rival in found if rival.kind == "published"]


@given(pairs=PAIRS)
def test_named_metrics_are_those_of_scikit_learn(pairs) -> None:
    gold, predicted = ([pair[side] for pair in pairs] for side in (0, 1))
    confusion = confusion_matrix(gold, predicted, 3)
    among = {"labels": sorted(set(gold)), "zero_division": 0}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        precision = precision_score(gold, predicted, average="macro", **among)
        recall = recall_score(gold, predicted, average="macro", **among)
        expected = {
            "accuracy": accuracy_score(gold, predicted),
            "micro-F1": f1_score(gold, predicted, average="micro"),
            "macro-F1": f1_score(gold, predicted, average="macro", **among),
            "weighted F1": f1_score(gold, predicted, average="weighted", **among),
            "macro-recall": recall,
            "F1 of macro averages": 2 * precision * recall / ((precision + recall) or 1),
        }
        each = f1_score(gold, predicted, average=None, **among)
    assert expected.keys() == set(COMPARABLE_METRICS)
    expected |= {
        f"F1 of {LABELS[label]}": value for label, value in zip(among["labels"], each, strict=True)
    }
    for name, value in expected.items():
        assert named_metric(name, confusion, LABELS) == pytest.approx(value), name


def test_a_metric_that_nobody_knows_is_refused() -> None:
    confusion = confusion_matrix([0, 1], [0, 1], 3)
    for name in ("BLEU", "F1 of positive"):
        with pytest.raises(ValueError, match=f"no metric '{name}'"):
            named_metric(name, confusion, LABELS)


@given(pairs=PAIRS)
def test_majority_and_tfidf_have_the_macro_f1_of_their_answers(pairs) -> None:
    rows = [(str(at), f"s{at % 3}", LABELS[gold], "neutral") for at, (gold, _) in enumerate(pairs)]
    gold = [LABELS[pair[0]] for pair in pairs]
    guessed = [LABELS[pair[1]] for pair in pairs]

    def macro(right: list[str], given: list[str]) -> float:
        return round(
            f1_score(right, given, average="macro", labels=sorted(set(right)), zero_division=0), 4
        )

    answers, facts = answered(rows)
    known = baseline({str(at): label for at, label in enumerate(guessed)})
    majority, *tfidf = rivals(answers, facts, baseline=known, lang="pl", ledger={})
    constants = [macro(gold, [label] * len(gold)) for label in LABELS]
    assert majority.value == pytest.approx(max(constants), abs=1e-4)
    assert majority.ours == pytest.approx(macro(gold, ["neutral"] * len(gold)), abs=1e-4)
    sources = [f"s{at}" for at in range(min(3, len(pairs)))]
    assert [rival.source for rival in tfidf] == [None, *sources]
    for rival in tfidf:
        part = [at for at in range(len(gold)) if rival.source in (None, f"s{at % 3}")]
        right, given = [gold[at] for at in part], [guessed[at] for at in part]
        assert rival.value == pytest.approx(macro(right, given), abs=1e-4)
        assert rival.ours == pytest.approx(macro(right, ["neutral"] * len(part)), abs=1e-4)
        assert rival.note is None


def test_tfidf_is_compared_on_the_rows_that_it_answered() -> None:
    rows = [("1", "shop", "negative", "negative"), ("2", "shop", "positive", "negative"),
            ("3", "forum", "positive", "positive")]  # fmt: skip
    answers, facts = answered(rows)
    some = baseline({"1": "negative", "2": "unheard of"})
    _, everywhere, shop = rivals(answers, facts, baseline=some, lang="pl", ledger={})
    assert (everywhere.source, shop.source) == (None, "shop")
    assert everywhere.value == shop.value == 0.5
    assert everywhere.ours == pytest.approx(0.3333)
    assert everywhere.note == "2 of 3 rows answered"
    assert shop.note is None
    (alone,) = rivals(answers, facts, baseline=baseline({}), lang="pl", ledger={})
    assert alone.kind == "majority"


def test_without_rows_there_are_no_rivals() -> None:
    answers, facts = answered([])
    assert rivals(answers, facts, baseline=None, lang="pl", ledger=load_ledger()) == ()


def test_a_published_figure_is_compared_on_its_own_test_part() -> None:
    rows = official(100, right=70) + official(20, right=0, start="train-")
    (rival,) = published([*rows, ("other/test-1", "other", "positive", "negative")], figure())
    assert (rival.name, rival.source, rival.metric) == ("Their model", "set", "accuracy")
    assert (rival.value, rival.ours, rival.note) == (0.8, 0.7, None)
    assert rival.reference == "their paper"


@pytest.mark.parametrize(
    ("rows", "compared", "note"),
    [
        (100, True, None),
        (98, True, "98 of 100 rows of the official test part"),
        (97, False, "97 of 100 rows of the official test part"),
        (0, False, "0 of 100 rows of the official test part"),
        (101, False, "101 rows here, 100 in the official test part"),
    ],
)
def test_rows_that_are_not_the_test_part_are_not_compared(rows: int, compared: bool, note) -> None:
    (rival,) = published([*official(rows, right=rows), ("set/x", "set", "positive", "positive")],
                         figure())  # fmt: skip
    assert (rival.ours is not None) == compared
    assert rival.note == note


def test_what_cannot_be_compared_says_why() -> None:
    other = figure(task="irony", nearest="sentiment", test_rows=None, note="irony, not sentiment")
    hidden = figure(test_rows=None, note="measured on other rows")
    first, second = published(official(100, right=70), other, hidden)
    assert first.ours is None and first.note == "irony; irony, not sentiment"
    assert second.ours is None and second.note == "measured on other rows"


def test_only_figures_of_the_task_and_the_language_are_shown() -> None:
    both = figure(language="pl"), figure(language="ro"), figure(
        task="irony", test_rows=None, note="nothing near to it"
    )  # fmt: skip
    assert len(published(official(100, right=70), *both)) == 1
    assert published([("set/test-1", "set", "yes", "no")], figure(), task="troll") == []


def test_figures_of_the_ledger_are_compared_on_a_whole_test_part() -> None:
    rows = [
        (f"umsab/es-test-{at}", "umsab", LABELS[at % 3], LABELS[at % 3 if at % 2 else 0])
        for at in range(870)
    ]
    answers, facts = answered(rows)
    found = rivals(answers, facts, baseline=None, lang="es", ledger=load_ledger())
    xlm_t = next(rival for rival in found if rival.name.startswith("XLM-T"))
    assert (xlm_t.value, xlm_t.note, xlm_t.verified) == (0.679, None, True)
    assert xlm_t.ours == found[0].ours
    elsewhere = rivals(answers, facts, baseline=None, lang="pl", ledger=load_ledger())
    assert [rival.kind for rival in elsewhere] == ["majority"]

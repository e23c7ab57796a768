"""The evaluation of scripted answers: cells, order, counts, the record and the tables."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from mentionlens import __version__
from mentionlens_training.evaluation.baseline import Baseline, BaselineSettings
from mentionlens_training.evaluation.evaluate import Evaluation, evaluate_bundle, render_markdown
from mentionlens_training.evaluation.predictions import (
    EvaluationError,
    predict_rows,
    read_predictions,
    recorded,
)
from mentionlens_training.evaluation.rows import fingerprint
from scripted import ScriptedClassifier, row

GOLDEN = Path(__file__).with_name("golden_table.md")

# bg: 40 negative of which 30 are right, 20 positive all right; from two sources.
# xx: a language that mentionlens does not target, sorted last; pl: too few rows to be counted.
ROWS = [
    *(row(n, "bg", f"лошо {n}", source="one", sentiment="negative") for n in range(40)),
    *(row(n, "bg", f"супер {n}", source="two", sentiment="positive") for n in range(20)),
    *(row(n, "xx", f"zz {n}", source="three", troll="no" if n % 2 else "yes") for n in range(60)),
    *(row(n, "pl", f"dno {n}", source="four", sentiment="negative", troll="no") for n in range(2)),
]
SCRIPT = {
    **{
        f"лошо {n}": {"sentiment": ("negative", 0.8) if n < 30 else ("positive", 0.6)}
        for n in range(40)
    },
    **{f"супер {n}": {"sentiment": ("positive", 0.9)} for n in range(20)},
    **{f"zz {n}": {"troll": ("no" if n % 2 else "yes", 0.7)} for n in range(60)},
    **{f"dno {n}": {"sentiment": ("negative", 1.0)} for n in range(2)},
}


def rival() -> Baseline:
    """Return a baseline that always answers negative, and trolling with certainty."""
    answers: dict[str, dict[str, dict[str, str]]] = {}
    for item in ROWS:
        for task, label in item.labels.items():
            said = "negative" if task == "sentiment" else label
            answers.setdefault(item.lang, {}).setdefault(task, {})[item.id] = said
    return Baseline(answers, {}, 7, "f" * 64, fingerprint(ROWS), BaselineSettings())


@pytest.fixture(scope="module")
def evaluation() -> Evaluation:
    return evaluate_bundle(ScriptedClassifier(SCRIPT), ROWS, baseline=rival())


def test_cells_are_sorted_by_task_then_launch_languages(evaluation: Evaluation) -> None:
    assert [(c.task, c.lang, c.source) for c in evaluation.cells] == [
        ("sentiment", "pl", None),
        ("sentiment", "bg", None),
        ("troll", "pl", None),
        ("troll", "xx", None),
    ]
    assert [(c.task, c.lang, c.source) for c in evaluation.sources] == [
        ("sentiment", "pl", "four"),
        ("sentiment", "bg", "one"),
        ("sentiment", "bg", "two"),
        ("troll", "pl", "four"),
        ("troll", "xx", "three"),
    ]


def test_figures_of_a_cell(evaluation: Evaluation) -> None:
    cell = evaluation.cells[1]
    # negative: precision 1, recall 3/4 -> 6/7; positive: precision 2/3, recall 1 -> 4/5.
    assert cell.metrics.f1 == pytest.approx({"negative": 6 / 7, "positive": 4 / 5})
    assert cell.metrics.macro_f1 == pytest.approx((6 / 7 + 4 / 5) / 2)
    assert cell.metrics.accuracy == pytest.approx(50 / 60)
    # 30 rows at 0.8 all right, 10 at 0.6 all wrong, 20 at 0.9 all right.
    assert cell.metrics.ece == pytest.approx((30 * 0.2 + 10 * 0.6 + 20 * 0.1) / 60)
    # Always negative: precision 40/60, recall 1 -> 4/5; positive 0.
    assert cell.metrics.majority_macro_f1 == pytest.approx(0.4)
    assert cell.tfidf_macro_f1 == pytest.approx(0.4)


def test_rows_count_only_in_the_tasks_they_are_labelled_for(evaluation: Evaluation) -> None:
    assert sum(c.metrics.rows for c in evaluation.cells if c.task == "sentiment") == 62
    assert sum(c.metrics.rows for c in evaluation.cells if c.task == "troll") == 62


def test_small_cells_and_single_labels_are_not_counted(evaluation: Evaluation) -> None:
    assert [c.counted for c in evaluation.cells] == [False, True, False, True]
    assert not any(c.counted for c in evaluation.sources if c.lang == "bg")
    summary = evaluation.summary
    assert (summary.cells, summary.beats_majority) == (2, 2)
    # A draw (troll in xx, both perfect) is no victory.
    assert (summary.cells_with_tfidf, summary.beats_tfidf) == (2, 1)


def test_record_is_plain_rounded_json(evaluation: Evaluation) -> None:
    record = json.loads(json.dumps(evaluation.to_dict()))
    assert record["schema_version"] == 1
    assert record["tool_version"] == __version__
    assert record["bundle"] == {
        "name": "scripted",
        "version": "1.2.3",
        "precision": "int8",
        "graph_sha256": "a" * 64,
    }
    assert record["data"] == {"rows": len(ROWS), "fingerprint": fingerprint(ROWS)}
    assert record["baseline"] == {"training_rows": 7, "fingerprint": "f" * 64}
    assert record["cells"][1] == {
        "task": "sentiment",
        "lang": "bg",
        "source": None,
        "rows": 60,
        "macro_f1": 0.8286,
        "accuracy": 0.8333,
        "ece": 0.2333,
        "majority_macro_f1": 0.4,
        "tfidf_macro_f1": 0.4,
        "f1": {"negative": 0.8571, "positive": 0.8},
        "counted": True,
    }


def test_without_a_baseline(evaluation: Evaluation) -> None:
    alone = evaluate_bundle(ScriptedClassifier(SCRIPT), ROWS)
    assert alone.to_dict()["baseline"] is None
    assert all(cell.tfidf_macro_f1 is None for cell in alone.cells)
    assert [cell.metrics for cell in alone.cells] == [cell.metrics for cell in evaluation.cells]
    assert "beats TF-IDF" not in render_markdown(alone)


def test_tables_are_the_golden_ones(evaluation: Evaluation) -> None:
    assert render_markdown(evaluation) == GOLDEN.read_text(encoding="utf-8")


def test_predictions_hold_answers_but_no_text(tmp_path: Path) -> None:
    path = tmp_path / "predictions.jsonl"
    predictions = list(recorded(predict_rows(ScriptedClassifier(SCRIPT), ROWS), path))
    text = path.read_text(encoding="utf-8")
    # Probabilities are rounded in the file.
    assert [p.predicted for p in read_predictions(path)] == [p.predicted for p in predictions]
    records = [json.loads(line) for line in text.splitlines()]
    assert [record["id"] for record in records] == [item.id for item in ROWS]
    assert records[0] == {
        "id": "one/0",
        "lang": "bg",
        "source": "one",
        "gold": {"sentiment": "negative"},
        "predicted": {"sentiment": "negative", "troll": "no"},
        "probabilities": {
            "sentiment": {"negative": 0.8, "neutral": 0.1, "positive": 0.1},
            "troll": {"no": 1.0, "yes": 0.0},
        },
    }
    assert "лошо" not in text


def test_a_task_that_the_bundle_does_not_answer_is_passed_over() -> None:
    rows = [dataclasses.replace(item, labels={**item.labels, "mood": "x"}) for item in ROWS]
    assert {cell.task for cell in evaluate_bundle(ScriptedClassifier(SCRIPT), rows).cells} == {
        "sentiment",
        "troll",
    }


def test_no_rows() -> None:
    with pytest.raises(EvaluationError, match="no rows"):
        evaluate_bundle(ScriptedClassifier({}), [])


def test_no_common_task() -> None:
    with pytest.raises(EvaluationError, match=r"labelled for \['mood'\].*share no task"):
        evaluate_bundle(ScriptedClassifier({}), [row(1, "pl", "x", mood="sunny")])


def test_an_unknown_label_is_named() -> None:
    with pytest.raises(EvaluationError, match=r"row 'made/1': label 'mixed' of task 'sentiment'"):
        evaluate_bundle(ScriptedClassifier({}), [row(1, "pl", "x", sentiment="mixed")])


def test_a_baseline_of_other_rows_is_refused() -> None:
    with pytest.raises(EvaluationError, match="answered other rows"):
        evaluate_bundle(ScriptedClassifier(SCRIPT), ROWS[1:], baseline=rival())

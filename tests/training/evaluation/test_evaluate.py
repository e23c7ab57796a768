"""The evaluation of scripted answers: languages, figures, order, notes and the record."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from mentionlens import __version__
from mentionlens_training.evaluation.evaluate import (
    answers_by_cell,
    evaluate_answers,
    evaluate_bundle,
)
from mentionlens_training.evaluation.predictions import (
    EvaluationError,
    predict_rows,
    read_predictions,
    recorded,
)
from mentionlens_training.evaluation.rivals.baseline import Baseline, BaselineSettings
from mentionlens_training.evaluation.rows import fingerprint
from mentionlens_training.evaluation.schema import Evaluation, Settings, TaskResult
from scripted import ScriptedClassifier, manifest, row

# bg: 40 negative of which 30 are right, 20 positive all right; from two sources.
# xx: a language that mentionlens does not target, sorted last; pl: too few rows to be counted,
# two of them furious customers, one of whom is called a troll.
ROWS = [
    *(row(n, "bg", f"лошо {n}", source="one", sentiment="negative") for n in range(40)),
    *(row(n, "bg", f"супер {n}", source="two", sentiment="positive") for n in range(20)),
    *(row(n, "xx", f"zz {n}", source="three", troll="no" if n % 2 else "yes") for n in range(60)),
    *(
        dataclasses.replace(
            row(n, "pl", f"dno {n}", source="four", sentiment="negative", troll="no"),
            slices=("angry_genuine",),
        )
        for n in range(2)
    ),
]
SCRIPT = {
    **{
        f"лошо {n}": {"sentiment": ("negative", 0.8) if n < 30 else ("positive", 0.6)}
        for n in range(40)
    },
    **{f"супер {n}": {"sentiment": ("positive", 0.9)} for n in range(20)},
    **{f"zz {n}": {"troll": ("no" if n % 2 else "yes", 0.7)} for n in range(60)},
    **{
        f"dno {n}": {"sentiment": ("negative", 1.0), "troll": ("yes" if n else "no", 0.9)}
        for n in range(2)
    },
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


def result(evaluation: Evaluation, lang: str, task: str) -> TaskResult:
    found = evaluation.language(lang)
    assert found is not None
    of_task = found.task(task)
    assert of_task is not None
    return of_task


def test_launch_languages_come_first_and_tasks_in_the_manifests_order(evaluation) -> None:
    assert [(x.lang, [t.task for t in x.tasks]) for x in evaluation.languages] == [
        ("pl", ["sentiment", "troll"]),
        ("bg", ["sentiment"]),
        ("xx", ["troll"]),
    ]
    assert evaluation.language("bg").sources == {"one": 40, "two": 20}


def test_the_figures_of_a_language(evaluation) -> None:
    found = result(evaluation, "bg", "sentiment")
    # negative: precision 1, recall 3/4 -> 6/7; positive: precision 2/3, recall 1 -> 4/5.
    assert found.scores.macro_f1.value == pytest.approx((6 / 7 + 4 / 5) / 2, abs=1e-4)
    assert found.scores.accuracy.value == pytest.approx(50 / 60, abs=1e-4)
    # 30 rows at 0.8 all right, 10 at 0.6 all wrong, 20 at 0.9 all right.
    assert found.scores.ece.value == pytest.approx((30 * 0.2 + 10 * 0.6 + 20 * 0.1) / 60, abs=1e-4)
    by_label = {item.label: item for item in found.labels}
    assert by_label["negative"].f1.value == pytest.approx(6 / 7, abs=1e-4)
    assert by_label["positive"].precision.value == pytest.approx(2 / 3, abs=1e-4)
    assert (by_label["neutral"].rows, by_label["neutral"].f1) == (0, None)
    assert found.confusion == ((30, 0, 10), (0, 0, 0), (0, 0, 20))
    for figure in (found.scores.macro_f1, found.scores.accuracy):
        assert 0 <= figure.low < figure.value < figure.high <= 1
    # Answers of 0.8 and more are all right, and they are five sixths of the rows.
    wanted = {item.accuracy: item for item in found.thresholds}
    assert wanted[0.95].threshold == pytest.approx(0.8, abs=1e-3)
    assert wanted[0.95].coverage == pytest.approx(50 / 60, abs=1e-4)


def test_rivals_on_the_same_rows(evaluation) -> None:
    found = result(evaluation, "bg", "sentiment")
    # Always negative: precision 40/60, recall 1 -> 4/5; positive 0.
    assert found.majority.value == pytest.approx(0.4)
    assert found.tfidf.value == pytest.approx(0.4)
    assert found.tfidf.ours == found.scores.macro_f1.value


def test_sources_are_measured_by_themselves(evaluation) -> None:
    found = result(evaluation, "bg", "sentiment")
    assert [(item.source, item.scores.rows) for item in found.sources] == [("one", 40), ("two", 20)]
    assert found.sources[0].scores.accuracy.value == pytest.approx(0.75)


def test_small_cells_and_single_labels_are_not_counted(evaluation) -> None:
    assert result(evaluation, "bg", "sentiment").counted
    assert not result(evaluation, "pl", "sentiment").counted
    notes = " ".join(result(evaluation, "pl", "sentiment").notes)
    assert "Every row is labelled negative" in notes
    assert "Fewer than 50 rows" in notes
    assert "No row is labelled neutral: macro-F1 is the mean over the 2 labels that occur" in (
        " ".join(result(evaluation, "bg", "sentiment").notes)
    )


def test_a_task_that_no_row_answers_and_a_language_that_is_not_claimed_are_named(
    evaluation,
) -> None:
    assert any("No row is labelled for troll" in x for x in evaluation.language("bg").notes)
    assert any("does not claim" in note for note in evaluation.language("xx").notes)


def test_a_claimed_language_without_rows_has_a_note_and_no_figures() -> None:
    alone = evaluate_bundle(ScriptedClassifier(SCRIPT), [x for x in ROWS if x.lang != "pl"])
    found = alone.language("pl")
    assert (found.rows, found.tasks) == (0, ())
    assert "nothing is measured" in found.notes[0]


def test_furious_customers_who_are_called_trolls_are_a_figure_of_their_own(evaluation) -> None:
    (alarms,) = result(evaluation, "pl", "troll").false_alarms
    assert (alarms.slice, alarms.label, alarms.rows, alarms.alarms) == (
        "angry_genuine",
        "yes",
        2,
        1,
    )
    assert alarms.share.low < 0.5 < alarms.share.high
    assert result(evaluation, "xx", "troll").false_alarms == ()


def test_mistakes_carry_their_texts_and_the_surest_come_first(evaluation) -> None:
    found = result(evaluation, "bg", "sentiment")
    assert len(found.confident_mistakes) == 10
    first = found.confident_mistakes[0]
    assert (first.gold, first.predicted, first.score) == ("negative", "positive", 0.6)
    assert first.text.startswith("лошо")
    (kind,) = found.typical_mistakes
    assert (kind.gold, kind.predicted, kind.rows, kind.share) == ("negative", "positive", 10, 1.0)


def test_the_record_is_typed_rounded_json(evaluation) -> None:
    text = evaluation.model_dump_json()
    assert Evaluation.model_validate_json(text) == evaluation
    record = json.loads(text)
    assert record["schema_version"] == 2
    assert record["tool_version"] == __version__
    assert record["data"]["fingerprint"] == fingerprint(ROWS)
    assert record["baseline"] == {"training_rows": 7, "fingerprint": "f" * 64}
    assert record["languages"][1]["tasks"][0]["scores"]["macro_f1"]["value"] == 0.8286


def test_without_a_baseline_and_without_intervals(evaluation) -> None:
    alone = evaluate_bundle(ScriptedClassifier(SCRIPT), ROWS, settings=Settings(resamples=0))
    assert alone.baseline is None
    found = result(alone, "bg", "sentiment")
    assert found.tfidf is None
    assert found.scores.macro_f1.low is None
    assert (
        found.scores.macro_f1.value == result(evaluation, "bg", "sentiment").scores.macro_f1.value
    )


def test_another_language_changes_no_interval(evaluation) -> None:
    alone = evaluate_bundle(ScriptedClassifier(SCRIPT), [x for x in ROWS if x.lang == "bg"])
    assert result(alone, "bg", "sentiment").scores == result(evaluation, "bg", "sentiment").scores


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
    assert records[-1]["slices"] == ["angry_genuine"]
    assert "лошо" not in text


def test_stored_predictions_in_any_order_give_the_same(evaluation, tmp_path: Path) -> None:
    path = tmp_path / "predictions.jsonl"
    list(recorded(predict_rows(ScriptedClassifier(SCRIPT), ROWS), path))
    stored = reversed(list(read_predictions(path)))
    cells = answers_by_cell(manifest(), ROWS, stored)
    again = evaluate_answers(manifest(), ROWS, cells, baseline=rival())
    assert again == evaluation


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("{", "line 2: no prediction"),
        ("[]", "line 2: no prediction"),
        ('{"id": "x"}', "field 'lang' is missing"),
        (
            '{"id": "x", "lang": "pl", "source": "s", "gold": {}, "predicted": {}, '
            '"probabilities": {}, "slices": 5}',
            "line 2: no prediction: field 'slices'",
        ),
    ],
)
def test_a_damaged_file_of_predictions_is_named_with_its_line(line, what, tmp_path) -> None:
    path = tmp_path / "predictions.jsonl"
    list(recorded(predict_rows(ScriptedClassifier(SCRIPT), ROWS[:1]), path))
    path.write_text(path.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    with pytest.raises(EvaluationError, match=what):
        list(read_predictions(path))


def test_a_row_without_a_prediction_is_named() -> None:
    predictions = list(predict_rows(ScriptedClassifier(SCRIPT), ROWS))[1:]
    with pytest.raises(EvaluationError, match=r"1 of 122 rows have no prediction.*'one/0'"):
        answers_by_cell(manifest(), ROWS, predictions)


def test_a_task_that_the_bundle_does_not_answer_is_passed_over() -> None:
    rows = [dataclasses.replace(item, labels={**item.labels, "mood": "x"}) for item in ROWS]
    found = evaluate_bundle(ScriptedClassifier(SCRIPT), rows)
    assert {t.task for x in found.languages for t in x.tasks} == {"sentiment", "troll"}


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

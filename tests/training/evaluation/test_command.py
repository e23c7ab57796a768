"""The whole command, on a tiny real bundle."""

from __future__ import annotations

import itertools
import shutil
from pathlib import Path

import pytest
from mentionlens import MentionClassifier
from mentionlens_data.preparation.writing import write_prepared
from mentionlens_data.schema import LabelledMention
from mentionlens_training.evaluation.command import run_evaluate
from mentionlens_training.evaluation.measures.mistakes import without_texts
from mentionlens_training.evaluation.reading import read_evaluation
from scripted import row

BUNDLE = Path(__file__).parents[2] / "inference" / "tiny-bundle"
NUMBERS = itertools.count()


def rows(split: str, count: int) -> list[LabelledMention]:
    """Return rows whose label can be read from their words."""
    found = []
    for n in range(count):
        label, text = [
            ("negative", "fatalna paczka"),
            ("positive", "super livrare"),
            ("neutral", "кога?"),
        ][n % 3]
        lang = "pl" if n % 2 else "ro"
        number = next(NUMBERS)
        found.append(row(number, lang, f"{text} {n}", split=split, sentiment=label))
    return found


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data") / "prepared"
    parts = {
        "train": rows("train", 60),
        "validation": rows("validation", 12),
        "test": rows("test", 120),
    }
    write_prepared(folder, parts, [], removed=[], policy="open", seed=1)
    return folder


def test_it_writes_the_record_the_tables_and_the_predictions(
    prepared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "deep" / "out"
    arguments = [str(BUNDLE), "--data", str(prepared), "-o", str(out)]
    assert run_evaluate([*arguments, "--baseline-train", str(prepared)]) == 0

    evaluation = read_evaluation(out)
    manifest = MentionClassifier(BUNDLE).manifest
    assert evaluation.bundle.graph_sha256 == manifest.graph.sha256
    assert evaluation.bundle.size_bytes == sum(x.stat().st_size for x in BUNDLE.iterdir())
    assert evaluation.data.split == "test"
    measured = [found for found in evaluation.languages if found.rows]
    assert [(x.lang, x.rows, [t.task for t in x.tasks]) for x in measured] == [
        ("pl", 60, ["sentiment"]),
        ("ro", 60, ["sentiment"]),
    ]
    # Words that give the label away: the rival learns them; the tiny bundle has learned nothing.
    for found in measured:
        (result,) = found.tasks
        assert result.tfidf.value > 0.95 > result.scores.macro_f1.value
        assert result.scores.macro_f1.low < result.scores.macro_f1.high
        assert "upper_case" in {item.augmentation for item in found.robustness}
    assert evaluation.baseline.training_rows == 60
    assert evaluation.speed.mentions == 120

    lines = (out / "predictions.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 120
    table = (out / "evaluation.md").read_text(encoding="utf-8")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert table in captured.err
    for name in ("index.html", "pl.html", "ro.html", "pl.md"):
        assert (out / name).is_file()
    assert "fatalna paczka" in (out / "pl.html").read_text(encoding="utf-8")


def test_a_second_run_gives_the_same_without_fitting(
    prepared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--bundle", str(BUNDLE), "--data", str(prepared), "-o", str(tmp_path)]
    # Times are never the same twice.
    arguments += ["--baseline-train", str(prepared), "--no-speed"]
    assert run_evaluate(arguments) == 0
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    capsys.readouterr()
    assert run_evaluate(arguments) == 0
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert "answers taken from" in capsys.readouterr().err


def test_the_baseline_learns_from_the_named_rows_only(prepared: Path, tmp_path: Path) -> None:
    ids = tmp_path / "training_ids.txt"
    ids.write_text("".join(f"made/{n}\n" for n in range(30)), encoding="utf-8")
    arguments = [str(BUNDLE), "--data", str(prepared), "-o", str(tmp_path / "out")]
    arguments += ["--baseline-train", str(prepared), "--training-ids", str(ids)]
    assert run_evaluate(arguments) == 0
    assert read_evaluation(tmp_path / "out").baseline.training_rows == 30


def test_a_labelled_file_without_a_baseline(tmp_path: Path) -> None:
    data = tmp_path / "mine.csv"
    data.write_text("text,lang,troll\nПратката?,bg,no\nХаха клоуни,bg,yes\n", encoding="utf-8")
    assert run_evaluate([str(BUNDLE), "--data", str(data), "-o", str(tmp_path / "out")]) == 0
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"evaluation.json", "evaluation.md", "predictions.jsonl", "bg.html"} <= names
    assert "baseline.json" not in names
    assert read_evaluation(tmp_path / "out").data.split is None


def test_work_that_fails_is_one_line_and_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "out")
    assert run_evaluate([str(BUNDLE), "--data", str(tmp_path / "absent"), "-o", out]) == 1
    message = capsys.readouterr().err
    assert message.startswith("mentionlens evaluate: ")
    assert "absent" in message
    assert message.count("\n") == 1


def test_a_damaged_bundle_is_1(
    prepared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(BUNDLE, broken)
    (broken / "model.onnx").write_bytes(b"\x00" * 64)
    out = str(tmp_path / "out")
    assert run_evaluate([str(broken), "--data", str(prepared), "-o", out]) == 1
    assert "model.onnx" in capsys.readouterr().err


@pytest.mark.parametrize(
    "wrong",
    [
        ["--data", "x"],
        ["-o", "x"],
        ["--data", "x", "-o", "y", "--split", "exam"],
        ["--data", "x", "-o", "y", "--batch-size", "0"],
        ["--data", "x", "-o", "y", "--training-ids", "z"],
        ["a", "--bundle", "b", "--data", "x", "-o", "y"],
        ["--data", "x", "-o", "y", "--resamples", "-1"],
    ],
)
def test_a_wrong_call_is_2(wrong: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        run_evaluate(wrong)
    assert caught.value.code == 2


def test_the_record_goes_into_the_bundle_without_texts_and_into_its_card(
    prepared: Path, tmp_path: Path
) -> None:
    bundle = Path(shutil.copytree(BUNDLE, tmp_path / "bundle"))
    arguments = [str(bundle), "--data", str(prepared), "-o", str(tmp_path / "out"), "--record"]
    assert run_evaluate(arguments) == 0
    assert read_evaluation(bundle) == without_texts(read_evaluation(tmp_path / "out"))
    assert "fatalna paczka" in (tmp_path / "out" / "evaluation.json").read_text(encoding="utf-8")
    assert "fatalna paczka" not in (bundle / "evaluation.json").read_text(encoding="utf-8")
    assert "sentiment" in (bundle / "README.md").read_text(encoding="utf-8")
    assert MentionClassifier(bundle).predict("ok").sentiment.label


def test_the_report_can_be_had_without_texts(prepared: Path, tmp_path: Path) -> None:
    arguments = [str(BUNDLE), "--data", str(prepared), "-o", str(tmp_path), "--no-texts"]
    assert run_evaluate([*arguments, "--no-speed", "--robustness-rows", "0"]) == 0
    for path in tmp_path.iterdir():
        assert "paczka" not in path.read_text(encoding="utf-8"), path.name
    evaluation = read_evaluation(tmp_path)
    assert evaluation.speed is None
    assert all(found.robustness == () for found in evaluation.languages)


def test_stored_predictions_are_measured_without_the_model(prepared: Path, tmp_path: Path) -> None:
    arguments = [str(BUNDLE), "--data", str(prepared), "--no-speed", "--robustness-rows", "0"]
    first, second = tmp_path / "first", tmp_path / "second"
    assert run_evaluate([*arguments, "-o", str(first)]) == 0
    stored = ["--predictions", str(first / "predictions.jsonl")]
    assert run_evaluate([*arguments, "-o", str(second), *stored]) == 0
    assert read_evaluation(second) == read_evaluation(first)


def test_a_reference_shows_what_the_precision_costs(prepared: Path, tmp_path: Path) -> None:
    arguments = [str(BUNDLE), "--data", str(prepared), "-o", str(tmp_path), "--no-speed"]
    assert run_evaluate([*arguments, "--reference", str(BUNDLE), "--robustness-rows", "0"]) == 0
    precision = read_evaluation(tmp_path).precision
    assert precision.measured_by == "evaluation"
    assert precision.agreement == {"sentiment": 1.0}
    assert {(cell.lang, cell.task) for cell in precision.cells} == {
        ("pl", "sentiment"),
        ("ro", "sentiment"),
    }

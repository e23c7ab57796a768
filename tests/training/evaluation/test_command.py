"""The whole command, on a tiny real bundle."""

from __future__ import annotations

import itertools
import json
import shutil
from pathlib import Path

import pytest
from mentionlens import MentionClassifier
from mentionlens_data.preparation.writing import write_prepared
from mentionlens_data.schema import LabelledMention
from mentionlens_training.evaluation.command import run_evaluate
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

    record = json.loads((out / "evaluation.json").read_text(encoding="utf-8"))
    manifest = MentionClassifier(BUNDLE).manifest
    assert record["bundle"]["graph_sha256"] == manifest.graph.sha256
    assert [(c["task"], c["lang"], c["rows"]) for c in record["cells"]] == [
        ("sentiment", "pl", 60),
        ("sentiment", "ro", 60),
    ]
    # Words that give the label away: the rival learns them; the tiny bundle has learned nothing.
    assert all(c["tfidf_macro_f1"] > 0.95 > c["macro_f1"] for c in record["cells"])
    assert record["summary"]["cells_with_tfidf"] == 2
    assert record["summary"]["beats_tfidf"] == 0
    assert record["baseline"]["training_rows"] == 60

    lines = (out / "predictions.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 120
    table = (out / "evaluation.md").read_text(encoding="utf-8")
    assert "beats TF-IDF in 0 of 2 cells" in table
    captured = capsys.readouterr()
    assert captured.out == ""
    assert table in captured.err


def test_a_second_run_gives_the_same_without_fitting(
    prepared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--bundle", str(BUNDLE), "--data", str(prepared), "-o", str(tmp_path)]
    arguments += ["--baseline-train", str(prepared)]
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
    record = json.loads((tmp_path / "out" / "evaluation.json").read_text(encoding="utf-8"))
    assert record["baseline"]["training_rows"] == 30


def test_a_labelled_file_without_a_baseline(tmp_path: Path) -> None:
    data = tmp_path / "mine.csv"
    data.write_text("text,lang,troll\nПратката?,bg,no\nХаха клоуни,bg,yes\n", encoding="utf-8")
    assert run_evaluate([str(BUNDLE), "--data", str(data), "-o", str(tmp_path / "out")]) == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "evaluation.json",
        "evaluation.md",
        "predictions.jsonl",
    ]


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
    ],
)
def test_a_wrong_call_is_2(wrong: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        run_evaluate(wrong)
    assert caught.value.code == 2


def test_the_record_goes_into_the_bundle_and_its_card(prepared: Path, tmp_path: Path) -> None:
    bundle = Path(shutil.copytree(BUNDLE, tmp_path / "bundle"))
    arguments = [str(bundle), "--data", str(prepared), "-o", str(tmp_path / "out"), "--record"]
    assert run_evaluate(arguments) == 0
    inside = (bundle / "evaluation.json").read_bytes()
    assert json.loads(inside) == json.loads((tmp_path / "out" / "evaluation.json").read_bytes())
    card = (bundle / "README.md").read_text(encoding="utf-8")
    assert "| sentiment | pl | 60 |" in card
    assert MentionClassifier(bundle).predict("ok").sentiment.label

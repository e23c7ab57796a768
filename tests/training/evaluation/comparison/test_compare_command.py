"""The whole command: folders of evaluations, files of predictions, bundles; exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from mentionlens_training.evaluation.comparison.command import run_compare
from mentionlens_training.evaluation.comparison.schema import Comparison
from versions import random_rows, sentiment, write

TINY = Path(__file__).parents[3] / "inference" / "tiny-bundle"
TEXTS = {
    "negative": "fatalna paczka, przyszła rozbita",
    "positive": "super livrare, mulțumesc",
    "neutral": "кога отваряте в неделя?",
}


@pytest.fixture
def versions(tmp_path: Path) -> list[str]:
    """Two files of predictions: a good old version and a poor new one."""
    old = write(tmp_path / "old" / "predictions.jsonl", random_rows(1, 300, 0.8))
    new = write(tmp_path / "new" / "predictions.jsonl", random_rows(2, 300, 0.3))
    return [str(old.parent), str(new)]


def test_it_writes_what_it_found_and_prints_a_table(
    versions: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "deep" / "out"
    assert run_compare([*versions, "-o", str(out), "--resamples", "200"]) == 0
    assert sorted(path.name for path in out.iterdir()) == [
        "changed.jsonl", "comparison.html", "comparison.json", "comparison.md",
    ]  # fmt: skip
    record = (out / "comparison.json").read_text(encoding="utf-8")
    found = Comparison.model_validate_json(record)
    assert found.rows.common == 300
    assert found.languages == ("ro", "bg")
    changed = (out / "changed.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(changed) == sum(cell.changed for cell in found.cells) > len(found.changed)
    printed = capsys.readouterr().out
    assert printed == (out / "comparison.md").read_text(encoding="utf-8")
    assert "| Romanian (ro) |" in printed
    assert "B is worse than A on average" in printed


def test_json_on_standard_output_is_the_file(
    versions: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_compare([*versions, "--format", "json", "-o", str(tmp_path / "out")]) == 0
    printed = capsys.readouterr().out
    assert printed == (tmp_path / "out" / "comparison.json").read_text(encoding="utf-8")
    assert json.loads(printed)["schema_version"] == 2


def test_the_gate_sets_the_exit_code_and_says_why(
    versions: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_compare(versions) == 0
    assert run_compare([*versions, "--no-worse-than", "1.0"]) == 1
    errors = capsys.readouterr().err.splitlines()
    assert errors[0].startswith("mentionlens compare: fails: the mean over all counted cells loses")
    assert any("ro sentiment loses" in line for line in errors)
    assert run_compare([*versions, "--no-worse-than", "100", "--strict"]) == 0
    assert run_compare([*versions[::-1], "--no-worse-than", "0"]) == 0


@pytest.mark.parametrize(
    "options",
    [
        ["--no-worse-than", "-1"],
        ["--no-worse-than", "101"],
        ["--no-worse-than", "nan"],
        ["--no-worse-than", "much"],
        ["--strict"],
        ["--resamples", "99"],
        ["--seed", "-1"],
        ["--format", "html"],
    ],
)
def test_a_wrong_call_ends_with_2(versions: list[str], options: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run_compare([*versions, *options])
    assert ended.value.code == 2


def test_what_is_no_version_is_named(
    versions: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    damaged = tmp_path / "damaged.jsonl"
    damaged.write_text('{"id": "made/1"}\n', encoding="utf-8")
    for given, message in (
        (empty, "holds no predictions.jsonl and no manifest.json"),
        (tmp_path / "nowhere", "nowhere"),
        (damaged, "damaged.jsonl, line 1: no prediction: field 'lang'"),
    ):
        assert run_compare([versions[0], str(given)]) == 1
        found = capsys.readouterr()
        assert found.out == ""
        assert message in found.err
        assert "Traceback" not in found.err


def labelled(path: Path) -> Path:
    """Write rows that the tiny bundle can answer."""
    rows = [
        {"text": f"{text} {n}", "lang": lang, "sentiment": label}
        for n in range(20)
        for lang in ("pl", "ro")
        for label, text in TEXTS.items()
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_bundles_answer_the_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = str(labelled(tmp_path / "rows.jsonl"))
    call = [str(TINY), str(TINY), "--data", data, "--format", "json", "--no-worse-than", "0"]
    assert run_compare(call) == 0
    found = Comparison.model_validate_json(capsys.readouterr().out)
    assert found.rows.common == 120
    assert found.a.kind == found.b.kind == "bundle"
    assert "A and B are the same graph." in found.notes
    assert {cell.lang: cell.rows for cell in found.cells} == {"pl": 60, "ro": 60}
    assert found.changed == ()


def test_a_bundle_without_rows_is_a_wrong_call(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run_compare([str(TINY), str(TINY)])
    assert ended.value.code == 2
    assert "--data names the rows" in capsys.readouterr().err


def test_texts_come_from_the_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from mentionlens_data.preparation.writing import write_prepared
    from mentionlens_data.schema import LabelledMention

    old = write(tmp_path / "old.jsonl", sentiment("-+" * 30, "-+" * 30))
    new = write(tmp_path / "new.jsonl", sentiment("-+" * 30, "++" * 30))
    rows = [
        LabelledMention(f"made/ro-{n}", f"Mesajul {n}", "ro", "made", "test", f"made/{n}",
                        {"sentiment": "-+"[n % 2]})
        for n in range(60)
    ]  # fmt: skip
    parts = {"train": [], "validation": [], "test": rows}
    write_prepared(tmp_path / "set", parts, [], removed=[], policy="open", seed=1)
    call = [str(old), str(new), "--data", str(tmp_path / "set"), "--format", "json"]
    assert run_compare(call) == 0
    found = Comparison.model_validate_json(capsys.readouterr().out)
    assert {item.text for item in found.changed} == {f"Mesajul {n}" for n in range(0, 60, 2)}


def test_predictions_are_compared_without_torch_or_scikit_learn(versions: list[str]) -> None:
    code = (
        "import sys; from mentionlens_training.evaluation.comparison.command import run_compare\n"
        f"code = run_compare({versions!r})\n"
        "assert not {'torch', 'transformers', 'sklearn'} & set(sys.modules)\n"
        "sys.exit(code)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="peak memory as Linux tells it")
def test_a_hundred_thousand_rows_take_less_than_a_minute_and_little_memory(tmp_path: Path) -> None:
    old = write(tmp_path / "old.jsonl", random_rows(1, 100_000, 0.7))
    new = write(tmp_path / "new.jsonl", random_rows(2, 100_000, 0.7))
    call = [str(old), str(new), "-o", str(tmp_path / "out")]
    code = (
        "import sys, time\n"
        "from mentionlens_training.evaluation.comparison.command import run_compare\n"
        f"assert run_compare({call!r}) == 0\n"
        # Not getrusage: its peak is that of the process that started this one, if that is higher.
        "peak = open('/proc/self/status').read().partition('VmHWM:')[2].split()[0]\n"
        "print(time.process_time(), int(peak) / 1024, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    seconds, megabytes = map(float, done.stderr.splitlines()[-1].split())
    assert seconds < 60
    assert megabytes < 600

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from mentionlens_data.cli import main
from mentionlens_data.prepared import open_prepared
from small_corpora import row, write


def cbd(folder: Path) -> Path:
    rows = [
        row(
            str(i),
            f"tweet {chr(97 + i % 26) * 3} {chr(97 + i // 26) * 2} tu",
            lang="pl",
            label="hate-speech" if i % 5 == 0 else "non-harmful",
            split="train",
        )
        for i in range(200)
    ]
    write(folder, "pl-cbd-poleval2019", rows)
    return folder


def test_prepare_writes_a_set(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["prepare", "--corpora", str(cbd(tmp_path / "c")), "-o", str(tmp_path / "out")]
    assert main([*arguments, "--seed", "5", "--corpus", "pl-cbd-poleval2019"]) == 0
    shown = capsys.readouterr()
    assert shown.out == f"{tmp_path / 'out'}\n"
    assert "200 rows read" in shown.err
    assert open_prepared(tmp_path / "out").manifest["seed"] == 5


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ([], 2, "required"),
        (["card", "no-such"], 2, "no corpus 'no-such'"),
        (["prepare", "-o", "x"], 2, "--corpora"),
        (["prepare", "--corpora", "nowhere", "-o", "x"], 1, "'umsab': Get it from https://"),
        (["prepare", "--corpora", "x", "-o", "x", "--corpus", "y"], 2, "no corpora ['y']"),
    ],
)
def test_failures_say_why(
    arguments: list[str], code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == code
    shown = capsys.readouterr()
    assert shown.out == ""
    assert message in shown.err


def test_the_package_leaves_heavy_libraries_alone() -> None:
    code = (
        "import sys, mentionlens_data.cli\n"
        "heavy = {'torch', 'transformers', 'pandas', 'sklearn', 'datasets'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_reader_that_has_seen_enough_is_no_failure() -> None:
    command = [sys.executable, "-c", "from mentionlens.cli import main; raise SystemExit(main())"]
    for arguments in (["data", "list", "--format", "jsonl"], ["data", "card", "umsab"]):
        with subprocess.Popen(
            [*command, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.close()
            assert process.stderr.read() == b""
            assert process.wait() == 0

"""A run that is stopped, by whatever, goes on and leaves exactly one row for each input row."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from mentionlens_data.scoring.command import main
from tiny_bundle import COMMITTED

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and limits of Unix")

ROWS = 240
CHUNK = 3


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "in.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for i in range(ROWS):
            text = None if i % 50 == 7 else f"paczka {i} не livrarea" * (i % 9)
            file.write(json.dumps({"n": i, "text": text}) + "\n")
    return path


def command(source: Path, output: Path, *more: str) -> list[str]:
    call = [sys.executable, "-m", "mentionlens", "score", str(source), "-o", str(output)]
    return [*call, "--bundle", str(COMMITTED), "--chunk", str(CHUNK), *more]


def score(source: Path, output: Path, *more: str) -> int:
    return main(command(source, output, *more)[4:])


def start(arguments: Sequence[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def stop_midway(process: subprocess.Popen[str], journal: Path, rows: int, how: int) -> None:
    """Send a signal once the journal speaks of so many rows; a finished process is left alone."""
    while process.poll() is None:
        try:
            if json.loads(journal.read_text(encoding="utf-8"))["rows"] >= rows:
                process.send_signal(how)
                break
        except FileNotFoundError:
            pass
        time.sleep(0.001)
    process.wait()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["out.csv", "out.jsonl.gz", "out.parquet"])
def test_kills_at_random_moments_lose_and_double_nothing(
    source: Path, tmp_path: Path, name: str
) -> None:
    if name.endswith("parquet"):
        pytest.importorskip("pyarrow")
    whole, output = tmp_path / f"whole-{name}", tmp_path / name
    assert score(source, whole) == 0
    generator = random.Random(name)
    journal = tmp_path / f"{name}.journal"
    rows = kills = 0
    while not output.exists():
        rows += generator.randrange(1, ROWS // 3)
        process = start(command(source, output, "--resume"))
        # A moment more or less, so that the signal falls anywhere within a chunk.
        stop_midway(process, journal, rows, signal.SIGKILL)
        kills += process.returncode == -signal.SIGKILL
        assert not output.exists() or kills
    assert kills >= 2
    assert score(source, output, "--resume") == 0
    assert output.read_bytes() == whole.read_bytes()
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {source.name, whole.name, output.name}


def test_an_interrupt_says_how_to_go_on(source: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.csv"
    process = start(command(source, output, "--chunk", "1"))
    stop_midway(process, tmp_path / "out.csv.journal", 5, signal.SIGINT)
    assert process.returncode == 130
    assert process.stderr is not None
    said = process.stderr.read()
    assert "--resume goes on" in said
    assert "Traceback" not in said
    assert score(source, output, "--resume") == 0
    assert len(output.read_text(encoding="utf-8").splitlines()) == ROWS + 1


def test_a_full_disk_keeps_what_is_scored(source: Path, tmp_path: Path) -> None:
    whole, output = tmp_path / "whole.csv", tmp_path / "out.csv"
    assert score(source, whole) == 0
    # Writing beyond the limit fails as writing to a full disk does.
    limit = "import os, resource, sys; most = int(sys.argv[1]); "
    limit += "resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)); "
    limit += "os.execv(sys.argv[2], sys.argv[2:])"
    most = str(whole.stat().st_size // 2)
    process = start([sys.executable, "-c", limit, most, *command(source, output)])
    _, said = process.communicate()
    assert process.returncode == 1
    assert "run again with --resume" in said
    assert "Traceback" not in said
    assert json.loads((tmp_path / "out.csv.journal").read_text(encoding="utf-8"))["rows"] > 0
    assert score(source, output, "--resume") == 0
    assert output.read_bytes() == whole.read_bytes()


def test_what_was_left_is_neither_mixed_nor_lost(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "out.csv"
    process = start(command(source, output))
    stop_midway(process, tmp_path / "out.csv.journal", 9, signal.SIGKILL)

    assert score(source, output) == 1
    assert "an earlier run is not finished; --resume goes on" in capsys.readouterr().err
    assert score(source, output, "--resume", "--prefix", "x_") == 1
    assert "it had other options" in capsys.readouterr().err
    content = source.read_bytes()
    source.write_bytes(content.replace(b"paczka 1 ", b"paczka 2 "))
    assert score(source, output, "--resume") == 1
    assert "the input has changed" in capsys.readouterr().err
    source.write_bytes(content)
    (tmp_path / "out.csv.partial").write_bytes(b"")
    assert score(source, output, "--resume") == 1
    assert "the journal says" in capsys.readouterr().err
    (tmp_path / "out.csv.journal").write_text("{", encoding="utf-8")
    assert score(source, output, "--resume") == 1
    assert "no journal of a run to go on from" in capsys.readouterr().err
    assert score(source, output, "--overwrite") == 0
    assert score(source, output, "--resume") == 0
    assert "is complete" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["out.csv", "out.parquet"])
def test_an_end_before_all_is_tidied_up_is_an_end(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    if name.endswith("parquet"):
        pytest.importorskip("pyarrow")
    output, journal = tmp_path / name, tmp_path / f"{name}.journal"
    process = start(command(source, output))
    stop_midway(process, journal, 9, signal.SIGKILL)
    left = journal.read_bytes()
    assert score(source, output, "--resume") == 0
    content = output.read_bytes()
    if name.endswith("csv"):
        journal.write_bytes(left)
    else:
        (tmp_path / "out.parquet.partial").mkdir()
    assert score(source, output, "--resume") == 0
    assert "is complete" in capsys.readouterr().err
    assert output.read_bytes() == content
    assert {path.name for path in tmp_path.iterdir()} == {source.name, name}


def test_what_is_to_be_replaced_stays_until_there_is_something_to_replace_it_with(
    source: Path, tmp_path: Path
) -> None:
    output = tmp_path / "out.csv"
    output.write_text("precious", encoding="utf-8")
    assert score(source, output, "--overwrite", "--text-column", "body") == 1
    assert output.read_text(encoding="utf-8") == "precious"
    assert score(source, output, "--overwrite") == 0
    assert output.read_text(encoding="utf-8").startswith("n,text,")

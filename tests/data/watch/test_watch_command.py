"""`mentionlens watch`: files and streams in, alerts out, restarts, exit codes."""

from __future__ import annotations

import csv
import gzip
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from mentionlens.scored_mention import ScoredMention
from mentionlens_data.watch.command import main
from watched_mentions import START, burst, row, together, usual, write_rows

MORNING = 22 * 24 + 10
CALL = [
    sys.executable,
    "-c",
    "import sys; from mentionlens_data.watch.command import main; sys.exit(main(sys.argv[1:]))",
]


@pytest.fixture(scope="module")
def history() -> list[ScoredMention]:
    return together(usual(24), burst(MORNING, 40))


@pytest.fixture(scope="module")
def expected(history: list[ScoredMention], tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    folder = tmp_path_factory.mktemp("expected")
    source = write_rows(folder / "scored.jsonl", history)
    assert main([str(source), "-o", str(folder / "alerts.jsonl")]) == 0
    return lines_of(folder / "alerts.jsonl")


def lines_of(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def flat(one: ScoredMention) -> dict[str, str]:
    found = {
        "id": one.id,
        "text": one.text,
        "lang": one.lang or "",
        "company": one.brand,
        "user": one.author or "",
        "when": one.time.isoformat() if one.time else "",
    }
    for task, label in one.labels.items():
        found |= {task: label, f"{task}_score": "0.9"}
    return {**found, "flags": ""}


def write_csv(path: Path, mentions: Sequence[ScoredMention], delimiter: str) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(flat(mentions[0])), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(map(flat, mentions))
    return path


class Collector:
    """Takes alerts over HTTP, and keeps their keys."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                collector.keys.append(self.headers["Idempotency-Key"])
                self.send_response(204)
                self.end_headers()

            def log_message(self, *arguments: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/alerts"

    def __enter__(self) -> Collector:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def test_a_history_gives_its_alerts_as_json_lines(expected: list[Any]) -> None:
    start = (START + timedelta(hours=MORNING)).isoformat()
    (alert,) = (a for a in expected if a["event"] == "opened" and a["at"] > start)
    assert alert["brand"] == "Zipolot"
    assert alert["measure"] == "complaint:delivery"
    assert alert["strength"]["p_value"] < 1e-4
    assert 1 <= len(alert["examples"]) <= 5


@pytest.mark.parametrize("ending", ["csv", "tsv", "parquet", "jsonl.gz"])
def test_every_format_gives_the_same_alerts(
    tmp_path: Path, history: list[ScoredMention], expected: list[Any], ending: str
) -> None:
    source = tmp_path / f"scored.{ending}"
    if ending == "jsonl.gz":
        plain = write_rows(tmp_path / "plain", history)
        source.write_bytes(gzip.compress(plain.read_bytes()))
    elif ending == "parquet":
        pyarrow = pytest.importorskip("pyarrow")
        from pyarrow import parquet

        table = pyarrow.Table.from_pylist([{**flat(one), "when": one.time} for one in history])
        parquet.write_table(table, source)
    else:
        write_csv(source, history, "\t" if ending == "tsv" else ",")
    column = [] if ending == "jsonl.gz" else ["--column", "time=when"]
    assert main([str(source), "-o", str(tmp_path / "alerts.jsonl"), *column]) == 0
    found = lines_of(tmp_path / "alerts.jsonl")
    assert [a["key"] for a in found] == [a["key"] for a in expected]
    assert [a["strength"] for a in found] == [a["strength"] for a in expected]


def test_a_stream_is_told_while_it_is_still_being_sent(history: list[ScoredMention]) -> None:
    process = subprocess.Popen([*CALL, "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin and process.stdout
    data = "".join(json.dumps(row(one)) + "\n" for one in history)
    process.stdin.write(data.encode())
    process.stdin.flush()
    first = json.loads(process.stdout.readline())  # standard input is still open
    assert first["event"] == "opened"
    process.stdin.close()
    assert process.wait(300) == 0
    process.stdout.close()


def test_an_alert_is_exit_code_3_where_that_is_asked_for(
    tmp_path: Path, history: list[ScoredMention]
) -> None:
    source = write_rows(tmp_path / "scored.jsonl", history)
    calm = write_rows(tmp_path / "calm.jsonl", history[:100])
    out = ["-o", str(tmp_path / "a.jsonl"), "--overwrite"]
    assert main([str(source), *out]) == 0
    assert main([str(source), *out, "--fail-on-alert"]) == 3
    assert main([str(calm), *out, "--fail-on-alert"]) == 0


def test_texts_are_left_out_where_that_is_asked_for(
    tmp_path: Path, history: list[ScoredMention], expected: list[Any]
) -> None:
    source = write_rows(tmp_path / "scored.jsonl", history)
    assert main([str(source), "-o", str(tmp_path / "a.jsonl"), "--no-text"]) == 0
    found = lines_of(tmp_path / "a.jsonl")
    assert [a["key"] for a in found] == [a["key"] for a in expected]
    assert all(example["text"] is None for a in found for example in a["examples"])
    assert all(a["texts"]["wave_text"] is None for a in found)


def test_a_watch_killed_anywhere_goes_on_with_no_alert_lost_and_none_twice(
    tmp_path: Path, history: list[ScoredMention]
) -> None:
    source = write_rows(tmp_path / "scored.jsonl", history)
    whole = ["--state", str(tmp_path / "whole"), "-o", str(tmp_path / "whole.jsonl")]
    assert main([str(source), *whole]) == 0
    wanted = (tmp_path / "whole.jsonl").read_bytes()
    assert wanted.count(b'"opened"') >= 1

    draw = random.Random(5)
    out = tmp_path / "alerts.jsonl"
    call = [*CALL, str(source), "--state", str(tmp_path / "state"), "-o", str(out)]
    call += ["--save-every", "0.02"]
    killed = 0
    for _ in range(5):
        before = (tmp_path / "state").stat().st_mtime_ns if (tmp_path / "state").exists() else 0
        process = subprocess.Popen(call, stderr=subprocess.DEVNULL)
        # Killed some time after it has begun to write states of its own.
        deadline = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < deadline:
            state = tmp_path / "state"
            if state.exists() and state.stat().st_mtime_ns != before:
                break
            time.sleep(0.005)
        time.sleep(draw.uniform(0, 0.3))
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
            killed += 1
        process.wait()
    assert killed >= 1
    assert subprocess.run(call, stderr=subprocess.DEVNULL, check=False).returncode == 0
    assert out.read_bytes() == wanted
    # Once more, there is nothing new.
    assert subprocess.run(call, stderr=subprocess.DEVNULL, check=False).returncode == 0
    assert out.read_bytes() == wanted


def test_a_history_in_daily_files_is_told_as_one(
    tmp_path: Path, history: list[ScoredMention]
) -> None:
    whole = write_rows(tmp_path / "scored.jsonl", history)
    state = ["--state", str(tmp_path / "one"), "-o", str(tmp_path / "one.jsonl")]
    assert main([str(whole), *state]) == 0
    parts = ["--state", str(tmp_path / "many"), "-o", str(tmp_path / "many.jsonl")]
    for number in range(0, len(history), 400):
        name = tmp_path / f"day-{number}.jsonl"
        assert main([str(write_rows(name, history[number : number + 400])), *parts]) == 0
        assert main([str(name), *parts]) == 0  # a second time changes nothing
    assert (tmp_path / "many.jsonl").read_bytes() == (tmp_path / "one.jsonl").read_bytes()


def test_a_file_that_grows_is_read_on(tmp_path: Path, history: list[ScoredMention]) -> None:
    source = tmp_path / "growing.jsonl"
    state = ["--state", str(tmp_path / "state"), "-o", str(tmp_path / "alerts.jsonl")]
    for end in (len(history) // 2, len(history)):
        write_rows(source, history[:end])
        assert main([str(source), *state]) == 0
    once = ["--state", str(tmp_path / "once"), "-o", str(tmp_path / "once.jsonl")]
    assert main([str(source), *once]) == 0
    assert (tmp_path / "alerts.jsonl").read_bytes() == (tmp_path / "once.jsonl").read_bytes()


def test_what_cannot_be_read_is_counted_and_stops_nothing(
    tmp_path: Path, history: list[ScoredMention], capsys: pytest.CaptureFixture[str]
) -> None:
    source = write_rows(tmp_path / "scored.jsonl", history[:200])
    with source.open("a", encoding="utf-8") as file:
        file.write('{"broken\n[1, 2]\n{"text": "x", "created_at": "soon", "id": "n"}\n')
    assert main([str(source), "-o", str(tmp_path / "a.jsonl")]) == 0
    told = capsys.readouterr().err
    assert "200 mentions of 1 brand" in told
    assert "2 cannot be read" in told
    assert "1 have no time" in told


def test_a_file_without_times_or_answers_says_what_is_missing(
    tmp_path: Path, history: list[ScoredMention], capsys: pytest.CaptureFixture[str]
) -> None:
    table = write_csv(tmp_path / "scored.csv", history[:9], ",")
    assert main([str(table)]) == 1
    assert "no column holds the times" in capsys.readouterr().err
    plain = tmp_path / "plain.csv"
    plain.write_text("text,time\nPaczka,2025-01-01\n", encoding="utf-8")
    assert main([str(plain)]) == 1
    assert "no column holds answers" in capsys.readouterr().err
    lines = tmp_path / "plain.jsonl"
    lines.write_text('{"text": "Paczka", "time": "2025-01-01"}\n', encoding="utf-8")
    assert main([str(lines)]) == 1
    assert "none of 1 records could be counted" in capsys.readouterr().err


def test_a_file_that_is_there_is_not_overwritten_unasked(
    tmp_path: Path, history: list[ScoredMention], capsys: pytest.CaptureFixture[str]
) -> None:
    source = write_rows(tmp_path / "scored.jsonl", history[:50])
    (tmp_path / "a.jsonl").write_text("mine")
    assert main([str(source), "-o", str(tmp_path / "a.jsonl")]) == 1
    assert "--overwrite replaces it" in capsys.readouterr().err
    assert (tmp_path / "a.jsonl").read_text() == "mine"


def test_alerts_that_no_webhook_took_are_sent_by_the_next_run(
    tmp_path: Path, history: list[ScoredMention], capsys: pytest.CaptureFixture[str]
) -> None:
    source = write_rows(tmp_path / "scored.jsonl", history)
    state = ["--state", str(tmp_path / "state"), "-o", str(tmp_path / "a.jsonl")]
    nobody = ["--webhook", "http://127.0.0.1:9/", "--patience", "0.2"]
    assert main([str(source), *state, *nobody]) == 1
    assert "they are sent with the next run" in capsys.readouterr().err
    with Collector() as collector:
        assert main([str(source), *state, "--webhook", collector.url]) == 0
    assert collector.keys == [a["key"] for a in lines_of(tmp_path / "a.jsonl")]
    assert collector.keys


def test_wrong_calls_are_exit_code_2(tmp_path: Path) -> None:
    for wrong in (["--alarms", "many"], ["--timezone", "Mars/Base"], ["--replayed"]):
        with pytest.raises(SystemExit) as stop:
            main(["scored.jsonl", *wrong])
        assert stop.value.code == 2
    assert main([str(tmp_path / "none.jsonl")]) == 1

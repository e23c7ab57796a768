"""`mentionlens score --engine ray`: what the local engine answers, on a real Ray cluster."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from mentionlens import MentionClassifier
from mentionlens_data.scoring.command import main
from mentionlens_data.scoring.errors import ScoringError
from mentionlens_data.scoring.parquet_pieces import cut, open_files, read_piece
from mentionlens_data.scoring.ray_worker import PieceScorer, WorkOrder
from mentionlens_data.scoring.scorer import ScoringOptions
from tiny_bundle import COMMITTED

MARK = "MENTIONLENS_TEST_RUN"
JOINED = uuid4().hex
needs_proc = pytest.mark.skipif(
    not Path("/proc/self/environ").exists(), reason="looks for processes in /proc"
)
TEXTS = [
    "Paczka miała być w piątek, jest środa i cisza.",
    None,
    "",
    "Mulțumesc, livrarea a fost rapidă!",
    "Приложението пак не работи 😡",
    "línea una\nlínea dos",
]


@pytest.fixture(scope="module")
def parquet() -> Any:
    pytest.importorskip("pyarrow")
    from pyarrow import parquet

    return parquet


@pytest.fixture(scope="module")
def cluster(parquet: Any) -> Iterator[Any]:
    """A cluster that the engine joins and has to leave running."""
    ray = pytest.importorskip("ray")
    pytest.importorskip("ray.data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv(MARK, JOINED)
        ray.init(address="local", num_cpus=2, include_dashboard=False, log_to_driver=False)
        yield ray
        ray.shutdown()


@pytest.fixture
def sources(parquet: Any, tmp_path: Path) -> Path:
    """A folder of files with nested columns, one without rows, one without a single note."""
    import pyarrow as pa

    folder = tmp_path / "in"
    (folder / "day=2").mkdir(parents=True)
    for name, count in (("a.parquet", 13), ("b.parquet", 0), ("day=2/c.parquet", 31)):
        texts = [TEXTS[i % len(TEXTS)] for i in range(count)]
        if count:
            texts[-1] = "не livrarea paczka " * 20_000
        table = pa.table(
            {
                "n": pa.array([f"{name} {i}" for i in range(count)]),
                "text": pa.array(texts, pa.string()),
                "lang": pa.array([("pl", "hu", None)[i % 3] for i in range(count)], pa.string()),
                "note": pa.array(["x"] * count) if name == "a.parquet" else pa.nulls(count),
                "about": pa.array(
                    [{"tags": ["a", None], "at": i} for i in range(count)],
                    pa.struct([("tags", pa.list_(pa.string())), ("at", pa.timestamp("ns"))]),
                ),
            }
        )
        parquet.write_table(table, folder / name, row_group_size=5)
    return folder


def score(*arguments: object) -> int:
    return main([*map(str, arguments), "--bundle", str(COMMITTED)])


def locally(parquet: Any, folder: Path, output: Path, *more: str) -> Any:
    """Return what the local engine makes of the files of a folder, as one table."""
    import pyarrow as pa

    assert score(folder, "-o", output, *more) == 0
    tables = [parquet.read_table(path) for path in sorted(output.rglob("*.parquet"))]
    return pa.concat_tables(tables, promote_options="default")


def check_same(found: Any, wanted: Any) -> None:
    assert found.schema.equals(wanted.schema)
    for name in wanted.column_names:
        if str(wanted.schema.field(name).type) == "double":
            assert found.column(name).to_pylist() == pytest.approx(
                wanted.column(name).to_pylist(), abs=0.02, nan_ok=True
            )
        else:
            assert found.column(name).equals(wanted.column(name)), name


def marked(mark: str) -> list[int]:
    """Return the processes that have the mark in their environment, this one excepted."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if f"{MARK}={mark}".encode() in (path / "environ").read_bytes().split(b"\0"):
                found.append(int(path.name))
        except OSError:
            continue
    return found


def actors(mark: str) -> list[int]:
    """Return those of them that hold a model, or are about to."""
    return [pid for pid in marked(mark) if b"MapWorker" in command_line(pid)]


def command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:  # it has ended
        return b""


def wait_for(condition: Callable[[], Any], seconds: float = 60) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.02)
    raise AssertionError(f"not within {seconds} s")


def start(mark: str, *arguments: object) -> subprocess.Popen[str]:
    """Start the command in a process with a mark that all it starts inherit."""
    environment = {name: x for name, x in os.environ.items() if name != "RAY_ADDRESS"}
    command = [sys.executable, "-m", "mentionlens", "score"]
    return subprocess.Popen(
        [*command, *map(str, arguments), "--engine", "ray", "--bundle", str(COMMITTED)],
        env=environment | {MARK: mark},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_answers_are_those_of_the_local_engine_in_the_same_order(
    cluster: Any,
    parquet: Any,
    sources: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    more = ["--probabilities", "--prefix", "p_", "--lang-column", "lang"]
    wanted = locally(parquet, sources, tmp_path / "local", *more)
    capfd.readouterr()
    output = tmp_path / "out"
    # More actors than the cluster has processors for: those that there are do the work.
    assert score(sources, "-o", output, "--engine", "ray", "--chunk", 4, "--actors", 3, *more) == 0
    said = capfd.readouterr()
    assert said.out == ""
    assert "44 rows" in said.err
    assert f"{wanted.column('p_sentiment').null_count} rows were not scored" in said.err
    assert cluster.is_initialized()
    assert len(list(output.iterdir())) == 4 + 8
    assert {path.name for path in tmp_path.iterdir()} == {"in", "local", "out"}
    found = parquet.read_table(output, partitioning=None)
    check_same(found, wanted)
    flags = {flag for row in found.column("p_flags").to_pylist() for flag in row.split()}
    assert {"no_text", "empty", "truncated", "unsupported_language:hu"} <= flags


def test_values_that_are_no_text_are_kept_and_flagged(
    cluster: Any, parquet: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import pyarrow as pa

    raw = pa.array([b"fine", b"\xff\xfe", b"fine too", None]).view(pa.binary())
    table = pa.table({"text": raw.view(pa.string()), "number": [1, 2, 3, 4]})
    parquet.write_table(table, tmp_path / "in.parquet")
    output = tmp_path / "out"
    output.mkdir()  # an empty folder is in nobody's way
    assert score(tmp_path / "in.parquet", "-o", output, "--engine", "ray") == 0
    found = parquet.read_table(output)
    assert found.column("text").combine_chunks().view(pa.binary()).equals(raw)
    assert [bool(label) for label in found.column("sentiment").to_pylist()] == [1, 0, 1, 0]
    assert found.column("flags").to_pylist()[1::2] == ["bad_row:undecodable", "no_text"]

    call = [tmp_path / "in.parquet", "-o", output, "--engine", "ray", "--text-column", "number"]
    assert score(*call) == 1
    assert "is there already; --overwrite replaces it" in capsys.readouterr().err
    assert score(*call, "--overwrite") == 0
    found = parquet.read_table(output)
    assert found.column("flags").to_pylist() == ["no_text"] * 4
    assert found.column("number").to_pylist() == [1, 2, 3, 4]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.parquet", "out"]


def test_a_piece_that_cannot_be_read_leaves_everything_as_it_was(
    cluster: Any, parquet: Any, sources: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "out"
    output.mkdir()
    (output / "part-00000000.parquet").write_bytes(b"precious")
    content = bytearray((sources / "a.parquet").read_bytes())
    content[4 : len(content) // 2] = bytes(len(content) // 2 - 4)
    (sources / "a.parquet").write_bytes(content)
    assert score(sources, "-o", output, "--engine", "ray", "--overwrite") == 1
    said = capsys.readouterr().err
    assert "a.parquet, rows 1 to 13: cannot be read" in said
    assert said.count("\n") == 1
    assert [path.read_bytes() for path in output.iterdir()] == [b"precious"]
    assert {path.name for path in tmp_path.iterdir()} == {"in", "out"}


@needs_proc
def test_an_interrupt_leaves_no_output_and_the_cluster_idle(
    cluster: Any, parquet: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import pyarrow as pa

    texts = [f"paczka {i} не livrarea " * (i % 40) for i in range(2_000)]
    parquet.write_table(pa.table({"text": texts}), tmp_path / "in.parquet")
    partial = tmp_path / "out.ray-partial"

    def interrupt() -> None:
        wait_for(lambda: list(partial.glob("part-*")))
        signal.raise_signal(signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    interrupted = False
    try:
        score(tmp_path / "in.parquet", "-o", tmp_path / "out", "--engine", "ray", "--chunk", 5)
    except KeyboardInterrupt:  # not `raises`, which would keep all that its traceback knows alive
        interrupted = True
    thread.join()
    assert interrupted
    assert "interrupted; nothing is written" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["in.parquet"]
    assert cluster.is_initialized()
    gc.collect()  # Ray lets an actor go with its last handle, and those are in cycles
    wait_for(lambda: not actors(JOINED))


@pytest.mark.slow
@needs_proc
def test_a_cluster_of_its_own_survives_a_killed_actor_and_is_gone_in_the_end(
    parquet: Any, tmp_path: Path
) -> None:
    pytest.importorskip("ray")
    import pyarrow as pa

    rows = 1_200
    texts = [f"paczka {i} не livrarea " * (i % 40) for i in range(rows)]
    (tmp_path / "in").mkdir()
    parquet.write_table(pa.table({"text": texts}), tmp_path / "in" / "a.parquet")
    wanted = locally(parquet, tmp_path / "in", tmp_path / "local")
    mark, output = uuid4().hex, tmp_path / "out"
    process = start(mark, tmp_path / "in", "-o", output, "--chunk", 20)
    partial = tmp_path / "out.ray-partial"
    wait_for(lambda: list(partial.glob("part-*")) or process.poll() is not None)
    assert not output.exists()
    os.kill(actors(mark)[0], signal.SIGKILL)
    out, said = process.communicate(timeout=120)
    assert process.returncode == 0, said
    assert out == ""
    assert said.splitlines()[-1].startswith(f"{tmp_path / 'in'}: {rows:,} rows")
    check_same(parquet.read_table(output), wanted)
    assert {path.name for path in tmp_path.iterdir()} == {"in", "local", "out"}
    wait_for(lambda: not marked(mark), seconds=10)


def test_files_without_rows_become_a_table_without_rows(parquet: Any, tmp_path: Path) -> None:
    pytest.importorskip("ray.data")
    import pyarrow as pa

    empty = pa.table({"text": pa.array([], pa.string()), "n": pa.array([], pa.int8())})
    for name in ("a", "b"):
        parquet.write_table(empty, tmp_path / f"{name}.parquet")
    pattern = tmp_path / "*.parquet"
    assert score(pattern, "-o", tmp_path / "deep" / "out", "--engine", "ray") == 0
    found = parquet.read_table(tmp_path / "deep" / "out")
    assert (found.num_rows, found.select(["text", "n"]).equals(empty)) == (0, True)
    assert found.column_names[-2:] == ["complaint_score", "flags"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["in.parquet", "notes.csv", "-o", "out"], "reads Parquet only; --engine local"),
        (["no.parquet", "-o", "out"], "no such file or folder"),
        (["broken.parquet", "-o", "out"], "no Parquet file"),
        (["in.parquet", "in.parquet", "-o", "out"], "is named twice"),
        (["in.parquet", "other.parquet", "-o", "out"], "those of"),
        (["in.parquet", "typed.parquet", "-o", "out"], "another type than in the files before"),
        (["labelled.parquet", "-o", "out"], "a column 'sentiment' already; --prefix"),
        (["in.parquet", "-o", "out", "--text-column", "body"], "no column 'body'; there are"),
        (["in.parquet", "-o", "out", "--lang-column", "tongue"], "no column 'tongue'"),
        (["in.parquet", "-o", "notes.csv", "--overwrite"], "needs the name of a folder"),
        (["in.parquet", "-o", "there"], "is there already; --overwrite replaces it"),
        (["in.parquet", "-o", "there", "--overwrite"], "holds mine.txt, which no run has written"),
        (["in.parquet", "-o", "left"], "was killed; --overwrite starts again"),
        (["scored", "-o", "scored", "--overwrite"], "lies in the output"),
        (["in.parquet", "-o", "out", "--ray-address", "127.0.0.1:9"], "no Ray cluster answers"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_touched(
    parquet: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    ray = pytest.importorskip("ray")
    pytest.importorskip("ray.data")
    import pyarrow as pa

    if "--ray-address" in arguments and ray.is_initialized():
        message = "this process is connected to a Ray cluster already"
    monkeypatch.chdir(tmp_path)
    for name in ("there", "left.ray-partial", "scored"):
        Path(name).mkdir()
    Path("there/mine.txt").write_text("precious", encoding="utf-8")
    Path("notes.csv").write_text("text\nx\n", encoding="utf-8")
    Path("broken.parquet").write_bytes(b"PAR1")
    table = pa.table({"text": ["x"], "n": [1]})
    for name in ("in.parquet", "scored/part-00000000.parquet"):
        parquet.write_table(table, name)
    parquet.write_table(table.rename_columns(["text", "m"]), "other.parquet")
    parquet.write_table(pa.table({"text": ["x"], "n": ["1"]}), "typed.parquet")
    parquet.write_table(pa.table({"text": ["x"], "sentiment": ["y"]}), "labelled.parquet")
    before = {path: path.stat().st_mtime_ns for path in Path().rglob("*")}
    assert score(*arguments, "--engine", "ray") == 1
    said = capsys.readouterr().err
    assert message in said
    assert said.count("\n") == 1
    assert {path: path.stat().st_mtime_ns for path in Path().rglob("*")} == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-", "-o", "out", "--engine", "ray"], "--engine local takes streams"),
        (["in.parquet", "-o", "-", "--engine", "ray"], "--engine local takes streams"),
        (["in.parquet", "-o", "out", "--engine", "ray", "--resume"], "has no --resume"),
        (["in.parquet", "-o", "out", "--engine", "ray", "--safe-cells"], "is for text files"),
        (["in.parquet", "-o", "out", "--actors", "2"], "--actors is for --engine ray"),
        (["in.parquet", "-o", "out", "--engine", "dask"], "invalid choice: 'dask'"),
    ],
)
def test_a_wrong_call_says_what_is_possible(
    capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    with pytest.raises(SystemExit) as stop:
        score(*arguments)
    assert stop.value.code == 2
    assert message in capsys.readouterr().err


def test_without_ray_one_line_names_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)  # what is None there is not found
    assert score(tmp_path / "in.parquet", "-o", tmp_path / "out", "--engine", "ray") == 1
    said = capsys.readouterr().err
    assert 'pip install "mentionlens[ray]"' in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("group", [1, 4, 100])
@pytest.mark.parametrize("rows", [1, 3, 10, 50])
def test_pieces_of_any_size_give_every_row_once_and_in_order(
    parquet: Any, tmp_path: Path, group: int, rows: int
) -> None:
    import pyarrow as pa

    tables = {}
    for name, count in (("a", 10), ("b", 0), ("c", 23)):
        tables[tmp_path / name] = pa.table({"n": pa.array(range(count), pa.int16())})
        parquet.write_table(tables[tmp_path / name], tmp_path / name, row_group_size=group)
    schema, files = open_files(list(tables))
    pieces = cut(files, rows)
    assert [piece.number for piece in pieces] == list(range(len(pieces)))
    read = [table for piece in pieces for table in read_piece(piece, schema)]
    assert max(table.num_rows for table in read) <= rows
    assert pa.concat_tables(read).equals(pa.concat_tables(tables.values()))


def test_a_file_that_shrinks_during_the_run_is_noticed(parquet: Any, tmp_path: Path) -> None:
    import pyarrow as pa

    path = tmp_path / "in.parquet"
    parquet.write_table(pa.table({"text": ["x"] * 9}), path)
    schema, files = open_files([path])
    parquet.write_table(pa.table({"text": ["x"] * 7}), path)
    *whole, last = cut(files, 5)
    assert sum(table.num_rows for piece in whole for table in read_piece(piece, schema)) == 5
    with pytest.raises(ScoringError, match=r"rows 6 to 9: 2 of them are missing"):
        list(read_piece(last, schema))


def test_another_bundle_on_a_machine_is_no_silent_change(parquet: Any, tmp_path: Path) -> None:
    import pyarrow as pa

    path = tmp_path / "in"
    parquet.write_table(pa.table({"text": TEXTS}), path)
    schema, files = open_files([path])
    batch = pa.Table.from_pylist([asdict(piece) for piece in cut(files, 4)])
    graph = MentionClassifier(COMMITTED).manifest.graph.sha256
    order = WorkOrder(str(tmp_path), schema, str(COMMITTED), graph, ScoringOptions(), None, 1)
    assert PieceScorer(order)(batch).to_pydict() == {"rows": [4, 2], "unscored": [1, 0]}
    with pytest.raises(ScoringError, match="install the same mentionlens on every machine"):
        PieceScorer(replace(order, graph="0" * 64))(batch)

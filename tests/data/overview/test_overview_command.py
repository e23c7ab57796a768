"""`mentionlens overview`, with real files."""

from __future__ import annotations

import gzip
import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from mentionlens_data.overview.command import main
from overview_mentions import NOW, made_mentions, write_csv
from tiny_bundle import COMMITTED

AT = ("--now", NOW.isoformat())


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    return made_mentions(days=3, most=40)


@pytest.fixture
def scored(tmp_path: Path, rows: list[dict[str, Any]]) -> Path:
    return write_csv(tmp_path / "scored.csv", rows)


def data_of(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="overview-data">(.*?)</script>', page)
    assert found is not None
    return json.loads(found[1])


def test_a_scored_file_becomes_one_page(scored, rows, tmp_path, capsys):
    output = tmp_path / "pages" / "day.html"
    assert main([str(scored), "-o", str(output), *AT]) == 0
    page = output.read_text("utf-8")
    assert len(page.encode()) < 2_000_000
    data = data_of(page)
    assert data["read"]["mentions"] == len(rows)
    assert data["brands"] == ["Bankora", "Noktelo", "Zipolot"]
    told = capsys.readouterr().err
    assert f"{len(rows):,} mentions" in told
    assert f"{data['queue']['total']:,} in the queue" in told
    assert main([str(scored), "-o", str(output), *AT]) == 1
    assert "--overwrite" in capsys.readouterr().err
    assert main([str(scored), "-o", str(output), *AT, "--overwrite"]) == 0


def test_the_same_call_writes_the_same_bytes(scored, tmp_path):
    pages = []
    for name in ("one.html", "other.html"):
        assert main([str(scored), "-o", str(tmp_path / name), *AT]) == 0
        pages.append((tmp_path / name).read_bytes())
    assert pages[0] == pages[1]


def test_raw_mentions_are_scored_on_the_way_and_parquet_and_gzip_are_read(rows, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    import pyarrow as pa

    raw = [{name: row[name] for name in ("text", "lang", "brand", "time")} for row in rows[-12:]]
    parquet.write_table(pa.Table.from_pylist(raw), tmp_path / "raw.parquet")
    lines = "\n".join(json.dumps(row) for row in raw)
    (tmp_path / "raw.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    found = []
    for name in ("raw.parquet", "raw.jsonl.gz"):
        output = tmp_path / f"{name}.html"
        call = [str(tmp_path / name), "-o", str(output), *AT, "--bundle", str(COMMITTED)]
        assert main(call) == 0
        found.append(data_of(output.read_text("utf-8")))
    assert found[0] == found[1]
    assert found[0]["read"]["without_answers"] == 0
    assert found[0]["health"][0]["all"]["mentions"] == 12


def test_one_brand_rows_and_guidance_can_be_chosen(scored, rows, tmp_path, capsys):
    output = tmp_path / "day.html"
    call = [str(scored), "-o", str(output), *AT, "--brand", "Zipolot", "--rows", "5"]
    assert main([*call, "--guidance-language", "bg"]) == 0
    data = data_of(output.read_text("utf-8"))
    assert data["brands"] == ["Zipolot"]
    assert data["read"]["mentions"] == sum(row["brand"] == "Zipolot" for row in rows)
    assert len(data["queue"]["rows"]) == 5 < data["queue"]["total"]
    assert re.search("[а-я]", data["queue"]["guidance"][0]["do"])
    assert "least urgent are counted" in capsys.readouterr().err
    assert main([str(scored), "-o", str(tmp_path / "x.html"), *AT, "--brand", "Nobody"]) == 1
    assert "'Zipolot'" in capsys.readouterr().err


def test_standard_input_and_output_work(scored, monkeypatch, capfdbinary):
    with scored.open() as file:
        monkeypatch.setattr(sys, "stdin", file)
        assert main(["-", "--input-format", "csv", "-o", "-", *AT]) == 0
    page = capfdbinary.readouterr().out.decode()
    assert page.startswith("<!doctype html>") and data_of(page)["queue"]["total"]


def test_a_row_in_disorder_is_counted(rows, tmp_path):
    path = write_csv(tmp_path / "day.csv", rows[-30:])
    path.write_bytes(path.read_bytes() + b"one,cell,too\r\n")
    assert main([str(path), "-o", str(tmp_path / "day.html"), *AT]) == 0
    data = data_of((tmp_path / "day.html").read_text("utf-8"))
    assert data["read"]["unreadable"] == 1
    assert data["read"]["mentions"] == 30


def test_a_file_that_breaks_off_gives_what_is_there_and_code_1(rows, tmp_path, capsys):
    whole = gzip.compress(write_csv(tmp_path / "day.csv", rows * 4).read_bytes())
    broken = tmp_path / "broken.csv.gz"
    broken.write_bytes(whole[: len(whole) // 2])
    assert main([str(broken), "-o", str(tmp_path / "broken.html"), *AT]) == 1
    data = data_of((tmp_path / "broken.html").read_text("utf-8"))
    assert data["read"]["broken_off"]
    assert 100 < data["read"]["mentions"] < 4 * len(rows)
    assert "broken.csv.gz" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--playbook", "no.toml"], "no.toml"),
        (["--column", "time=when"], "when"),
        (["--alarms", "0"], "alarms"),
    ],
)
def test_what_cannot_be_used_is_named(scored, tmp_path, capsys, more, words):
    assert main([str(scored), "-o", str(tmp_path / "day.html"), *AT, *more]) == 1
    assert words in capsys.readouterr().err
    assert not (tmp_path / "day.html").exists()


@pytest.mark.parametrize("more", [["--now", "soon"], ["--timezone", "Mars/Base"], ["--rows", "0"]])
def test_a_wrong_call_ends_with_2(scored, tmp_path, more):
    with pytest.raises(SystemExit) as stop:
        main([str(scored), "-o", str(tmp_path / "day.html"), *more])
    assert stop.value.code == 2


def test_a_file_that_is_not_there_is_named(tmp_path, capsys):
    assert main([str(tmp_path / "none.csv"), "-o", str(tmp_path / "day.html")]) == 1
    assert "none.csv" in capsys.readouterr().err

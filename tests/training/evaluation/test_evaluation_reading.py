"""Reading and writing evaluation.json, in the current schema version and in older ones."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from example_evaluation import example_evaluation
from hypothesis import given
from hypothesis import strategies as st
from mentionlens.bundle import packaged_bundle_path
from mentionlens_training.evaluation.counts import wins_over
from mentionlens_training.evaluation.predictions import EvaluationError
from mentionlens_training.evaluation.reading import (
    evaluation_from_dict,
    read_evaluation,
    write_evaluation,
)

GOLDEN = Path(__file__).with_name("golden")
OLD = GOLDEN / "schema_1.json"


def old() -> dict[str, Any]:
    record: dict[str, Any] = json.loads(OLD.read_text(encoding="utf-8"))
    return record


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    evaluation = example_evaluation()
    path = tmp_path / "evaluation.json"
    write_evaluation(evaluation, path)
    assert read_evaluation(path) == evaluation
    assert read_evaluation(tmp_path) == evaluation
    assert [item.name for item in tmp_path.iterdir()] == ["evaluation.json"]


def test_equal_evaluations_are_equal_files(tmp_path: Path) -> None:
    write_evaluation(example_evaluation(), tmp_path / "a.json")
    write_evaluation(read_evaluation(tmp_path / "a.json"), tmp_path / "b.json")
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


def test_version_1_is_brought_up() -> None:
    evaluation = read_evaluation(OLD)
    assert [found.lang for found in evaluation.languages] == ["pl", "bg", "xx"]
    assert evaluation.schema_version == 2
    assert evaluation.settings.resamples == 0
    assert evaluation.tasks == ("sentiment", "troll")
    bulgarian = evaluation.language("bg")
    assert bulgarian is not None
    assert bulgarian.sources == {"one": 40, "two": 20}
    assert bulgarian.rows == 60
    result = bulgarian.task("sentiment")
    assert result is not None
    assert result.counted
    assert (result.scores.macro_f1.value, result.scores.macro_f1.low) == (0.8286, None)
    assert [(item.label, item.rows) for item in result.labels] == [
        ("negative", None),
        ("positive", None),
    ]
    assert result.confusion == ()
    assert result.majority is not None
    assert result.tfidf is not None
    assert (result.majority.value, result.tfidf.value) == (0.3, 0.4)
    by_source = {(r.source, r.kind): (r.value, r.ours) for r in result.rivals if r.source}
    assert by_source["one", "tfidf"] == (1.0, 0.8571)
    assert [(item.source, item.scores.rows) for item in result.sources] == [
        ("one", 40),
        ("two", 20),
    ]


def test_version_1_without_a_baseline() -> None:
    record = old()
    record["baseline"] = None
    for cell in record["cells"] + record["sources"]:
        cell["tfidf_macro_f1"] = None
    evaluation = evaluation_from_dict(record)
    assert evaluation.baseline is None
    assert wins_over(evaluation, "tfidf").cells == 0
    assert all(result.tfidf is None for found in evaluation.languages for result in found.tasks)


def test_the_packaged_evaluation_is_read() -> None:
    evaluation = read_evaluation(packaged_bundle_path())
    assert evaluation.language("ro") is not None
    assert wins_over(evaluation, "majority").cells > 20


def test_a_draw_is_no_victory() -> None:
    wins = wins_over(read_evaluation(OLD), "tfidf")
    # bg sentiment is won, xx troll is a draw; the cells of pl are too small to be counted.
    assert (wins.cells, wins.won, wins.lost) == (2, 1, ())


def test_what_is_lost_is_named_worst_first() -> None:
    record = old()
    record["cells"][1]["tfidf_macro_f1"] = 0.9
    record["cells"][3]["macro_f1"] = 0.5
    wins = wins_over(evaluation_from_dict(record), "tfidf")
    assert wins.lost == (("xx", "troll", 0.5), ("bg", "sentiment", 0.0714))


def test_there_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(
        EvaluationError, match=r"evaluation\.json: no such file; .*mentionlens eval"
    ):
        read_evaluation(tmp_path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"schema_version": 2,\n "bundle": }', r"e\.json, line 2: not JSON"),
        (b"\xff\xfe{}", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "no evaluation"),
        (b'{"schema_version": 1, "name": "a manifest"}', "no evaluation; expected"),
    ],
)
def test_what_is_no_evaluation(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "e.json"
    path.write_bytes(content)
    with pytest.raises(EvaluationError, match=message):
        read_evaluation(path)


@pytest.mark.parametrize("version", [0, "2", None, True, 1.0])
def test_a_version_that_is_none(version: object) -> None:
    with pytest.raises(EvaluationError, match="is no version"):
        evaluation_from_dict(old() | {"schema_version": version})


def test_a_newer_version_asks_for_an_update() -> None:
    with pytest.raises(EvaluationError, match=r"99 was written by a newer mentionlens.*update"):
        evaluation_from_dict(old() | {"schema_version": 99})


def test_a_wrong_field_is_named_in_both_versions() -> None:
    record = old()
    record["cells"][1]["macro_f1"] = 1.5
    with pytest.raises(EvaluationError, match=r"^cells\[1\]\.macro_f1: .*less than or equal to 1"):
        evaluation_from_dict(record)
    new = example_evaluation().model_dump(mode="json")
    new["languages"][0]["tasks"][1]["scores"]["rows"] = "many"
    del new["data"]["rows"]
    with pytest.raises(EvaluationError, match=r"^data\.rows: Field required \(and 1 more\)"):
        evaluation_from_dict(new)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["schema_version", "bundle", "data", "cells", "languages", "x"]),
                inner,
                max_size=6,
            )
        ),
        max_leaves=12,
    )
)
def test_anything_else_is_refused_by_name(record: object) -> None:
    with pytest.raises(EvaluationError):
        evaluation_from_dict(record)


def test_an_earlier_file_stays_where_writing_fails(tmp_path: Path) -> None:
    path = tmp_path / "evaluation.json"
    path.mkdir()
    (path / "kept").write_text("here", encoding="utf-8")
    with pytest.raises(OSError, match="directory"):
        write_evaluation(example_evaluation(), path)
    assert [item.name for item in tmp_path.iterdir()] == ["evaluation.json"]
    assert (path / "kept").read_text(encoding="utf-8") == "here"


def test_reading_and_rendering_need_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "import mentionlens_training.evaluation.reading, mentionlens_training.evaluation.markdown\n"
        "import mentionlens_training.evaluation.report_command\n"
        "print([name for name in ('torch', 'transformers', 'sklearn', 'scipy', 'matplotlib', "
        "'jinja2', 'pandas') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"

"""The notebooks run from top to bottom on what the repository holds, and are committed as run."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

nbformat = pytest.importorskip("nbformat")
pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")
pytest.importorskip("matplotlib")
pytest.importorskip("torch")

from notebook_execution import NOTEBOOKS, copy_beside, execute

NAMES = sorted(path.name for path in NOTEBOOKS.glob("*.ipynb"))
EXPECTED = [
    "error-analysis-and-what-to-label-next.ipynb",
    "first-look.ipynb",
    "read-a-languages-report.ipynb",
    "retrain-on-your-mentions.ipynb",
    "score-a-million-mentions.ipynb",
]
Executed = Callable[[str], nbformat.NotebookNode]
HAS_SPARK = bool(find_spec("mlflow") and find_spec("pyspark") and shutil.which("java"))
MOST_BYTES = 300_000
# Of one cell; on two idle processors all notebooks together take less than four minutes.
SECONDS = 900
# The beginning of a path that begins at the root of a machine, or names a home.
ABSOLUTE = re.compile(r"(?<![\w.:<])(?:/(?:home|root|tmp|var|usr|opt|work|mnt|Users)/|[A-Z]:\\)")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the notebooks, as in a clone of their own."""
    return copy_beside(tmp_path_factory.mktemp("clone"))


@pytest.fixture(scope="module")
def executed(folder: Path) -> Executed:
    """Gives a notebook by its name, as it ran with the parameters that it comes with; once each."""
    return cache(lambda name: execute(folder / name, seconds=SECONDS))


def outputs(notebook: nbformat.NotebookNode) -> Iterator[nbformat.NotebookNode]:
    for cell in notebook.cells:
        yield from cell.get("outputs", [])


def printed(notebook: nbformat.NotebookNode) -> str:
    return "".join(out.text for out in outputs(notebook) if out.output_type == "stream")


def pictures(notebook: nbformat.NotebookNode) -> int:
    return sum("image/png" in out.get("data", {}) for out in outputs(notebook))


def committed(name: str) -> nbformat.NotebookNode:
    return nbformat.read(NOTEBOOKS / name, as_version=4)


def test_all_five_are_there_and_named_alike() -> None:
    assert NAMES == EXPECTED


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_it_runs_in_a_fresh_kernel_and_draws_what_it_is_committed_with(
    name: str, executed: Executed
) -> None:
    notebook = executed(name)
    assert [out for out in outputs(notebook) if out.output_type == "error"] == []
    assert pictures(notebook) == pictures(committed(name)) > 0
    # Warnings of libraries and missing letters of fonts come this way; so do Spark's logs.
    if not (HAS_SPARK and name == "score-a-million-mentions.ipynb"):
        assert [out.text for out in outputs(notebook) if out.get("name") == "stderr"] == []


@pytest.mark.slow
def test_the_new_label_is_learned_and_the_gate_is_passed(executed: Executed) -> None:
    text = printed(executed("retrain-on-your-mentions.ipynb"))
    assert "bundle is written" in text
    assert re.search(r"^food +\d+%  The soup was cold and the bread stale\.$", text, re.MULTILINE)


@pytest.mark.slow
def test_what_is_missing_is_skipped_and_said(executed: Executed) -> None:
    text = printed(executed("score-a-million-mentions.ipynb"))
    assert "going on after" in text
    assert "exactly one row for each row of the input, in order" in text
    skipped = re.findall(r"^skipped: (\w+)", text, re.MULTILINE)
    assert ("ray" in skipped) == (find_spec("ray") is None)
    assert ("the same answers in the same order" in text) == (find_spec("ray") is not None)
    assert any(name in ("mlflow", "pyspark", "java") for name in skipped) == (not HAS_SPARK)
    assert bool(re.search(r"rows, the same answers$", text, re.MULTILINE)) == HAS_SPARK


@pytest.mark.slow
def test_a_report_is_read_of_a_language_with_one_task_and_no_sample_mentions(folder: Path) -> None:
    parameters = 'lang = "hi"\ntask = "complaint"'
    notebook = execute(folder / "read-a-languages-report.ipynb", parameters, seconds=SECONDS)
    assert "test rows in 'hi'" in printed(notebook)
    assert "0 sample mentions in 'hi'" in printed(notebook)
    assert pictures(notebook) == pictures(committed("read-a-languages-report.ipynb"))


@pytest.mark.slow
def test_a_language_that_the_bundle_does_not_have_is_named_with_those_that_it_has(
    folder: Path,
) -> None:
    from nbclient.exceptions import CellExecutionError

    parameters = 'lang = "xx"\ntask = "complaint"'
    with pytest.raises(CellExecutionError, match=r"no 'xx'; there are \['pl', 'ro'"):
        execute(folder / "read-a-languages-report.ipynb", parameters, seconds=SECONDS)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_committed_is_a_valid_notebook_that_ran_from_top_to_bottom(name: str) -> None:
    notebook = committed(name)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert "error" not in {out.output_type for out in outputs(notebook)}
    assert "stderr" not in {out.get("name") for out in outputs(notebook)}


@pytest.mark.parametrize("name", NAMES)
def test_what_is_committed_is_small_and_names_no_path_of_a_machine(name: str) -> None:
    path = NOTEBOOKS / name
    assert path.stat().st_size < MOST_BYTES
    for cell in committed(name).cells:
        shown = [out.get("text", "") for out in cell.get("outputs", [])]
        shown += [text for out in cell.get("outputs", []) for text in out.get("data", {}).values()
                  if not text.startswith("iVBOR")]  # fmt: skip
        for text in (cell.source, *shown):
            assert ABSOLUTE.search(text) is None, ABSOLUTE.search(text)


@pytest.mark.parametrize(
    "text", ["see /tmp/x", "'/home/me/a'", r"C:\Users", "(/root/.cache)", "file:///tmp/x"]
)
def test_a_path_of_a_machine_is_seen(text: str) -> None:
    assert ABSOLUTE.search(text)


@pytest.mark.parametrize("text", ["runs/mine/tmp/x", "https://host/home/x", "</opt/>", "a/opt/b"])
def test_what_is_no_path_of_a_machine_is_not_taken_for_one(text: str) -> None:
    assert ABSOLUTE.search(text) is None


@pytest.mark.parametrize("name", NAMES)
def test_the_parameters_stand_in_one_cell_that_tools_find(name: str) -> None:
    tagged = [c for c in committed(name).cells if "parameters" in c.metadata.get("tags", [])]
    assert len(tagged) == (name != "first-look.ipynb")


def test_a_command_that_fails_stops_the_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(NOTEBOOKS))
    from command_line import CommandFailedError, run

    with pytest.raises(CommandFailedError, match="exit code 1"):
        run("mentionlens predict --bundle nowhere hello")
    with pytest.raises(CommandFailedError, match="exit code 2"):
        run("mentionlens predict --no-such-option")
    with pytest.raises(ValueError, match="'rm' is no command of this project"):
        run("rm scored.csv")

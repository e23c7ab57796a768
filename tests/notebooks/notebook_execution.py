"""Executes notebooks in fresh kernels, in a folder beside what they read of the repository.

`python tests/notebooks/notebook_execution.py NOTEBOOK...` writes the outputs into the notebooks, as
they are committed.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from base64 import b64decode, b64encode
from io import BytesIO
from pathlib import Path

import nbformat
from nbclient import NotebookClient

__all__ = ["NOTEBOOKS", "copy_beside", "drop_logs", "execute", "reduce_pictures"]

_ROOT = Path(__file__).parents[2]
NOTEBOOKS = _ROOT / "notebooks"
_PNG = "image/png"
_COLOURS = 256


def copy_beside(folder: Path) -> Path:
    """Copy what a reader has who cloned the repository: the notebooks and what they read.

    Returns:
        The copied folder of notebooks.
    """
    for name in ("notebooks", "examples"):
        shutil.copytree(_ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder / "notebooks"


def execute(
    path: Path, parameters: str | None = None, *, seconds: int | None = None
) -> nbformat.NotebookNode:
    """Run a notebook from top to bottom in a fresh kernel, in the folder where it lies.

    Temporary files that it leaves lie in `tmp` beside that folder.

    Args:
        path: of the notebook; the file stays as it is.
        parameters: put in place of the cell that is tagged so.
        seconds: that a cell may take at most.

    Returns:
        The notebook with its outputs.

    Raises:
        nbclient.exceptions.CellExecutionError: a cell raised an error.
        nbclient.exceptions.CellTimeoutError: a cell took too long.
    """
    notebook = nbformat.read(path, as_version=4)
    if parameters is not None:
        (cell,) = (c for c in notebook.cells if "parameters" in c.metadata.get("tags", []))
        cell.source = parameters
    client = NotebookClient(
        notebook,
        timeout=seconds,
        kernel_name="python3",
        # When each cell ran is nobody's business, and would change with every execution.
        record_timing=False,
        startup_timeout=300,
        coalesce_streams=True,
        resources={"metadata": {"path": str(path.parent)}},
    )
    temporary = path.parent.parent / "tmp"
    temporary.mkdir(exist_ok=True)
    return client.execute(env={**os.environ, "TMPDIR": str(temporary)})


def reduce_pictures(notebook: nbformat.NotebookNode) -> None:
    """Give the pictures a palette, which charts look the same with, so that the file stays small.

    Args:
        notebook: is changed.
    """
    from PIL import Image

    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if _PNG in output.get("data", {}):
                with Image.open(BytesIO(b64decode(output.data[_PNG]))) as picture:
                    flat = picture.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE)
                reduced = BytesIO()
                flat.save(reduced, "PNG", optimize=True)
                output.data[_PNG] = b64encode(reduced.getvalue()).decode("ascii")


def drop_logs(notebook: nbformat.NotebookNode) -> None:
    """Leave out what libraries log to standard error: it is about the machine that it ran on.

    Args:
        notebook: is changed.
    """
    for cell in notebook.cells:
        if "outputs" in cell:
            cell.outputs = [out for out in cell.outputs if out.get("name") != "stderr"]


if __name__ == "__main__":
    for name in sys.argv[1:]:
        with tempfile.TemporaryDirectory() as folder:
            executed = execute(copy_beside(Path(folder)) / Path(name).name)
        reduce_pictures(executed)
        drop_logs(executed)
        executed.metadata.language_info = {"name": "python"}
        nbformat.write(executed, name)
        print(f"{name}: {Path(name).stat().st_size:,} bytes")

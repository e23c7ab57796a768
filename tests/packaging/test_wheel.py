"""What the wheel holds, and what importing from it does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.machinery import PathFinder
from importlib.metadata import Distribution
from pathlib import Path

import pytest

PACKAGES = {"mentionlens", "mentionlens_data", "mentionlens_training"}
HEAVY = {"torch", "transformers", "datasets", "pandas", "sklearn", "pydantic", "huggingface_hub"}


@pytest.fixture(scope="module")
def distribution(site: Path) -> Distribution:
    (info,) = site.glob("*.dist-info")
    return Distribution.at(info)


def run_from(site: Path, code: str) -> str:
    """Run Python code in a fresh process that finds the wheel's content before all else."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=site,
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_top_level_names(site: Path) -> None:
    names = {path.name for path in site.iterdir()}
    info = {name for name in names if name.endswith(".dist-info")}
    assert len(info) == 1
    assert names - info == PACKAGES


@pytest.mark.parametrize("name", ["training", "inference", "data", "tests"])
def test_folder_names_are_not_packages(site: Path, name: str) -> None:
    assert PathFinder.find_spec(name, [str(site)]) is None


@pytest.mark.parametrize("package", sorted(PACKAGES))
def test_packages_are_typed(site: Path, package: str) -> None:
    assert (site / package / "py.typed").is_file()


def test_licence_and_readme_travel_along(distribution: Distribution) -> None:
    assert distribution.metadata["License-Expression"] == "Apache-2.0"
    assert "Apache License" in (distribution.read_text("licenses/LICENSE") or "")
    assert "mentionlens predict" in distribution.metadata.get_payload()


def test_light_requirements(distribution: Distribution) -> None:
    always = {
        requirement.split(">")[0].split("=")[0].split("<")[0].split("!")[0].strip()
        for requirement in distribution.requires or []
        if "extra ==" not in requirement
    }
    assert always == {"numpy", "onnxruntime", "tokenizers"}


def test_every_entry_point_loads(site: Path, distribution: Distribution) -> None:
    groups = {point.group for point in distribution.entry_points}
    assert groups == {"console_scripts", "mentionlens.commands"}
    targets = sorted({point.value for point in distribution.entry_points})
    assert "mentionlens.cli:main" in targets
    code = (
        "from importlib.metadata import EntryPoint\n"
        f"for value in {targets!r}:\n"
        "    assert callable(EntryPoint('x', value, 'x').load()), value\n"
    )
    run_from(site, code)


def test_import_is_light(site: Path) -> None:
    code = (
        "import json, sys, mentionlens\n"
        "print(json.dumps([mentionlens.__file__, sorted(sys.modules)]))\n"
    )
    file, modules = json.loads(run_from(site, code))
    assert Path(file).is_relative_to(site)
    loaded = {name.split(".")[0] for name in modules}
    assert not HEAVY & loaded
    assert not {"mentionlens_data", "mentionlens_training"} & loaded


def test_the_projects_own_labels_travel_along(site: Path) -> None:
    folder = site / "mentionlens_data"
    assert len(list((folder / "sample-mentions").glob("*.jsonl"))) == 10
    assert len(list((folder / "annotations").glob("*.tsv"))) == 6
    code = (
        "import mentionlens_data.labelling.folders as folders; "
        "print(folders.sample_mentions_folder()); print(folders.annotations_folder())"
    )
    assert run_from(site, code).split() == [
        str(folder / "sample-mentions"),
        str(folder / "annotations"),
    ]

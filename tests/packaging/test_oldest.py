"""The versions that the oldest allowed ones are tested with are the oldest allowed ones."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_constraints_are_the_lower_bounds_of_the_runtime() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    bounds = dict(requirement.split(">=") for requirement in project["dependencies"])
    lines = Path(__file__).with_name("oldest.txt").read_text(encoding="utf-8").splitlines()
    # The first line of a package is for the oldest Python.
    oldest: dict[str, str] = {}
    for line in lines:
        if found := re.match(r"([a-z]+)==([\d.]+)", line):
            oldest.setdefault(found[1], found[2])
    assert oldest == {name: f"{bound}.0" for name, bound in bounds.items()}

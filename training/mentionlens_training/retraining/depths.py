"""How deep a model is retrained, and the configuration that each depth ships with."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from mentionlens_training.config import RunConfig, RunConfigError, check_run_config, read_toml
from mentionlens_training.init import Init

__all__ = ["DEPTHS", "depth_config"]

DEPTHS = ("heads", "top", "full")


def depth_config(
    depth: str, start: Init, *, path: Path | None = None, seed: int | None = None
) -> RunConfig:
    """Return the configuration of a retraining.

    What is not set is taken from the model that the run goes on from (name, version, text,
    thresholds) and from the depth's own file, `depths/<depth>.toml`.

    Args:
        depth: one of `DEPTHS`.
        start: the model to go on from.
        path: a file whose fields are put in place of the others; lists are replaced as a whole, and
            so is the space of a search.
        seed: in place of the configuration's.

    Raises:
        RunConfigError: the file cannot be used, or asks for stages where only heads are trained.
    """
    file = resources.files("mentionlens_training.retraining") / "depths" / f"{depth}.toml"
    values = _merged(_inherited(depth, start), tomllib.loads(file.read_text(encoding="utf-8")))
    if path is not None:
        own = read_toml(path)
        if isinstance(own.get("search"), Mapping) and "space" in own["search"]:
            del values["search"]["space"]
        values = _merged(values, own)
    if seed is not None:
        values["seed"] = seed
    config = check_run_config(values, str(path or f"depth {depth}"))
    if (config.heads is not None) != (depth == "heads"):
        raise RunConfigError(f"{path}: [heads] is for the depth heads, and for no other")
    return config


def _inherited(depth: str, start: Init) -> dict[str, Any]:
    config = start.trained.config
    return {
        "name": config.name,
        "version": f"{config.version}+{depth}",
        "text": config.text.model_dump(),
        "encoder": {"name": config.encoder.name, "vocabulary": config.encoder.vocabulary},
        "calibration": {"low_confidence": dict(config.calibration.low_confidence)},
    }


def _merged(values: Mapping[str, Any], others: Mapping[str, Any]) -> dict[str, Any]:
    """Put `others` in place of what `values` has, table by table."""
    result = dict(values)
    for name, value in others.items():
        mine = result.get(name)
        if isinstance(mine, Mapping) and isinstance(value, Mapping):
            result[name] = _merged(mine, value)
        else:
            result[name] = value
    return result

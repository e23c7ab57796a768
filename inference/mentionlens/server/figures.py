"""The figures of a bundle's evaluation, in short."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

__all__ = ["bundle_figures"]

_FILE = "evaluation.json"


def bundle_figures(folder: Path) -> list[dict[str, Any]]:
    """Return macro-F1 and expected calibration error of each language and task.

    A bundle without an evaluation has none: the file is for people and may be absent.

    Returns:
        Objects with `lang`, `task`, `rows`, `macro_f1` and `ece`, both between 0 and 1.
    """
    try:
        found = json.loads((folder / _FILE).read_bytes())
        return [
            {
                "lang": language["lang"],
                "task": task["task"],
                "rows": task["scores"]["rows"],
                "macro_f1": task["scores"]["macro_f1"]["value"],
                "ece": task["scores"]["ece"]["value"],
            }
            for language in found["languages"]
            for task in language["tasks"]
            if task["counted"]
        ]
    except (OSError, ValueError, KeyError, TypeError):
        return []

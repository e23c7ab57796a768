"""Where the project's own mentions and annotations lie: in the wheel, or in the repository."""

from __future__ import annotations

from pathlib import Path

import mentionlens_data
from mentionlens_data.errors import LabellingError

__all__ = ["annotations_folder", "sample_mentions_folder"]


def sample_mentions_folder() -> Path:
    """Return the folder of the project's own mentions.

    Raises:
        LabellingError: this installation lacks it.
    """
    return _find("sample-mentions")


def annotations_folder() -> Path:
    """Return the folder of the annotations of public mentions.

    Raises:
        LabellingError: this installation lacks it.
    """
    return _find("annotations")


def _find(name: str) -> Path:
    package = Path(mentionlens_data.__file__).parent
    for folder in (package / name, package.parent / name):
        if folder.is_dir():
            return folder
    raise LabellingError(f"this installation has no folder {name!r} beside {package}")

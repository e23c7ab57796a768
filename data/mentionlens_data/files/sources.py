"""Labelled mentions from wherever they lie: a prepared set, or any labelled file."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from mentionlens_data.errors import LabelledFileError
from mentionlens_data.files.bad_row import BadRow
from mentionlens_data.files.labelled_file import LabelledFile
from mentionlens_data.prepared import open_prepared
from mentionlens_data.schema import SPLITS, LabelledMention

__all__ = ["read_mentions"]


def read_mentions(
    path: Path, *, splits: Collection[str] | None = None
) -> Iterator[LabelledMention]:
    """Yield the mentions of a prepared set or of a labelled file, in its order.

    Columns and labels of a file are guessed where they are not ours (see `LabelledFile`); rows
    that name no split belong to `train`.

    Args:
        path: a folder that `mentionlens data prepare` wrote, or a labelled file.
        splits: take only these parts; None takes all.

    Raises:
        LabelledFileError: a row of the file is bad, or the file cannot be read.
        PreparedSetError: the folder is damaged.
    """
    wanted = SPLITS if splits is None else tuple(split for split in SPLITS if split in splits)
    if (path / "manifest.json").is_file():
        prepared = open_prepared(path)
        for split in wanted:
            yield from prepared.read(split)
        return
    for row in LabelledFile(path).read(_refuse):
        split = row.split or "train"
        if split in wanted:
            yield LabelledMention(
                id=f"{path.name}/{row.id}",
                text=row.text,
                lang=row.lang,
                source=path.name,
                split=split,
                group=f"{path.name}/{row.group or row.id}",
                labels=row.labels,
                weight=row.weight,
                slices=row.slices,
            )


def _refuse(bad: BadRow) -> None:
    raise LabelledFileError(
        f"{bad}; `mentionlens data validate` reports all such rows and writes the good ones"
    )

"""Annotations of public mentions: ids and labels, never the text.

A file of annotations is a file of passes with one more column, `text_sha`: a hash of the text that
was read, so that a changed text is noticed when the annotations are joined with a corpus.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mentionlens_data.labelling.folders import annotations_folder
from mentionlens_data.labelling.passes import SETTLED, read_passes

__all__ = ["Annotation", "annotation_files", "read_annotations"]


@dataclass(frozen=True)
class Annotation:
    """The settled answers about one public mention.

    Attributes:
        id: `<corpus>/<the corpus's own id>`.
        text_sha: 16 hexadecimal digits that stand for the text (`hashing.text_hash`).
        labels: task to label.
    """

    id: str
    text_sha: str
    labels: Mapping[str, str]


def annotation_files(folder: Path | None = None) -> list[Path]:
    """Return the files of annotations, one a language."""
    return sorted((folder or annotations_folder()).glob("*.tsv"))


def read_annotations(folder: Path | None = None) -> dict[str, Annotation]:
    """Return the settled annotations by id.

    Raises:
        LabellingError: a file breaks its schema.
    """
    found = {}
    for path in annotation_files(folder):
        settled = read_passes(path).get(SETTLED, {})
        with path.open(encoding="utf-8", newline="") as file:
            texts = {row["id"]: row["text_sha"] for row in csv.DictReader(file, delimiter="\t")}
        for own_id, labels in settled.items():
            found[own_id] = Annotation(own_id, texts[own_id], labels)
    return found

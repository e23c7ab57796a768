"""A mention with our own names for its columns, as `LabelledFile` reads them back unasked."""

from __future__ import annotations

from typing import Any

from mentionlens_data.files.interpreter import FileRow
from mentionlens_data.schema import LabelledMention

__all__ = ["own_columns"]


def own_columns(row: FileRow | LabelledMention) -> dict[str, Any]:
    """Return columns and values, JSON-ready; what the row does not have, or has by default, is not.

    Args:
        row: a row of a labelled file or of a prepared set.
    """
    columns: dict[str, Any] = {"id": row.id, "text": row.text, "lang": row.lang, **row.labels}
    if row.split:
        columns["split"] = row.split
    if row.group:
        columns["group"] = row.group
    if row.weight != 1.0:
        columns["weight"] = row.weight
    if row.slices:
        columns["slices"] = list(row.slices)
    return columns

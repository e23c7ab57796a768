"""Write a prepared set that differs from its parent by a review."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from mentionlens_data.preparation.set_folder import (
    RowCounts,
    new_folder,
    write_manifest,
    write_rows,
)
from mentionlens_data.prepared import PreparedSet
from mentionlens_data.schema import SPLITS, LabelledMention

__all__ = ["write_reviewed"]


def write_reviewed(
    parent: PreparedSet,
    output: Path,
    change: Callable[[Iterable[LabelledMention]], Iterator[LabelledMention]],
    record: Mapping[str, Any],
) -> PreparedSet:
    """Write the changed rows of a prepared set, and a manifest that tells of the review.

    The manifest is the parent's with the new fingerprint and counts, and one more entry in its
    list `reviews`: the record with `rows_before` and `rows_after`.

    Args:
        parent: the set as it was.
        output: a folder that does not exist; written beside it and renamed.
        change: takes the rows of one part and yields the new ones.
        record: what the manifest shall say of the review, JSON-ready.
    """
    with new_folder(output) as folder:
        for file in parent.folder.iterdir():
            if file.is_file():
                shutil.copyfile(file, folder / file.name)
        counts = write_rows(folder, {split: change(parent.read(split)) for split in SPLITS})
        manifest = _manifest(parent.manifest, counts, record)
        write_manifest(folder, manifest)
    return PreparedSet(output, manifest)


def _manifest(
    parent: Mapping[str, Any], counts: RowCounts, record: Mapping[str, Any]
) -> dict[str, Any]:
    manifest = copy.deepcopy(dict(parent))
    manifest["fingerprint"] = counts.fingerprint
    manifest["rows"] = counts.rows()
    for name, account in manifest["corpora"].items():
        account["kept"] = counts.of_source(name)
    manifest["counts"] = counts.table(manifest["tasks"])
    before, after = sum(parent["rows"].values()), sum(manifest["rows"].values())
    manifest["reviews"] = [
        *manifest.get("reviews", []),
        {**record, "rows_before": before, "rows_after": after},
    ]
    return manifest

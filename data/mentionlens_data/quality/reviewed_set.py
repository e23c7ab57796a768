"""Write a prepared set that differs from its parent by a review."""

from __future__ import annotations

import copy
import dataclasses
import gzip
import hashlib
import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from mentionlens_data.preparation.card import card_text
from mentionlens_data.prepared import PreparedSet
from mentionlens_data.schema import SPLITS, LabelledMention

__all__ = ["write_reviewed"]

_OWN_FILES = ("manifest.json", "README.md", *(f"{split}.jsonl.gz" for split in SPLITS))
"""What is written anew; other files of the parent are copied."""


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
    folder = Path(tempfile.mkdtemp(prefix=f".{output.name}-", dir=output.parent))
    try:
        folder.chmod(0o755)
        digest = hashlib.sha256()
        kept: Counter[tuple[str, str]] = Counter()
        cells: Counter[tuple[str, str, str, str]] = Counter()
        for split in SPLITS:
            # No time stamp and no file name in the header: equal rows give equal bytes.
            with (
                (folder / f"{split}.jsonl.gz").open("wb") as raw,
                gzip.GzipFile("", "wb", 6, raw, mtime=0) as file,
            ):
                for row in change(parent.read(split)):
                    data = (json.dumps(dataclasses.asdict(row), ensure_ascii=False) + "\n").encode()
                    file.write(data)
                    digest.update(data)
                    kept[row.source, split] += 1
                    for task, label in row.labels.items():
                        cells[row.lang, task, label, split] += 1
        manifest = _manifest(parent.manifest, digest.hexdigest(), kept, cells, record)
        text = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
        (folder / "manifest.json").write_text(text, encoding="utf-8")
        if (parent.folder / "README.md").is_file():
            (folder / "README.md").write_text(card_text(manifest), encoding="utf-8")
        for file_of_parent in parent.folder.iterdir():
            if file_of_parent.is_file() and file_of_parent.name not in _OWN_FILES:
                shutil.copyfile(file_of_parent, folder / file_of_parent.name)
        folder.rename(output)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return PreparedSet(output, manifest)


def _manifest(
    parent: Mapping[str, Any],
    fingerprint: str,
    kept: Mapping[tuple[str, str], int],
    cells: Mapping[tuple[str, str, str, str], int],
    record: Mapping[str, Any],
) -> dict[str, Any]:
    manifest = copy.deepcopy(dict(parent))
    rows = {split: sum(n for (_, part), n in kept.items() if part == split) for split in SPLITS}
    manifest["fingerprint"] = fingerprint
    manifest["rows"] = rows
    for name, account in manifest["corpora"].items():
        account["kept"] = {split: kept.get((name, split), 0) for split in SPLITS}
    manifest["counts"] = _counts(cells, manifest["tasks"])
    manifest["reviews"] = [
        *manifest.get("reviews", []),
        {**record, "rows_before": sum(parent["rows"].values()), "rows_after": sum(rows.values())},
    ]
    return manifest


def _counts(
    cells: Mapping[tuple[str, str, str, str], int], tasks: Mapping[str, Iterable[str]]
) -> dict[str, Any]:
    """Nest the counts as `data prepare` does: language, task, label, split."""
    table: dict[str, Any] = {}
    for lang in sorted({lang for lang, _, _, _ in cells}):
        asked = {task for found, task, _, _ in cells if found == lang}
        table[lang] = {
            task: {
                label: {split: cells.get((lang, task, label, split), 0) for split in SPLITS}
                for label in labels
            }
            for task, labels in tasks.items()
            if task in asked
        }
    return table

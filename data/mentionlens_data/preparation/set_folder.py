"""The files of a prepared set: rows, manifest and card in a folder that appears whole or not."""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mentionlens_data.preparation.card import card_text
from mentionlens_data.schema import SPLITS, LabelledMention

__all__ = ["RowCounts", "new_folder", "write_json_lines", "write_manifest", "write_rows"]


@dataclasses.dataclass(frozen=True)
class RowCounts:
    """What was written.

    Attributes:
        fingerprint: sha256 over all rows.
        kept: (source, split) to number of rows.
        cells: (language, task, label, split) to number of rows.
    """

    fingerprint: str
    kept: Counter[tuple[str, str]]
    cells: Counter[tuple[str, str, str, str]]

    def rows(self) -> dict[str, int]:
        """Count the rows of every split."""
        return {
            split: sum(number for (_, part), number in self.kept.items() if part == split)
            for split in SPLITS
        }

    def of_source(self, source: str) -> dict[str, int]:
        """Count the rows of a source in every split."""
        return {split: self.kept[source, split] for split in SPLITS}

    def table(self, tasks: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """Nest the cells as language, task, label, split, in the order of the tasks' labels."""
        table: dict[str, Any] = {}
        for lang in sorted({cell[0] for cell in self.cells}):
            for task, labels in tasks.items():
                found = {
                    label: {split: self.cells[lang, task, label, split] for split in SPLITS}
                    for label in labels
                }
                if any(any(numbers.values()) for numbers in found.values()):
                    table.setdefault(lang, {})[task] = found
        return table


@contextmanager
def new_folder(output: Path) -> Iterator[Path]:
    """Give a folder beside `output` that takes its name, and its place, if the block ends well."""
    output.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{output.name}-", dir=output.parent))
    try:
        folder.chmod(0o755)
        yield folder
        if output.exists():
            shutil.rmtree(output)
        folder.rename(output)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def write_rows(folder: Path, parts: Mapping[str, Iterable[LabelledMention]]) -> RowCounts:
    """Write one file a split and count what is in it; equal rows give equal bytes."""
    digest = hashlib.sha256()
    kept: Counter[tuple[str, str]] = Counter()
    cells: Counter[tuple[str, str, str, str]] = Counter()
    for split in SPLITS:
        with _open_for_bytes(folder / f"{split}.jsonl.gz") as file:
            for row in parts[split]:
                data = _json_line(dataclasses.asdict(row))
                file.write(data)
                digest.update(data)
                kept[row.source, split] += 1
                for task, label in row.labels.items():
                    cells[row.lang, task, label, split] += 1
    return RowCounts(digest.hexdigest(), kept, cells)


def write_json_lines(path: Path, objects: Iterable[Mapping[str, Any]]) -> None:
    """Write a gzipped file of one object a line; equal objects give equal bytes."""
    with _open_for_bytes(path) as file:
        for values in objects:
            file.write(_json_line(values))


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write the manifest, and the card that is made from it."""
    text = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
    (folder / "manifest.json").write_text(text, encoding="utf-8")
    (folder / "README.md").write_text(card_text(manifest), encoding="utf-8")


def _json_line(values: Mapping[str, Any]) -> bytes:
    return (json.dumps(values, ensure_ascii=False) + "\n").encode("utf-8")


@contextmanager
def _open_for_bytes(path: Path) -> Iterator[gzip.GzipFile]:
    # No time stamp and no file name in the header: equal rows give equal bytes.
    with path.open("wb") as raw, gzip.GzipFile("", "wb", 6, raw, mtime=0) as file:
        yield file

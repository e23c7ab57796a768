"""A prepared set on disk: three files of rows, and a manifest that says what is in them."""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import json
import shutil
import tempfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mentionlens_data.corpora.entry import LedgerEntry
from mentionlens_data.errors import PreparedSetError
from mentionlens_data.schema import SPLITS, LabelledMention
from mentionlens_data.tasks import default_tasks

__all__ = ["SCHEMA_VERSION", "PreparedSet", "open_prepared", "read_split", "write_prepared"]

SCHEMA_VERSION = 1

_FIELDS = tuple(field.name for field in dataclasses.fields(LabelledMention))


@dataclass(frozen=True)
class PreparedSet:
    """A folder with `train`, `validation` and `test` rows, and its manifest."""

    folder: Path
    manifest: Mapping[str, Any]

    @property
    def fingerprint(self) -> str:
        """The sha256 over all rows: equal for equal data."""
        return str(self.manifest["fingerprint"])

    def read(self, split: str) -> Iterator[LabelledMention]:
        """Yield the rows of one part."""
        return read_split(self.folder, split)


def open_prepared(folder: Path) -> PreparedSet:
    """Open a prepared set.

    Raises:
        PreparedSetError: the folder has no manifest, or one of another schema version.
    """
    path = folder / "manifest.json"
    if not path.is_file():
        raise PreparedSetError(f"{folder} is not a prepared set: it has no manifest.json")
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise PreparedSetError(f"{path}: not JSON: {error}") from error
    version = manifest.get("schema_version") if isinstance(manifest, dict) else None
    if version != SCHEMA_VERSION:
        raise PreparedSetError(
            f"{path}: schema version {version!r}, this release reads {SCHEMA_VERSION}; "
            f"run `mentionlens data prepare` again"
        )
    return PreparedSet(folder, manifest)


def read_split(folder: Path, split: str) -> Iterator[LabelledMention]:
    """Yield the rows of one part of a prepared set, in the stored order.

    Raises:
        PreparedSetError: no such part, or a damaged file.
    """
    if split not in SPLITS:
        raise PreparedSetError(f"no split {split!r}; possible: {', '.join(SPLITS)}")
    path = folder / f"{split}.jsonl.gz"
    if not path.is_file():
        raise PreparedSetError(f"{folder} is not a prepared set: it has no {path.name}")
    number = 0
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                number += 1
                yield LabelledMention(**json.loads(line))
    except (OSError, EOFError, zlib.error, ValueError, TypeError) as error:
        raise PreparedSetError(f"{path}, near line {number}: damaged: {error}") from error


def write_prepared(
    output: Path,
    parts: Mapping[str, Iterable[LabelledMention]],
    entries: Sequence[LedgerEntry],
    *,
    raw: Mapping[str, int],
    drops: Mapping[tuple[str, str], int],
    policy: str,
    seed: int,
) -> PreparedSet:
    """Write a prepared set beside `output` and rename it into place.

    Two calls with equal arguments write equal bytes.

    Raises:
        PreparedSetError: `output` exists and is something else than a prepared set.
    """
    if _is_foreign(output):
        raise PreparedSetError(f"{output} exists and is not a prepared set: choose another")
    output.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{output.name}-", dir=output.parent))
    try:
        folder.chmod(0o755)
        digest = hashlib.sha256()
        kept: Counter[tuple[str, str]] = Counter()
        cells: Counter[tuple[str, str, str, str]] = Counter()
        for split in SPLITS:
            with _open_for_bytes(folder / f"{split}.jsonl.gz") as file:
                for row in parts[split]:
                    data = _line(row)
                    file.write(data)
                    digest.update(data)
                    kept[row.source, split] += 1
                    for task, label in row.labels.items():
                        cells[row.lang, task, label, split] += 1
        manifest = {
            "schema_version": SCHEMA_VERSION,
            "fingerprint": digest.hexdigest(),
            "seed": seed,
            "policy": policy,
            "rows": {split: sum(kept[e.name, split] for e in entries) for split in SPLITS},
            "tasks": {task.name: list(task.labels) for task in default_tasks()},
            "corpora": {entry.name: _account(entry, raw, kept, drops) for entry in entries},
            "counts": _table(cells),
        }
        text = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
        (folder / "manifest.json").write_text(text, encoding="utf-8")
        if output.exists():
            shutil.rmtree(output)
        folder.rename(output)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return PreparedSet(output, manifest)


def _is_foreign(output: Path) -> bool:
    if not output.exists() or (output / "manifest.json").is_file():
        return False
    return not output.is_dir() or any(output.iterdir())


def _line(row: LabelledMention) -> bytes:
    values = {name: getattr(row, name) for name in _FIELDS}
    values["labels"] = dict(row.labels)
    return (json.dumps(values, ensure_ascii=False) + "\n").encode("utf-8")


@contextmanager
def _open_for_bytes(path: Path) -> Iterator[gzip.GzipFile]:
    # No time stamp and no file name in the header: equal rows give equal bytes.
    with path.open("wb") as raw, gzip.GzipFile("", "wb", 6, raw, mtime=0) as file:
        yield file


def _account(
    entry: LedgerEntry,
    raw: Mapping[str, int],
    kept: Mapping[tuple[str, str], int],
    drops: Mapping[tuple[str, str], int],
) -> dict[str, Any]:
    return {
        "title": entry.title,
        "licence": entry.licence,
        "policy": entry.policy,
        "address": entry.address,
        "revision": entry.revision,
        "read": raw.get(entry.name, 0),
        "kept": {split: kept[entry.name, split] for split in SPLITS},
        "dropped": {r: n for (name, r), n in sorted(drops.items()) if name == entry.name},
    }


def _table(cells: Mapping[tuple[str, str, str, str], int]) -> dict[str, Any]:
    """Nest counts as language, task, label, split, in the order of the tasks' labels."""
    table: dict[str, Any] = {}
    for lang in sorted({cell[0] for cell in cells}):
        for task in default_tasks():
            found = {
                label: {split: cells.get((lang, task.name, label, split), 0) for split in SPLITS}
                for label in task.labels
            }
            if any(any(numbers.values()) for numbers in found.values()):
                table.setdefault(lang, {})[task.name] = found
    return table

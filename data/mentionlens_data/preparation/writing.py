"""Write a prepared set: rows, removals, manifest, leak report and card, or nothing at all."""

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

from mentionlens_data.errors import PreparedSetError
from mentionlens_data.preparation.candidates import Removal
from mentionlens_data.preparation.card import card_text
from mentionlens_data.preparation.leaks import leak_counts, leak_report
from mentionlens_data.preparation.source import SourceAccount
from mentionlens_data.prepared import SCHEMA_VERSION, PreparedSet
from mentionlens_data.schema import SPLITS, LabelledMention
from mentionlens_data.tasks import Task, default_tasks

__all__ = ["write_prepared"]

_FIELDS = tuple(field.name for field in dataclasses.fields(LabelledMention))


def write_prepared(
    output: Path,
    parts: Mapping[str, Iterable[LabelledMention]],
    sources: Sequence[SourceAccount],
    *,
    removed: Sequence[Removal],
    policy: str,
    seed: int,
    tasks: Sequence[Task] | None = None,
    extra: Mapping[str, Any] | None = None,
) -> PreparedSet:
    """Write a prepared set beside `output` and rename it into place.

    Two calls with equal arguments write equal bytes.

    Args:
        output: the folder; an earlier prepared set there is replaced.
        parts: split to its rows.
        sources: where the rows come from.
        removed: every row that was read and is in no part.
        policy: which licence classes were let in.
        seed: what the parts were cut with.
        tasks: the questions; by default those that mentionlens ships with.
        extra: more sections of the manifest, JSON-ready.

    Raises:
        PreparedSetError: `output` exists and is something else than a prepared set.
    """
    if _is_foreign(output):
        raise PreparedSetError(f"{output} exists and is not a prepared set: choose another")
    questions = tuple(tasks or default_tasks())
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
        with _open_for_bytes(folder / "removed.jsonl.gz") as file:
            for item in removed:
                file.write(_json_line(dataclasses.asdict(item)))
        manifest = {
            "schema_version": SCHEMA_VERSION,
            "fingerprint": digest.hexdigest(),
            "seed": seed,
            "policy": policy,
            "rows": {split: sum(kept[s.name, split] for s in sources) for split in SPLITS},
            "tasks": {task.name: list(task.labels) for task in questions},
            "corpora": _accounts(sources, kept, removed),
            "counts": _table(cells, questions),
            "leaks": leak_counts(removed),
            **(extra or {}),
        }
        text = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
        (folder / "manifest.json").write_text(text, encoding="utf-8")
        (folder / "leaks.md").write_text(leak_report(removed), encoding="utf-8")
        (folder / "README.md").write_text(card_text(manifest), encoding="utf-8")
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
    return _json_line(values)


def _json_line(values: Mapping[str, Any]) -> bytes:
    return (json.dumps(values, ensure_ascii=False) + "\n").encode("utf-8")


@contextmanager
def _open_for_bytes(path: Path) -> Iterator[gzip.GzipFile]:
    # No time stamp and no file name in the header: equal rows give equal bytes.
    with path.open("wb") as raw, gzip.GzipFile("", "wb", 6, raw, mtime=0) as file:
        yield file


def _accounts(
    sources: Sequence[SourceAccount],
    kept: Mapping[tuple[str, str], int],
    removed: Sequence[Removal],
) -> dict[str, Any]:
    dropped: dict[str, Counter[str]] = {source.name: Counter() for source in sources}
    for item in removed:
        dropped[item.source][item.reason] += 1
    return {
        source.name: {
            **{k: v for k, v in dataclasses.asdict(source).items() if k != "name"},
            "kept": {split: kept[source.name, split] for split in SPLITS},
            "dropped": dict(sorted(dropped[source.name].items())),
        }
        for source in sources
    }


def _table(cells: Mapping[tuple[str, str, str, str], int], tasks: Sequence[Task]) -> dict[str, Any]:
    """Nest counts as language, task, label, split, in the order of the tasks' labels."""
    table: dict[str, Any] = {}
    for lang in sorted({cell[0] for cell in cells}):
        for task in tasks:
            found = {
                label: {split: cells.get((lang, task.name, label, split), 0) for split in SPLITS}
                for label in task.labels
            }
            if any(any(numbers.values()) for numbers in found.values()):
                table.setdefault(lang, {})[task.name] = found
    return table

"""A watch on disk: what a restart goes on from, whatever ended the process.

One file holds everything, arrays without pickle and the rest as JSON. It is written beside its
place, brought to the disk and renamed, so that after a crash the old one or the new one is there,
whole. Since the same mentions in the same order give the same alerts, a watch that goes on behind
the mentions that the file speaks of says what one that never stopped would have said.
"""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mentionlens.scored_mention import ScoredMention
from mentionlens.watch.describing import Incident
from mentionlens.watch.errors import WatchStateError
from mentionlens.watch.kept_mentions import KeptMention
from mentionlens.watch.options import WatchOptions
from mentionlens.watch.series import Series
from mentionlens.watch.watch import Watch, WatchReport

__all__ = ["load_watch", "save_watch"]

_SCHEMA = 2
_RING = ("counts", "late", "means", "suspect")


def save_watch(watch: Watch, path: Path, position: Mapping[str, Any] | None = None) -> None:
    """Write a watch to a file that only its owner may read: it holds texts of the last day.

    Args:
        watch: to store.
        path: of the file; its folder exists.
        position: anything that JSON holds, for whoever goes on: how many records were read.

    Raises:
        OSError: it cannot be written; what was there stays.
    """
    parts = watch.parts
    arrays: dict[str, NDArray[Any]] = {}
    for name, found in (
        ("expectation", parts.expectation.arrays()),
        ("detector", parts.detector.arrays()),
        ("authors", parts.authors.arrays()),
        ("recent", {ring: getattr(parts.recent, ring) for ring in _RING}),
    ):
        arrays |= {f"{name}.{key}": value for key, value in found.items()}
    vocabulary = parts.vocabulary.counts
    arrays["vocabulary"] = np.array(list(vocabulary.values()), dtype=np.float32)
    memory = parts.memory
    arrays["ids"] = np.array(list(memory.ids), dtype=np.uint64)
    arrays["id_hours"] = np.array(list(memory.ids.values()), dtype=np.int64)
    arrays["first_hours"] = np.array(memory.first_hours, dtype=np.int64)
    document = {
        "schema": _SCHEMA,
        "options": asdict(watch.options),
        "texts": watch.texts,
        "position": dict(position or {}),
        "series": [[one.brand, one.lang, one.measure] for one in parts.table.series],
        "hour": memory.hour,
        "learned": memory.learned,
        "report": asdict(watch.report),
        "buffer": parts.buffer,
        "clock": {
            "now": parts.clock.now,
            "arrivals": list(parts.clock.arrivals),
            "dropped": parts.clock.dropped,
            "held": [[time, _mention_dict(mention)] for time, mention in parts.clock.held],
        },
        "incidents": [asdict(incident) for incident in parts.incidents.open],
        "kept": {
            brand: [list(_kept_values(one)) for one in mentions]
            for brand, mentions in parts.kept.by_brand.items()
        },
        "vocabulary": list(vocabulary),
    }
    text = json.dumps(document, ensure_ascii=True, separators=(",", ":"))
    arrays["document"] = np.frombuffer(text.encode("ascii"), dtype=np.uint8)
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type] # its stub takes them for its own flag
    _write(path, buffer.getbuffer())


def load_watch(
    path: Path, options: WatchOptions | None = None, *, texts: bool = True
) -> tuple[Watch, dict[str, Any]]:
    """Read a watch back.

    Args:
        path: of a file that `save_watch` wrote.
        options: that the watch must have been begun with.
        texts: whether its alerts may hold texts; must be as before, too.

    Returns:
        The watch, and the position that was stored with it.

    Raises:
        WatchStateError: the file is damaged, of another schema, or of a watch with other options.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        document = json.loads(arrays.pop("document").tobytes())
        schema = document["schema"]
    except (OSError, ValueError, KeyError, EOFError, TypeError, zipfile.BadZipFile) as error:
        raise WatchStateError(
            f"{path}: no state of a watch ({error}); remove it to begin anew"
        ) from error
    if schema != _SCHEMA:
        raise WatchStateError(
            f"{path}: written for schema {schema}, this version reads {_SCHEMA}; remove it to "
            "begin anew"
        )
    options = options or WatchOptions()
    wanted = {**asdict(options), "texts": texts}
    found = {**document["options"], "texts": document["texts"]}
    for name, value in wanted.items():
        if found.get(name) != value:
            raise WatchStateError(
                f"{path}: was begun with {name} {found.get(name)!r}, now it is {value!r}; use the "
                "same, or remove the file to begin anew"
            )
    watch = Watch(options, texts=texts)
    try:
        _restore(watch, document, arrays)
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise WatchStateError(f"{path}: the state is damaged ({error})") from error
    return watch, document["position"]


def _restore(watch: Watch, document: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
    parts = watch.parts
    for brand, lang, measure in document["series"]:
        parts.table.row(Series(brand, lang, measure))

    def of(name: str) -> dict[str, NDArray[Any]]:
        prefix = f"{name}."
        return {k.removeprefix(prefix): v for k, v in arrays.items() if k.startswith(prefix)}

    parts.expectation.restore(of("expectation"))
    parts.detector.restore(of("detector"))
    for ring, array in of("recent").items():
        setattr(parts.recent, ring, array)
    authors = of("authors")
    parts.authors.restore(authors["authors"].tolist(), authors["author_hours"].tolist())
    for brand, counts in zip(document["vocabulary"], arrays["vocabulary"], strict=True):
        parts.vocabulary.counts[brand] = counts.copy()
    memory = parts.memory
    memory.hour, memory.learned = document["hour"], document["learned"]
    memory.first_hours = arrays["first_hours"].tolist()
    memory.ids = dict(zip(arrays["ids"].tolist(), arrays["id_hours"].tolist(), strict=True))
    memory.report = WatchReport(**document["report"])
    parts.buffer.extend(tuple(rows) for rows in document["buffer"])
    clock = document["clock"]
    parts.clock.now, parts.clock.dropped = clock["now"], clock["dropped"]
    parts.clock.arrivals.extend(clock["arrivals"])
    parts.clock.held.extend((time, _mention(values)) for time, values in clock["held"])
    parts.incidents.open.extend(Incident(**values) for values in document["incidents"])
    for brand, mentions in document["kept"].items():
        parts.kept.by_brand[brand] = deque(map(_kept_mention, mentions), parts.kept.most)


def _write(path: Path, data: memoryview) -> None:
    temporary = path.with_name(f".{path.name}.new")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def _kept_values(one: KeptMention) -> tuple[object, ...]:
    return one.id, one.text, one.hour, one.lang, one.measures, one.certainty, one.author


def _kept_mention(values: list[Any]) -> KeptMention:
    identifier, text, hour, lang, measures, certainty, author = values
    return KeptMention(identifier, text, hour, lang, tuple(measures), certainty, author)


def _mention_dict(mention: ScoredMention) -> dict[str, Any]:
    times = ("time", "replied_at")
    values = {name: getattr(mention, name) for name in ScoredMention.__slots__ if name not in times}
    values["labels"] = dict(mention.labels)
    values["probabilities"] = {task: dict(of) for task, of in mention.probabilities.items()}
    for name in times:
        moment = getattr(mention, name)
        values[name] = None if moment is None else moment.timestamp()
    return values


def _mention(values: Mapping[str, Any]) -> ScoredMention:
    moments = {
        name: None if values[name] is None else datetime.fromtimestamp(values[name], UTC)
        for name in ("time", "replied_at")
    }
    return ScoredMention(**{**values, "flags": tuple(values["flags"]), **moments})

"""What a frozen encoder gives for many mentions, computed once and kept in the run's folder."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from mentionlens_data.atomic import written_atomically
from numpy.lib.format import open_memmap
from numpy.typing import NDArray

from mentionlens_training.dataset import TextPreparer
from mentionlens_training.export.pooled import Pooler
from mentionlens_training.progress import say

__all__ = ["cached_features"]

_BLOCK = 512
_SECONDS_BETWEEN_LINES = 10.0


def cached_features(
    texts: Sequence[str], preparer: TextPreparer, pooler: Pooler, path: Path, *, encoder: str
) -> NDArray[np.float32]:
    """Return the features of texts, (texts, size); what is on disk already is not computed again.

    The rows lie in `path`, read as they are needed, so that memory does not grow with their
    number; `<path>.json` says how many of them are whole. A run that was stopped goes on behind
    the last block; other texts or another encoder begin anew.

    Args:
        texts: raw mentions.
        preparer: raw text to ids.
        pooler: ids to features.
        path: the .npy file.
        encoder: names the encoder's weights: features of others are not taken.
    """
    key = _key(texts, encoder)
    record = path.with_name(f"{path.name}.json")
    done = _done(record, key) if path.is_file() else 0
    path.parent.mkdir(parents=True, exist_ok=True)
    shape = (len(texts), pooler.size)
    if done == 0:
        record.unlink(missing_ok=True)
        rows = open_memmap(path, mode="w+", dtype=np.float32, shape=shape)
    else:
        rows = open_memmap(path, mode="r+" if done < len(texts) else "r")
    began, said, first = time.monotonic(), time.monotonic(), done
    while done < len(texts):
        stop = min(done + _BLOCK, len(texts))
        rows[done:stop] = pooler(preparer.ids(texts[done:stop]))
        rows.flush()
        done = stop
        with written_atomically(record) as file:
            json.dump({"key": key, "done": done}, file)
        now = time.monotonic()
        if done == len(texts) or now - said >= _SECONDS_BETWEEN_LINES:
            speed = (done - first) / max(now - began, 1e-9)
            say(f"read {done:,} of {len(texts):,} mentions, {speed:.0f} a second")
            said = now
    return rows


def _key(texts: Sequence[str], encoder: str) -> str:
    digest = hashlib.sha256(encoder.encode())
    for text in texts:
        digest.update(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest())
    return digest.hexdigest()


def _done(record: Path, key: str) -> int:
    try:
        found = json.loads(record.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return 0
    return int(found["done"]) if found.get("key") == key else 0

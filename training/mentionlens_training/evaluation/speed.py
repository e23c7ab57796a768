"""How fast a bundle answers, on the machine that evaluates it."""

from __future__ import annotations

import os
import platform
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from mentionlens import MentionClassifier
from mentionlens.cpu import available_cpus, default_threads

from mentionlens_training.evaluation.predictions import EvaluationError
from mentionlens_training.evaluation.schema import Speed

__all__ = ["machine_name", "measure_speed", "milliseconds"]

_WARM_UP = 10
_CPU_INFO = Path("/proc/cpuinfo")


def measure_speed(
    bundle: str | Path | None,
    texts: Sequence[str],
    *,
    bulk_rate: float | None,
    threads: int | None = None,
    mentions: int = 200,
    seed: int = 13,
) -> Speed:
    """Time single mentions with a warm classifier of one thread; each text is answered once.

    The time is that of the wall clock. Where more work waits for the processor than this one, the
    field `machine` says so: such figures are of the load, not of the bundle.

    Args:
        bundle: folder of the bundle; None: the packaged one.
        texts: to draw from.
        bulk_rate: mentions a second that the evaluation reached in bulk; None where unknown.
        threads: worker threads it had there; None: as many as a classifier takes by itself.
        mentions: texts to time, fewer where there are fewer.
        seed: of the draw.

    Raises:
        EvaluationError: no texts, or `mentions` is below 1.
        mentionlens.errors.BundleError: the bundle cannot be used.
    """
    if not texts or mentions < 1:
        raise EvaluationError(
            f"speed is measured on 1 or more texts, found {len(texts)} to draw {mentions} from"
        )
    chosen = random.Random(seed).sample(list(texts), min(mentions, len(texts)))
    classifier = MentionClassifier(bundle, threads=1)
    for text in chosen[:_WARM_UP]:
        classifier.predict(text)
    times = [milliseconds(classifier.predict, text) for text in chosen]
    return Speed(
        mentions=len(chosen),
        median_characters=round(float(np.median([len(text) for text in chosen]))),
        p50_ms=float(np.percentile(times, 50)),
        p95_ms=float(np.percentile(times, 95)),
        bulk_mentions_per_second=bulk_rate,
        threads=threads or default_threads(),
        machine=machine_name() + _load_note(),
    )


def milliseconds(call: Callable[[str], object], text: str) -> float:
    """Return the wall-clock time of one call."""
    start = time.perf_counter()
    call(text)
    return (time.perf_counter() - start) * 1000


def machine_name(cpu_info: Path = _CPU_INFO) -> str:
    """Return the processor and the number of cores that this process may use.

    Args:
        cpu_info: where Linux describes the processor; elsewhere Python's own words serve.
    """
    cores = available_cpus()
    name = _model_name(cpu_info) or platform.processor() or platform.machine() or "unknown"
    return f"{name}, {cores} core{'' if cores == 1 else 's'}"


def _load_note() -> str:
    """Return a remark where the load is above what one evaluation makes by itself."""
    try:
        load = os.getloadavg()[0]
    except (AttributeError, OSError):  # not on Windows
        return ""
    return f", busy with other work (load {load:.1f})" if load > available_cpus() + 1 else ""


def _model_name(cpu_info: Path) -> str | None:
    try:
        lines = cpu_info.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    fields = (line.partition(":") for line in lines)
    names = (value.strip() for name, _, value in fields if name.strip() == "model name")
    return next(names, None) or None

"""An evaluation of a made-up bundle with everything that a report must cope with.

Nothing was measured: confusion matrices come from a seeded generator, and every other figure from
them or from a formula, so that the figures of one cell agree with one another.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from example_figures import estimate
from example_tasks import TASKS, task_result
from mentionlens_training.evaluation.schema import (
    BaselineInfo,
    BundleInfo,
    DataInfo,
    Evaluation,
    LanguageResult,
    Precision,
    PrecisionCell,
    Robustness,
    Speed,
    TaskResult,
    TaskRobustness,
)

__all__ = ["TASKS", "example_evaluation"]


# Language to task to rows by label (in the order above) and rough accuracy.
_ROWS: dict[str, dict[str, tuple[tuple[int, ...], float]]] = {
    "pl": {
        "sentiment": ((1900, 700, 1600), 0.86),
        "troll": ((1300, 260), 0.88),
        "complaint": ((310, 240, 90, 85, 40, 160, 70, 20, 25), 0.74),
    },
    "ro": {
        "sentiment": ((1200, 250, 1120), 0.88),
        "troll": ((1500, 850), 0.83),
        # Two labels that do not occur.
        "complaint": ((66, 21, 19, 18, 11, 30, 19, 0, 0), 0.79),
    },
    "ru": {
        "sentiment": ((800, 2100, 900), 0.72),
        # Too few rows to be counted.
        "troll": ((25, 13), 0.8),
    },
    "es": {
        "complaint": ((120, 50, 20, 20, 10, 40, 20, 10, 5), 0.55),
        # A single label.
        "sentiment": ((0, 0, 180), 0.9),
    },
    "bg": {"sentiment": ((260, 480, 900), 0.8), "troll": ((180, 120), 0.86)},
    # No rows at all.
    "cs": {},
}
_AUGMENTATIONS = (
    ("typos", "slips of the finger: swapped, doubled and missing letters"),
    ("no_diacritics", "written without diacritics"),
    ("capitals", "all in capitals"),
)


def example_evaluation(seed: int = 13) -> Evaluation:
    """Return the example; the same seed gives the same one.

    Six languages: `ro` has everything, `cs` no rows, `es` a task with a single label, `ru` a
    task that is not counted. Texts of Romanian mistakes hold HTML, scripts, direction marks and
    10,000 characters.
    """
    draw = np.random.default_rng(seed)
    languages = tuple(_language(lang, draw) for lang in _ROWS)
    cells = [(found.lang, result) for found in languages for result in found.tasks]
    return Evaluation(
        tool_version="0.2.0",
        bundle=BundleInfo(
            name="example-bundle",
            version="1.4.0",
            precision="int8",
            graph_sha256="0123456789abcdef" * 4,
            size_bytes=38_717_431,
            languages=tuple(_ROWS),
            tasks=TASKS,
            low_confidence={"sentiment": 0.61, "troll": 0.7, "complaint": 0.42},
        ),
        data=DataInfo(
            rows=sum(found.rows for found in languages), fingerprint="fedcba98" * 8, split="test"
        ),
        baseline=BaselineInfo(training_rows=125_000, fingerprint="76543210" * 8),
        languages=languages,
        precision=Precision(
            reference="float32",
            measured_by="evaluation",
            cells=tuple(
                PrecisionCell(
                    lang=lang,
                    task=result.task,
                    rows=result.scores.rows,
                    macro_f1=result.scores.macro_f1.value,
                    reference_macro_f1=min(1.0, result.scores.macro_f1.value + 0.002 * number),
                    agreement=0.995 - 0.002 * number,
                )
                for number, (lang, result) in enumerate(cells)
            ),
        ),
        speed=Speed(
            mentions=500,
            median_characters=118,
            p50_ms=5.31,
            p95_ms=17.9,
            bulk_mentions_per_second=212.4,
            threads=2,
            machine="Example CPU 3000, 2 cores",
        ),
        notes=("The example bundle was never trained.",),
    )


def _language(lang: str, draw: np.random.Generator) -> LanguageResult:
    tasks = tuple(
        task_result(lang, task, _ROWS[lang][task], draw) for task in TASKS if task in _ROWS[lang]
    )
    if not tasks:
        notes = ("No labelled rows in this language: nothing could be measured.",)
        return LanguageResult(lang=lang, rows=0, sources={}, tasks=(), notes=notes)
    most = max(result.scores.rows for result in tasks)
    return LanguageResult(
        lang=lang,
        rows=most + 120,
        sources={f"{lang}-shop-reviews": most - most // 3, f"{lang}-posts": most // 3 + 120},
        tasks=tasks,
        robustness=tuple(
            _robustness(name, description, tasks, draw) for name, description in _AUGMENTATIONS
        ),
    )


def _robustness(
    name: str, description: str, tasks: Sequence[TaskResult], draw: np.random.Generator
) -> Robustness:
    return Robustness(
        augmentation=name,
        description=description,
        tasks=tuple(
            TaskRobustness(
                task=result.task,
                rows=result.scores.rows,
                changed=estimate(0.02 + 0.1 * draw.random(), result.scores.rows),
                labelled=labelled,
                macro_f1_before=result.scores.macro_f1.value if labelled else None,
                macro_f1_after=max(0.0, result.scores.macro_f1.value - 0.06 * draw.random())
                if labelled
                else None,
            )
            for result in tasks
            # One task has no labelled row that the augmentation changes.
            for labelled in (0 if (name, result.task) == ("capitals", "troll") else 40,)
        ),
    )

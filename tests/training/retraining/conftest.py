"""A bundle of the tiny model, exported for all tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from mentionlens_data.schema import LabelledMention
from mentionlens_training.export import GateLimits, export_bundle
from tiny import TEXTS, tiny_trained

GOLDEN = [
    {"id": f"{lang}-{number}", "lang": lang, "text": text}
    for lang, texts in TEXTS.items()
    for number, text in enumerate(texts)
]
# A random model is noisier in int8 than a trained one, and has few texts; the checks are the same.
LIMITS = GateLimits(
    texts_per_language=3,
    cell_rows=3,
    label_rows=1,
    shipped_alone=0.1,
    shipped_agreement=0.8,
    mean_loss_points=10,
    cell_loss_points=30,
)


def labelled_golden(tasks) -> list[LabelledMention]:
    """Return the golden texts with labels in turn."""
    return [
        LabelledMention(
            id=item["id"],
            text=item["text"],
            lang=item["lang"],
            source="made",
            split="validation",
            group=item["id"],
            labels={task.name: task.labels[number % len(task.labels)] for task in tasks},
        )
        for number, item in enumerate(GOLDEN)
    ]


@pytest.fixture(scope="session")
def tiny_shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a shipped bundle; no test changes it."""
    folder = tmp_path_factory.mktemp("shipped") / "bundle"
    trained = tiny_trained()
    export_bundle(
        trained,
        folder,
        golden=GOLDEN,
        texts_by_language=TEXTS,
        labelled=labelled_golden(trained.model.tasks),
        limits=LIMITS,
    )
    return folder

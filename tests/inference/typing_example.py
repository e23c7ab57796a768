"""Calls the whole public API the way a typed program does; mypy checks it, and it runs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import assert_type

import numpy as np
from mentionlens import (
    Bundle,
    BundleError,
    InputError,
    Manifest,
    MentionClassifier,
    Prediction,
    TaskPrediction,
    TextNormalizer,
    VerificationReport,
    __version__,
    packaged_bundle_path,
    verify_bundle,
)
from mentionlens.bundle import sha256_file
from mentionlens.tokenization import EncodedText, TextEncoder
from numpy.typing import NDArray


def classify(folder: Path) -> None:
    """Predict in every way."""
    classifier = MentionClassifier(folder, threads=1)
    prediction = classifier.predict("Paczka")
    assert_type(prediction, Prediction)
    assert_type(prediction.sentiment, TaskPrediction)
    assert_type(prediction.sentiment.label, str)
    assert_type(prediction.sentiment.score, float)
    assert_type(prediction.sentiment.probabilities, dict[str, float])
    assert_type(prediction.flags, tuple[str, ...])
    assert_type(prediction.id, str | None)
    assert_type(classifier.predict({"text": "Paczka", "id": "7", "lang": "pl"}), Prediction)
    assert_type(classifier.predict(["a", {"text": "b"}]), list[Prediction])
    assert_type(classifier.predict(text for text in ("a", "b")), list[Prediction])
    assert_type(classifier.predict_iter(["a"], batch_size=2), Iterator[Prediction])
    assert_type(classifier.logits(["a"]), dict[str, NDArray[np.float64]])
    assert_type(classifier.labels("troll"), tuple[str, ...])
    assert_type(classifier.manifest, Manifest)
    print(prediction.to_dict(), prediction.troll.to_dict())


def inspect(folder: Path) -> None:
    """Use the parts below the classifier."""
    bundle = Bundle.load(folder)
    assert_type(sha256_file(bundle.graph_path), str)
    assert_type(TextEncoder(bundle).encode("Paczka"), EncodedText)
    assert_type(TextNormalizer(1, {"mask_urls": False}).normalize("Paczka"), str)
    report = verify_bundle(folder, threads=1)
    assert_type(report, VerificationReport)
    assert_type(report.passed, bool)
    assert_type(report.max_difference, float | None)
    print(__version__, [check.name for check in report.checks])


def refuse() -> None:
    """Catch the named errors."""
    try:
        assert_type(packaged_bundle_path(), Path)
        MentionClassifier().predict("a")
    except (BundleError, InputError) as error:
        print(error)


if __name__ == "__main__":
    classify(Path(sys.argv[1]))
    inspect(Path(sys.argv[1]))
    refuse()

"""mentionlens: sentiment, trolling and complaint type of a mention, on a CPU, offline.

>>> from mentionlens import MentionClassifier
>>> classifier = MentionClassifier()
>>> classifier.predict("Paczka miała być w piątek, jest środa i cisza.").sentiment.label
'negative'
"""

import os
from typing import TYPE_CHECKING

from mentionlens.bundle import Bundle, packaged_bundle_path
from mentionlens.classifier import MentionClassifier
from mentionlens.errors import (
    BundleChecksumError,
    BundleError,
    BundleFormatError,
    BundleNotFoundError,
    GraphMismatchError,
    InputError,
    MentionlensError,
    OnnxruntimeTooOldError,
    UnsupportedSchemaError,
)
from mentionlens.manifest import Manifest
from mentionlens.normalization import TextNormalizer
from mentionlens.prediction import Prediction, TaskPrediction
from mentionlens.verification import VerificationReport, verify_bundle

# onnxruntime 1.31 reports its use to its maker over the network, unless it is told not to before
# it is imported, which happens with the first mention.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

__all__ = [
    "Bundle",
    "BundleChecksumError",
    "BundleError",
    "BundleFormatError",
    "BundleNotFoundError",
    "GraphMismatchError",
    "InputError",
    "Manifest",
    "MentionClassifier",
    "MentionlensError",
    "OnnxruntimeTooOldError",
    "Prediction",
    "TaskPrediction",
    "TextNormalizer",
    "UnsupportedSchemaError",
    "VerificationReport",
    "__version__",
    "packaged_bundle_path",
    "verify_bundle",
]

if TYPE_CHECKING:
    __version__: str
else:

    def __getattr__(name: str) -> str:
        """Read the version when it is asked for: importlib.metadata is slow to import."""
        if name != "__version__":
            raise AttributeError(f"module 'mentionlens' has no attribute {name!r}")
        from importlib.metadata import PackageNotFoundError, version

        try:
            return version("mentionlens")
        except PackageNotFoundError:  # a source tree on the path, not installed
            return "0.0.0"

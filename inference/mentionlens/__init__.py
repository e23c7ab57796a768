"""mentionlens: sentiment, trolling and complaint type of a mention, on a CPU, offline.

>>> from mentionlens import MentionClassifier
>>> classifier = MentionClassifier()
>>> classifier.predict("Paczka miała być w piątek, jest środa i cisza.").sentiment.label
'negative'
"""

from importlib.metadata import PackageNotFoundError as _PackageNotFoundError
from importlib.metadata import version as _version

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

try:
    __version__ = _version("mentionlens")
except _PackageNotFoundError:  # a source tree on the path, not installed
    __version__ = "0.0.0"

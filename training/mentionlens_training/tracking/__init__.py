"""What MLflow is given: training runs, their figures, and bundles as models that it can load."""

from mentionlens_training.tracking.errors import MlflowMissingError, TrackingError
from mentionlens_training.tracking.pyfunc import log_pyfunc, signature_of
from mentionlens_training.tracking.training import tracked
from mentionlens_training.tracking.writing import Tracked, track_bundle, track_run

__all__ = [
    "MlflowMissingError",
    "Tracked",
    "TrackingError",
    "log_pyfunc",
    "signature_of",
    "track_bundle",
    "track_run",
    "tracked",
]

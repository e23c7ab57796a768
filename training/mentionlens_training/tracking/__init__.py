"""What MLflow is given: a bundle as a model that any tool which speaks MLflow can load."""

from mentionlens_training.tracking.pyfunc import log_pyfunc, signature_of

__all__ = ["log_pyfunc", "signature_of"]

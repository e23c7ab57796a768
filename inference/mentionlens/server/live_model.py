"""The model that answers now: verified before it is used, and exchanged while requests run."""

from __future__ import annotations

import hashlib
import logging
import time
from dataclasses import dataclass
from pathlib import Path

from mentionlens.bundle import MANIFEST_FILE, packaged_bundle_path
from mentionlens.classifier import MentionClassifier
from mentionlens.errors import BundleError
from mentionlens.manifest import Manifest
from mentionlens.server.huge_pages import use_huge_pages
from mentionlens.verification import verify_bundle

__all__ = ["BundleRefusedError", "LiveModel", "ModelSlot"]

_LOG = logging.getLogger("mentionlens.server")


class BundleRefusedError(BundleError):
    """A bundle does not answer its golden texts as it should."""


@dataclass(frozen=True)
class LiveModel:
    """A verified model with its session open.

    Attributes:
        classifier: answers on the thread of whoever asks.
        identity: digest of the manifest, which names the checksums of everything else.
        since: when it was loaded, in seconds since 1970.
    """

    classifier: MentionClassifier
    identity: str
    since: float

    @property
    def manifest(self) -> Manifest:
        """The manifest of its bundle."""
        return self.classifier.manifest

    def named(self) -> dict[str, str]:
        """Return what every answer says of the model."""
        return {"name": self.manifest.name, "version": self.manifest.version}


class ModelSlot:
    """Holds the model that answers, and puts another in its place when the folder changes.

    Args:
        path: folder of the bundle; None is the packaged one.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = packaged_bundle_path() if path is None else path.absolute()
        self.current: LiveModel | None = None
        # A folder that was refused is not tried again until it changes.
        self._tried: str | None = None

    def move_to(self, path: Path) -> None:
        """Take the bundle from another folder from the next `load` on; any thread may say so."""
        self.path = path.absolute()

    def changed(self) -> bool:
        """Whether the folder holds another manifest than the one that was tried last."""
        found = _identity(self.path)
        return found is not None and found != self._tried

    def load(self) -> LiveModel:
        """Verify the bundle in the folder, warm it and let it answer from now on.

        Slow: the golden texts are replayed. The former model goes on until the new one is ready,
        and for good where the new one is refused.

        Raises:
            BundleError: the bundle cannot be used; the subclass says why.
        """
        path = self.path
        identity = _identity(path)
        self._tried = identity
        report = verify_bundle(path, threads=1)
        if not report.passed:
            failed = next(check for check in report.checks if not check.passed)
            raise BundleRefusedError(f"{path}: {failed.name}: {failed.detail}")
        classifier = MentionClassifier(path, threads=1)
        classifier.predict("")
        use_huge_pages()
        if identity is None or _identity(path) != identity:
            self._tried = None
            raise BundleRefusedError(f"{path}: the folder changed while it was being read")
        model = LiveModel(classifier, identity, time.time())
        self.current = model
        _LOG.info("model %s %s answers", model.manifest.name, model.manifest.version)
        return model


def _identity(path: Path) -> str | None:
    try:
        return hashlib.sha256((path / MANIFEST_FILE).read_bytes()).hexdigest()
    except OSError:
        return None

"""What is to be promoted: a bundle in a folder, of an MLflow run, or of a registered version."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from mentionlens.bundle import MANIFEST_FILE, Bundle, packaged_bundle_path
from mentionlens.manifest import Manifest

from mentionlens_training.promotion.errors import PromotionError
from mentionlens_training.promotion.registry import Registry, Version
from mentionlens_training.tracking.store import is_missing, store_errors
from mentionlens_training.tracking.writing import bundle_identity, track_bundle

__all__ = ["PACKAGED", "Challenger", "find_challenger"]

PACKAGED = "packaged"
"""Stands for the bundle that mentionlens ships with."""

_RUN_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Challenger:
    """A bundle on this machine that may become the champion.

    Attributes:
        bundle: its folder.
        manifest: of the bundle.
        version: that holds it; None where it is not registered yet.
        logged: address of the logged model and its run, where MLflow has it unregistered.
    """

    bundle: Path
    manifest: Manifest
    version: Version | None = None
    logged: tuple[str, str] | None = None

    @property
    def identity(self) -> str:
        """Digest of the bundle's manifest."""
        return bundle_identity(self.bundle)

    @property
    def title(self) -> str:
        """Name and version of the bundle, and of the registry where it has one."""
        name = f"{self.manifest.name} {self.manifest.version}"
        return name if self.version is None else f"{self.version.title} ({name})"

    def gate_problem(self) -> str | None:
        """Return why the export gate does not speak for the bundle; None where it does."""
        verification = self.manifest.verification
        if verification.get("passed") is True and verification.get("checks"):
            return None
        return (
            f"{self.title}: its manifest holds no record of a passed export gate; export it with "
            "`mentionlens train ... -o BUNDLE` or `mentionlens export`"
        )

    def registered(self, registry: Registry) -> Version:
        """Return the version that holds the bundle; it is tracked and registered where none does.

        Raises:
            TrackingError: the store refuses it.
        """
        if self.version is not None:
            return self.version
        if self.logged is not None:
            uri, run_id = self.logged
            return registry.register(uri, run_id, self.identity)
        tracked = track_bundle(self.bundle)
        if tracked.model_uri is None:  # cannot be: a bundle was given
            raise PromotionError(f"{self.bundle}: MLflow run {tracked.run_id} holds no model")
        return registry.register(tracked.model_uri, tracked.run_id, self.identity)


def find_challenger(given: str, registry: Registry, work: Path) -> Challenger:
    """Find what a caller named, and bring it to this machine.

    Args:
        given: number of a version, id of an MLflow run, folder of a bundle, or `packaged`. What
            consists of digits is a version; a folder of such a name is `./3`.
        registry: to look in.
        work: an empty folder for what is fetched.

    Raises:
        PromotionError: it names nothing, or the run holds no bundle.
        TrackingError: the store fails.
        BundleError: the bundle cannot be used.
    """
    if _RUN_ID.fullmatch(given) and not Path(given).exists():
        return _of_run(given, registry, work)
    if given.isdecimal():
        version = registry.version(int(given))
        return _fetched(registry.fetch(version, work), version)
    folder = packaged_bundle_path() if given == PACKAGED else Path(given)
    if not (folder / MANIFEST_FILE).is_file():
        raise PromotionError(
            f"{given}: neither a bundle (a folder with {MANIFEST_FILE}), nor the number of a "
            f"version of {registry.name}, nor the id of an MLflow run; `{PACKAGED}` stands for the "
            "bundle that mentionlens ships with"
        )
    identity = bundle_identity(folder)
    known = [version for version in registry.versions() if version.identity == identity]
    return _fetched(folder, known[0] if known else None)


def _of_run(run_id: str, registry: Registry, work: Path) -> Challenger:
    for version in registry.versions():
        if version.run_id == run_id:
            return _fetched(registry.fetch(version, work), version)
    import mlflow

    with store_errors(f"cannot be asked for the run {run_id}"):
        try:
            run = registry.client.get_run(run_id)
        except mlflow.MlflowException as error:
            if is_missing(error):
                raise PromotionError(f"there is no MLflow run {run_id} in this store") from error
            raise
    models = run.outputs.model_outputs if run.outputs is not None else []
    if not models:
        raise PromotionError(
            f"the MLflow run {run_id} holds no bundle; add it with "
            "`mentionlens track RUN --bundle BUNDLE`, or promote the bundle itself"
        )
    uri = f"models:/{models[-1].model_id}"
    folder = registry.fetch_model(uri, work)
    return Challenger(folder, Bundle.load(folder).manifest, logged=(uri, run_id))


def _fetched(folder: Path, version: Version | None) -> Challenger:
    return Challenger(folder, Bundle.load(folder).manifest, version)

"""One registered model and one alias of it, in MLflow's registry."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mentionlens.bundle import MANIFEST_FILE

from mentionlens_training.promotion.errors import AliasMovedError, PromotionError
from mentionlens_training.promotion.lock import alias_lock
from mentionlens_training.promotion.steps import Step, positions, steps_of
from mentionlens_training.tracking.store import is_missing, open_store, store_errors
from mentionlens_training.tracking.writing import BUNDLE_TAG

__all__ = ["DEFAULT_ALIAS", "DEFAULT_NAME", "Registry", "Version", "bundle_within"]

DEFAULT_NAME = "mentionlens"
DEFAULT_ALIAS = "champion"


@dataclass(frozen=True)
class Version:
    """A version of the registered model.

    Attributes:
        number: of the version.
        run_id: MLflow run that it was logged in; empty where MLflow does not know.
        tags: of the version.
    """

    number: int
    run_id: str
    tags: Mapping[str, str]

    @property
    def identity(self) -> str | None:
        """Digest of its bundle's manifest, where it was registered by mentionlens."""
        return self.tags.get(BUNDLE_TAG)

    @property
    def title(self) -> str:
        """The version in words."""
        return f"version {self.number}"


class Registry:
    """The versions of a registered model, and the alias that says which of them is in use.

    Args:
        name: of the registered model.
        alias: that moves.

    Raises:
        MlflowMissingError: MLflow is not installed.
        TrackingError: the store cannot be opened; every method raises it where the store fails.
    """

    def __init__(self, name: str = DEFAULT_NAME, alias: str = DEFAULT_ALIAS) -> None:
        self.name, self.alias = name, alias
        self.client = open_store("mentionlens promote")

    def champion(self) -> Version | None:
        """Return the version that the alias points to; None where there is no alias."""
        import mlflow

        with store_errors(f"cannot be asked for {self.name}@{self.alias}"):
            try:
                found = self.client.get_model_version_by_alias(self.name, self.alias)
            except mlflow.MlflowException as error:
                # A missing alias has the error code of a wrong name, and is told by the words only.
                if is_missing(error) or str(error).rstrip().endswith("not found."):
                    return None
                raise
        return _version(found)

    def version(self, number: int) -> Version:
        """Return a version.

        Raises:
            PromotionError: there is none of this number.
        """
        for found in self.versions():
            if found.number == number:
                return found
        known = ", ".join(str(version.number) for version in self.versions()) or "none"
        raise PromotionError(f"{self.name} has no version {number}; there are: {known}")

    def versions(self) -> list[Version]:
        """Return all versions, the oldest first."""
        found: list[Any] = []
        token = None
        with store_errors(f"cannot be asked for the versions of {self.name}"):
            while True:
                page = self.client.search_model_versions(f"name = '{self.name}'", page_token=token)
                found += page
                token = page.token
                if not token:
                    break
        return sorted(map(_version, found), key=lambda version: version.number)

    def steps(self) -> list[Step]:
        """Return what was done to the alias, the oldest step first.

        Raises:
            PromotionError: a record is damaged.
        """
        return steps_of(self.alias, [(found.number, found.tags) for found in self.versions()])

    def register(self, model_uri: str, run_id: str, identity: str) -> Version:
        """Register a logged bundle, unless a version holds the same one already.

        Args:
            model_uri: of the logged model.
            run_id: it was logged in.
            identity: of the bundle.
        """
        import mlflow

        for known in self.versions():
            if known.identity == identity:
                return known
        with store_errors(f"does not register {self.name}"):
            with contextlib.suppress(mlflow.MlflowException):
                # It is there already from the second version on.
                self.client.create_registered_model(self.name)
            found = self.client.create_model_version(
                self.name, model_uri, run_id, tags={BUNDLE_TAG: identity}
            )
        return _version(found)

    def fetch(self, version: Version, folder: Path) -> Path:
        """Bring the bundle of a version into a folder and return where it lies there.

        Raises:
            PromotionError: the version holds no bundle.
        """
        return self.fetch_model(f"models:/{self.name}/{version.number}", folder)

    def fetch_model(self, uri: str, folder: Path) -> Path:
        """Bring the bundle of any model of MLflow into a folder.

        Raises:
            PromotionError: the model holds no bundle, or its files cannot be had.
        """
        import mlflow

        try:
            with store_errors(f"cannot give {uri}"):
                model = Path(mlflow.artifacts.download_artifacts(uri, dst_path=str(folder)))
        except OSError as error:
            raise PromotionError(f"{uri}: its files cannot be had: {error}") from error
        return bundle_within(model, uri)

    @contextlib.contextmanager
    def moving(self) -> Iterator[Mover]:
        """Hold the lock of the alias; a step that a killed process left half-done is settled first.

        Raises:
            AliasLockedError: another promotion holds it.
        """
        with store_errors(f"cannot move {self.name}@{self.alias}"), self._lock() as check:
            self._settle()
            yield Mover(self, check)

    def _lock(self) -> contextlib.AbstractContextManager[Callable[[], None]]:
        return alias_lock(self.client, self.name, self.alias)

    def _settle(self) -> None:
        """Confirm a step whose alias has moved; forget one whose alias has not."""
        for step in [found for found in self.steps() if found.state == "moving"]:
            champion = self.champion()
            if champion is not None and champion.number == step.version:
                self.write(step.model_copy(update={"state": "done"}))
            else:
                key = step.key(self.alias)
                self.client.delete_model_version_tag(self.name, str(step.version), key)

    def write(self, step: Step) -> None:
        """Store a step as a tag of its version."""
        with store_errors(f"does not record a step of {self.name}"):
            self.client.set_model_version_tag(
                self.name, str(step.version), step.key(self.alias), step.model_dump_json()
            )


class Mover:
    """Moves the alias and records it; given by `Registry.moving`, for as long as its block lasts.

    Args:
        registry: whose alias.
        check: that the lock is still held.
    """

    def __init__(self, registry: Registry, check: Callable[[], None]) -> None:
        self._registry, self._check = registry, check
        self.champion = registry.champion()
        self.steps = registry.steps()

    @property
    def positions(self) -> list[int]:
        """The versions that the alias has come over, the current one last."""
        return positions(self.steps, None if self.champion is None else self.champion.number)

    def expect(self, champion: Version | None) -> None:
        """Make sure that the alias points to where it did when the decision was made.

        Raises:
            AliasMovedError: it does not.
        """
        if _number(champion) != _number(self.champion):
            now = "nowhere" if self.champion is None else self.champion.title
            before = "nowhere" if champion is None else champion.title
            raise AliasMovedError(
                f"{self._registry.name}@{self._registry.alias} pointed to {before} when this began "
                f"and points to {now} now: somebody else moved it; nothing was changed, run it "
                "again to compare with what is there"
            )

    def record(self, step: Step) -> Step:
        """Record a step that moves nothing; return it with its number."""
        step = self._numbered(step)
        self._registry.write(step)
        return step

    def move(self, step: Step) -> Step:
        """Let the alias point to the step's version, and record it; return it with its number.

        The record comes first, as `moving`, and is confirmed afterwards: whatever happens between,
        the next call can tell from the alias what became of it.
        """
        registry = self._registry
        step = self._numbered(step).model_copy(update={"state": "moving"})
        registry.write(step)
        self._check()
        registry.client.set_registered_model_alias(registry.name, registry.alias, str(step.version))
        done = step.model_copy(update={"state": "done"})
        registry.write(done)
        return done

    def _numbered(self, step: Step) -> Step:
        last = max((found.number for found in self.steps), default=0)
        return step.model_copy(
            update={
                "number": last + 1,
                "at": datetime.now(UTC).isoformat(timespec="seconds"),
                "before": _number(self.champion),
            }
        )


def bundle_within(model: Path, name: str) -> Path:
    """Return the bundle among the artefacts of a downloaded model.

    Args:
        model: its folder.
        name: for the message.

    Raises:
        PromotionError: there is none, or there are several.
    """
    found = sorted(path.parent for path in (model / "artifacts").glob(f"*/{MANIFEST_FILE}"))
    if len(found) != 1:
        raise PromotionError(
            f"{name} holds {len(found) or 'no'} bundles among its artefacts; register one with "
            "`mentionlens promote BUNDLE`"
        )
    return found[0]


def _version(found: Any) -> Version:  # noqa: ANN401 - MLflow's
    return Version(int(found.version), found.run_id or "", dict(found.tags))


def _number(version: Version | None) -> int | None:
    return None if version is None else version.number

"""Follows an alias of the registry: whatever version it points to is brought to a folder here.

The folder of a version never changes, so that a service verifies, warms and takes it as it takes
any bundle. What was fetched stays in the cache: a service that starts while the registry is away
goes on with the version that the alias pointed to last.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import shutil
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from mentionlens.bundle import Bundle
from mentionlens.errors import BundleError
from mentionlens.server.model_registry import (
    FetchError,
    ModelAlias,
    ModelRegistry,
    RegistryAwayError,
    RegistryError,
    VersionError,
)

__all__ = ["AliasFollower", "default_cache"]

_LOG = logging.getLogger("mentionlens.server")


def default_cache() -> Path:
    """Return the folder of fetched bundles: `$XDG_CACHE_HOME/mentionlens`, or `~/.cache/...`."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mentionlens"


class AliasFollower:
    """Keeps the bundle of an alias at hand.

    Args:
        alias: to follow.
        cache: folder for bundles, made where it is missing; services may share it.

    Raises:
        RegistryError: MLflow is not installed.
    """

    def __init__(self, alias: ModelAlias, cache: Path) -> None:
        self._alias = alias
        self._registry = ModelRegistry(alias)
        # Another registry may have a model of the same name.
        place = f"{quote(alias.name, safe='')}-{_digest(self._registry.address)}"
        self._folder = cache.absolute() / place
        self._version: str | None = None
        # A version that was refused is not fetched again until the alias moves.
        self._refused: str | None = None
        self._told = ""
        self._away = False
        self._wake = threading.Event()
        self._again = False

    def first(self) -> Path:
        """Return the bundle to start with: the alias' own, or the last one where it cannot be had.

        Raises:
            RegistryError: neither can be had, or the cache cannot be written to.
        """
        found, problem = None, ""
        try:
            found = self.look()
        except (RegistryError, BundleError) as error:
            problem = str(error)
        if found is not None:
            return found
        last = self._last()
        if last is None:
            raise RegistryError(
                f"{problem}; {self._folder} holds no version of it from before, so that there is "
                "no model to start with"
            )
        self._version = last.name
        _LOG.warning("%s; version %s, fetched before, goes on", problem, last.name)
        return last

    def look(self, *, again: bool = False) -> Path | None:
        """Ask the registry; return the folder of the version where it is another one than before.

        Args:
            again: fetch a version that was refused before once more.

        Raises:
            RegistryAwayError: the registry does not answer.
            FetchError: the version's files cannot be had now.
            VersionError: the version holds no bundle.
            BundleError: its bundle is damaged.
            RegistryError: the cache cannot be written to.
        """
        version = self._registry.version()
        if self._away:
            self._away = False
            _LOG.info("%s: the registry answers again", self._alias)
        if version == self._version or (version == self._refused and not again):
            return None
        try:
            folder = self._fetched(version)
        except (VersionError, BundleError):
            self._refused = version
            raise
        self._version, self._refused, self._told = version, None, ""
        self._remember(version)
        _LOG.info("%s is version %s", self._alias, version)
        return folder

    def follow(
        self, every: float, *, found: Callable[[Path], None], refused: Callable[[], None]
    ) -> None:
        """Look again and again, on a thread of its own that ends with the process.

        Args:
            every: seconds between two looks; 0 looks when woken only.
            found: takes the folder of another version.
            refused: is told of each version that cannot be taken.
        """

        def run() -> None:
            while True:
                self._wake.wait(every or None)
                self._wake.clear()
                again, self._again = self._again, False
                self._look_and_tell(again, found, refused)

        threading.Thread(target=run, name="alias", daemon=True).start()

    def wake(self) -> None:
        """Look at once, and try a version that was refused once more."""
        self._again = True
        self._wake.set()

    def _look_and_tell(
        self, again: bool, found: Callable[[Path], None], refused: Callable[[], None]
    ) -> None:
        try:
            folder = self.look(again=again)
        except RegistryAwayError as error:
            # Once for each time that it goes away, and whenever somebody asked.
            if again or not self._away:
                _LOG.warning("the registry cannot be asked: %s; %s", error, self._goes_on())
            self._away = True
        except (RegistryError, BundleError) as error:
            # What may pass by itself is tried again at every look, and told once.
            if again or str(error) != self._told:
                _LOG.error("refused: %s; %s", error, self._goes_on())
                refused()
            self._told = str(error)
        # The thread is all that looks; it must outlive whatever a store may raise.
        except Exception:
            _LOG.exception("the registry cannot be asked; %s", self._goes_on())
        else:
            if folder is not None:
                found(folder)

    def _goes_on(self) -> str:
        return f"version {self._version} goes on"

    def _fetched(self, version: str) -> Path:
        """Return the folder of a version, fetched where it is not there, whole and checked."""
        folder = self._folder / version
        if folder.is_dir():
            with contextlib.suppress(BundleError):
                Bundle.load(folder)
                return folder
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            work = Path(tempfile.mkdtemp(prefix=".fetching-", dir=self._folder))
        except OSError as error:
            raise RegistryError(
                f"{self._folder}: cannot be written ({error.strerror}); name another folder with "
                "--cache"
            ) from error
        try:
            bundle = self._registry.fetch(version, work)
            Bundle.load(bundle)
            # A damaged one from before.
            shutil.rmtree(folder, ignore_errors=True)
            bundle.rename(folder)
        except OSError as error:
            # Another service may have put the same version there in this moment.
            if not folder.is_dir():
                raise FetchError(f"{folder}: cannot be written ({error})") from error
        finally:
            shutil.rmtree(work, ignore_errors=True)
        return folder

    def _last(self) -> Path | None:
        """Return the version that the alias pointed to last, where it is still whole."""
        for version in self._remembered()[:1]:
            with contextlib.suppress(BundleError):
                Bundle.load(self._folder / version)
                return self._folder / version
        return None

    def _remember(self, version: str) -> None:
        """Write down what the alias points to, and forget what no alias has pointed to lately."""
        versions = [version, *(known for known in self._remembered() if known != version)][:2]
        path = self._note()
        temporary = path.with_name(f".{path.name}-{os.getpid()}")
        try:
            temporary.write_text(json.dumps(versions) + "\n", encoding="utf-8")
            temporary.replace(path)
            self._forget_others()
        except OSError as error:
            _LOG.warning("%s: cannot be written (%s)", path, error.strerror)

    def _remembered(self) -> list[str]:
        return _versions(self._note())

    def _note(self) -> Path:
        return self._folder / f"{self._alias.alias}.json"

    def _forget_others(self) -> None:
        """Remove the versions that no alias of this model points to, or did before."""
        notes = self._folder.glob("*.json")
        kept = {version for note in notes for version in _versions(note)}
        for folder in self._folder.iterdir():
            if folder.is_dir() and folder.name.isdecimal() and folder.name not in kept:
                shutil.rmtree(folder, ignore_errors=True)


def _versions(note: Path) -> list[str]:
    try:
        found = json.loads(note.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return [str(version) for version in found] if isinstance(found, list) else []


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]

"""The light client side of MLflow's registry: which version an alias points to, and its bundle.

MLflow is an extra, and is imported only where a service follows an alias.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mentionlens.bundle import MANIFEST_FILE
from mentionlens.errors import MentionlensError

__all__ = [
    "FetchError",
    "ModelAlias",
    "ModelRegistry",
    "RegistryAwayError",
    "RegistryError",
    "VersionError",
]

_FORM = re.compile(r"models:/(?P<name>[^/:@]+)@(?P<alias>[\w-]+)")
_ENVIRONMENT = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    # Who polls has no use for the minutes that MLflow would try again for.
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "20",
}


class RegistryError(MentionlensError):
    """The registry cannot be used; the message says why, and what is possible."""


class RegistryAwayError(RegistryError):
    """The registry does not answer now, or does not know the alias now."""


class VersionError(RegistryError):
    """The version that the alias points to holds no bundle."""


class FetchError(RegistryError):
    """The files of a version cannot be had now."""


@dataclass(frozen=True)
class ModelAlias:
    """An alias of a registered model, written `models:/NAME@ALIAS`."""

    name: str
    alias: str

    @classmethod
    def parse(cls, text: str) -> ModelAlias:
        """Read `models:/NAME@ALIAS`.

        Raises:
            ValueError: it is something else.
        """
        match = _FORM.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is no alias of a registered model: models:/NAME@ALIAS")
        return cls(match["name"], match["alias"])

    def __str__(self) -> str:
        return f"models:/{self.name}@{self.alias}"


class ModelRegistry:
    """The registry that MLflow itself would take: `MLFLOW_REGISTRY_URI`, `MLFLOW_TRACKING_URI`.

    Args:
        alias: that is asked for.

    Raises:
        RegistryError: MLflow is not installed, or the store's address is none.
    """

    def __init__(self, alias: ModelAlias) -> None:
        self._alias = alias
        if importlib.util.find_spec("mlflow") is None:
            raise RegistryError(
                f"{alias}: to follow an alias needs the tracking extra: pip install "
                "\"mentionlens[tracking]\" (no module 'mlflow'); or name a folder with --bundle"
            )
        # What stands in the environment already goes before.
        for name, value in _ENVIRONMENT.items():
            os.environ.setdefault(name, value)
        import mlflow

        for name in ("mlflow", "alembic", "urllib3"):
            logging.getLogger(name).setLevel(logging.ERROR)
        self._mlflow: Any = mlflow
        self.address = str(mlflow.get_registry_uri())
        self._client: Any = None

    def version(self) -> str:
        """Return the version that the alias points to now.

        Raises:
            RegistryAwayError: the registry does not answer, or knows no such alias.
        """
        try:
            if self._client is None:
                self._client = self._mlflow.MlflowClient()
            found = self._client.get_model_version_by_alias(self._alias.name, self._alias.alias)
        # A store may be a database, a folder or a server, and each fails in its own way.
        except Exception as error:
            self._client = None
            raise RegistryAwayError(f"{self._alias}: {_reason(error)}") from error
        return str(found.version)

    def fetch(self, version: str, folder: Path) -> Path:
        """Bring the files of a version into an empty folder; return where its bundle lies there.

        Raises:
            FetchError: its files cannot be had.
            VersionError: they hold no bundle.
        """
        uri = f"models:/{self._alias.name}/{version}"
        try:
            model = self._mlflow.artifacts.download_artifacts(uri, dst_path=str(folder))
        except Exception as error:  # as above
            raise FetchError(f"{uri}: its files cannot be had: {_reason(error)}") from error
        bundles = [path.parent for path in Path(model).glob(f"artifacts/*/{MANIFEST_FILE}")]
        if len(bundles) != 1:
            raise VersionError(
                f"{uri}: {len(bundles) or 'no'} bundles among its artefacts; register one with "
                "`mentionlens promote`"
            )
        return bundles[0]


def _reason(error: Exception) -> str:
    """Return the first line of an error, which names host and cause, without the whole chain."""
    # Addresses of stores may hold a password, and MLflow repeats them.
    line = re.sub(r"//[^/@\s]*@", "//", str(error).strip().partition("\n")[0])
    return line[:300] or type(error).__name__

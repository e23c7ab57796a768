"""The bundle: the folder that holds a model, checked before anything of it is used."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from mentionlens.errors import BundleChecksumError, BundleFormatError, BundleNotFoundError
from mentionlens.manifest import Manifest
from mentionlens.normalization import TextNormalizer

__all__ = ["GOLDEN_FILE", "MANIFEST_FILE", "Bundle", "packaged_bundle_path", "sha256_file"]

MANIFEST_FILE = "manifest.json"
GOLDEN_FILE = "golden.jsonl"


@dataclass(frozen=True)
class Bundle:
    """A checked bundle: every file named here exists and has the content that was promised.

    Attributes:
        path: the folder, absolute.
        manifest: the content of `manifest.json`.
        tokenizer_path: the tokenizer's file.
        graph_path: the graph that ships, the first one of the manifest.
        golden_path: the golden texts with the answers expected for them.
    """

    path: Path
    manifest: Manifest
    tokenizer_path: Path
    graph_path: Path
    golden_path: Path

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Bundle:
        """Check a folder and read its manifest; no graph is opened yet.

        Of the graphs only the shipped one must be there; another one that is present is checked
        too. `evaluation.json` and `README.md` are for people and may be absent.

        Raises:
            BundleNotFoundError: no such folder, or a file is missing.
            BundleFormatError: the manifest is damaged, or a file lies outside the folder.
            UnsupportedSchemaError: the manifest has another schema version.
            BundleChecksumError: the tokenizer or a graph is not the one that was exported.
        """
        folder = Path(path).absolute()
        if not folder.is_dir():
            problem = "is not a folder" if folder.exists() else "does not exist"
            raise BundleNotFoundError(
                f"{folder}: {problem}; a bundle is a folder with {MANIFEST_FILE}, as written by "
                "`mentionlens train` or `mentionlens export`"
            )
        manifest = _read_manifest(folder)
        normalizer, tokenizer = manifest.normalizer, manifest.tokenizer
        try:
            TextNormalizer(normalizer.version, normalizer.options)
        except BundleFormatError as error:
            raise BundleFormatError(f"{folder / MANIFEST_FILE}: {error}") from None
        tokenizer_path = _file(folder, tokenizer.file)
        graph_path = _file(folder, manifest.graph.file)
        golden_path = _file(folder, GOLDEN_FILE)
        _check_sum(tokenizer_path, tokenizer.sha256)
        _check_sum(graph_path, manifest.graph.sha256)
        for graph in manifest.graphs[1:]:
            if os.path.lexists(folder / graph.file):
                _check_sum(_file(folder, graph.file), graph.sha256)
        return cls(folder, manifest, tokenizer_path, graph_path, golden_path)


def packaged_bundle_path() -> Path:
    """Return the folder of the bundle that is installed with mentionlens.

    Raises:
        BundleNotFoundError: this installation has none.
    """
    from importlib import resources  # slow to import, and needed for this one folder only

    path = Path(str(resources.files("mentionlens") / "default_bundle"))
    if not (path / MANIFEST_FILE).is_file():
        raise BundleNotFoundError(
            f"{path}: this installation holds no packaged bundle; name one: "
            "MentionClassifier(PATH), or --bundle PATH on the command line"
        )
    return path


def sha256_file(path: str | os.PathLike[str]) -> str:
    """Return the SHA-256 digest of a file's content in lower-case hexadecimal."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read_manifest(folder: Path) -> Manifest:
    path = _file(folder, MANIFEST_FILE)
    try:
        data = json.loads(path.read_bytes().decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise BundleFormatError(
            f"{path}: not valid JSON ({error}); the file is damaged or was not written to its end"
        ) from error
    except OSError as error:
        raise BundleFormatError(f"{path}: cannot be read ({error.strerror})") from error
    try:
        return Manifest.from_dict(data)
    except BundleFormatError as error:
        raise type(error)(f"{path}: {error}") from None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _file(folder: Path, name: str) -> Path:
    """Return a file of the folder; links may not lead out of it."""
    path = folder / name
    if not path.is_file():
        raise BundleNotFoundError(
            f"{folder}: {name} is missing; the folder is no bundle or was not copied completely"
        )
    if not path.resolve().is_relative_to(folder.resolve()):
        raise BundleFormatError(
            f"{path}: links to a file outside the bundle; put the file itself there"
        )
    return path


def _check_sum(path: Path, expected: str) -> None:
    try:
        found = sha256_file(path)
    except OSError as error:
        raise BundleChecksumError(f"{path}: cannot be read ({error.strerror})") from error
    if found != expected:
        raise BundleChecksumError(
            f"{path}: sha256 is {found}, the manifest says {expected}; the file was changed or "
            "damaged after the export, copy the bundle again"
        )

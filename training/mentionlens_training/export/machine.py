"""Facts about the machine and the versions that an export was made with."""

from __future__ import annotations

import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

__all__ = ["describe_machine", "git_commit", "package_versions"]

_PACKAGES = (
    "mentionlens",
    "numpy",
    "onnx",
    "onnxruntime",
    "tokenizers",
    "torch",
    "transformers",
)
# What int8 products depend on.
_PROCESSOR_FLAGS = ("avx2", "avx512f", "avx512_vnni", "avx_vnni", "amx_int8", "asimddp", "i8mm")


def package_versions() -> dict[str, str]:
    """Return the versions of the packages that an export depends on; absent ones are left out."""
    found = {}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def git_commit(folder: Path | None = None) -> str | None:
    """Return the commit of the source tree, `-dirty` where it has changes; None without one.

    Args:
        folder: any folder of the tree; None takes the one of this file.
    """
    command = ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        done = subprocess.run(
            command,
            cwd=folder or Path(__file__).parent,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None if done.returncode == 0 else None


def describe_machine() -> dict[str, Any]:
    """Return the architecture, the processor's integer instructions and the versions."""
    try:
        words = set(Path("/proc/cpuinfo").read_text(encoding="utf-8").split())
    except OSError:  # only Linux has the file
        words = set()
    return {
        "architecture": platform.machine(),
        "system": platform.system(),
        "python": platform.python_version(),
        "instructions": [flag for flag in _PROCESSOR_FLAGS if flag in words],
        "packages": package_versions(),
    }

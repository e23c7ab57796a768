"""Replays a bundle's golden texts in a process that has only the runtime."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import mentionlens

from mentionlens_training.export.errors import ExportGateError

__all__ = ["replay_without_torch"]

_TIMEOUT_SECONDS = 600
_FORBIDDEN = (
    "torch",
    "transformers",
    "datasets",
    "pandas",
    "sklearn",
    "pydantic",
    "huggingface_hub",
    "onnx",
    "mentionlens_data",
    "mentionlens_training",
)

_PROGRAM = """
import json, sys
runtime, bundle, forbidden = sys.argv[1], sys.argv[2], set(sys.argv[3].split(","))


class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in forbidden:
            raise ModuleNotFoundError(f"{name} is blocked: the runtime must not need it")


sys.meta_path.insert(0, Blocker())
sys.path.insert(0, runtime)
from mentionlens.verification import verify_bundle

report = verify_bundle(bundle)
loaded = sorted(forbidden & set(sys.modules))
checks = [[check.name, check.passed, check.detail] for check in report.checks]
print(json.dumps({"checks": checks, "loaded": loaded, "difference": report.max_difference}))
"""


def replay_without_torch(bundle: Path) -> tuple[str, float]:
    """Load a bundle in a new process that cannot import torch, and replay its golden texts.

    Returns:
        What was checked, and the largest difference of a probability.

    Raises:
        ExportGateError: the process failed, a check of `verify_bundle` failed, or a library that
            the runtime must not need was imported.
    """
    check = "golden_without_torch"
    runtime = str(Path(mentionlens.__file__).parents[1])
    arguments = [runtime, str(bundle.absolute()), ",".join(_FORBIDDEN)]
    # Another folder and no PYTHONPATH: nothing but the installed libraries and the runtime.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, *arguments],
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_SECONDS,
        cwd=bundle,
        env=environment,
        check=False,
    )
    if done.returncode:
        raise ExportGateError(check, f"the process ended with {done.stderr.strip()[-500:]}")
    result = json.loads(done.stdout)
    if result["loaded"]:
        raise ExportGateError(check, f"the runtime imported {result['loaded']}")
    failed = [f"{name}: {detail}" for name, passed, detail in result["checks"] if not passed]
    if failed:
        raise ExportGateError(check, "; ".join(failed))
    detail = f"{result['checks'][1][2]} replayed without torch"
    return detail, float(result["difference"])

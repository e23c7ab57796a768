"""Writes tests/inference/tiny-bundle again; needs onnx, and mentionlens on the path.

python tests/tools/make_tiny_bundle.py
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tiny_bundle import COMMITTED, write_tiny_bundle

if __name__ == "__main__":
    if COMMITTED.exists():
        shutil.rmtree(COMMITTED)
    print(write_tiny_bundle(COMMITTED))

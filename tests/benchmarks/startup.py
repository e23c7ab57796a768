"""How long `import mentionlens` and a first answer take in fresh processes.

Run by hand, on a quiet machine; pytest does not collect it:

    python tests/benchmarks/startup.py [--runs 7] [--bundle DIR]
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time

TEXT = "Paczka miała być w piątek, jest środa i cisza."
IMPORT = (
    "import time; start = time.perf_counter(); import mentionlens; "
    "print(time.perf_counter() - start)"
)
COMMAND = "import sys; from mentionlens.cli import main; sys.exit(main(sys.argv[1:]))"


def import_seconds() -> float:
    """Return what `import mentionlens` takes inside a fresh interpreter, without its own start."""
    done = subprocess.run(
        [sys.executable, "-c", IMPORT], capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def answer_seconds(bundle: str | None) -> float:
    """Return the time from starting the command to its end, interpreter included."""
    command = [sys.executable, "-c", COMMAND, "predict", TEXT]
    if bundle:
        command += ["--bundle", bundle]
    start = time.perf_counter()
    subprocess.run(command, capture_output=True, text=True, check=True)
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=7, help="fresh processes a figure")
    parser.add_argument("--bundle", help="bundle folder instead of the packaged one")
    options = parser.parse_args()
    answer_seconds(options.bundle)  # fills the file cache and writes the .pyc files
    figures = {
        "import mentionlens": [import_seconds() for _ in range(options.runs)],
        "mentionlens predict": [answer_seconds(options.bundle) for _ in range(options.runs)],
    }
    print(f"{'seconds, ' + str(options.runs) + ' fresh processes':<32}{'min':>8}{'median':>8}")
    for name, seconds in figures.items():
        print(f"{name:<32}{min(seconds):>8.3f}{statistics.median(seconds):>8.3f}")


if __name__ == "__main__":
    main()

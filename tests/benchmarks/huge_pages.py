"""What huge pages are worth: processor time of a mention before and after, in fresh processes.

Run by hand (Linux only); pytest does not collect it:

    python tests/benchmarks/huge_pages.py [--bundle DIR] [--processes 5]
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
MEASURE = """
import sys, time
from mentionlens import MentionClassifier
from mentionlens.server.huge_pages import use_huge_pages
classifier = MentionClassifier(sys.argv[1] or None, threads=1)
texts = sys.stdin.read().splitlines()
def milliseconds():
    times = []
    for _ in range(10):
        begin = time.process_time()
        for text in texts:
            classifier.predict(text)
        times.append(time.process_time() - begin)
    return 1000 * min(times) / len(texts)
milliseconds()
before = milliseconds()
use_huge_pages()
print(before, milliseconds())
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bundle", default="", help="bundle folder instead of the packaged one")
    parser.add_argument("--processes", type=int, default=5)
    options = parser.parse_args()
    mentions = (ROOT / "examples" / "mentions.txt").read_text(encoding="utf-8")
    found = []
    for _ in range(options.processes):
        done = subprocess.run(
            [sys.executable, "-c", MEASURE, options.bundle],
            input=mentions,
            capture_output=True,
            text=True,
            check=True,
        )
        found.append([float(value) for value in done.stdout.split()])
    for name, values in zip(("4 KB pages", "huge pages"), zip(*found, strict=True), strict=True):
        print(f"{name:<12}{statistics.median(values):>8.2f} ms of processor time a mention")


if __name__ == "__main__":
    main()

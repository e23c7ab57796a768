"""Truncation against windows, on the long validation texts of a prepared set.

    python tests/benchmarks/long_texts.py --data PREPARED [--bundle DIR]

Prints the accuracy of each task for one, two, four and eight windows, over the mentions that do
not fit one window. `[text] max_windows` of the run configuration was chosen from this table.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from pathlib import Path

from mentionlens import MentionClassifier, packaged_bundle_path
from mentionlens.tokenization import TextEncoder
from mentionlens_data.prepared import read_split

WINDOWS = (1, 2, 4, 8)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bundle", type=Path, help="default: the packaged bundle")
    parser.add_argument("--data", type=Path, required=True, help="prepared set")
    options = parser.parse_args()
    source = options.bundle or packaged_bundle_path()

    encoder = TextEncoder(MentionClassifier(source).bundle)
    rows = [
        row
        for row in read_split(options.data, "validation")
        if {"long", "truncated"} & set(encoder.encode(row.text).flags)
    ]
    tasks = [task.name for task in MentionClassifier(source).manifest.tasks]
    counts = {task: sum(task in row.labels for row in rows) for task in tasks}
    print(f"{len(rows)} validation texts of more than {encoder.max_length} pieces")
    print("windows  " + "  ".join(f"{task} ({counts[task]})" for task in tasks))
    for windows in WINDOWS:
        with tempfile.TemporaryDirectory() as folder:
            bundle = Path(shutil.copytree(source, Path(folder) / "bundle"))
            manifest = json.loads((bundle / "manifest.json").read_text(encoding="utf-8"))
            manifest["long_text"]["max_windows"] = windows
            (bundle / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
            answers = MentionClassifier(bundle).predict([row.text for row in rows])
        right = {
            task: sum(
                answer.tasks[task].label == row.labels[task]
                for answer, row in zip(answers, rows, strict=True)
                if task in row.labels
            )
            for task in tasks
        }
        shares = [right[task] / counts[task] if counts[task] else float("nan") for task in tasks]
        cells = [
            f"{share:.3f}".rjust(len(f"{task} ({counts[task]})"))
            for task, share in zip(tasks, shares, strict=True)
        ]
        print(f"{windows:7d}  " + "  ".join(cells))


if __name__ == "__main__":
    main()

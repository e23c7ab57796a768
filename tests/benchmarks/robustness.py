"""How many decisions each augmentation changes, on the validation texts of a prepared set.

    python tests/benchmarks/robustness.py --data PREPARED [--bundle DIR] [--rows N] [--lang CODE]

For each language and augmentation: how many texts it changes, in how many of those the label of
each task becomes another one, and the accuracy on those of them that are labelled, before and
after.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from mentionlens import MentionClassifier, Prediction
from mentionlens_data.augmentation import applies, augmentations, variant
from mentionlens_data.prepared import read_split
from mentionlens_data.schema import LabelledMention

LAUNCH = ("pl", "ro", "ru", "es", "bg")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bundle", type=Path, help="default: the packaged bundle")
    parser.add_argument("--data", type=Path, required=True, help="prepared set")
    parser.add_argument("--rows", type=int, default=1000, help="texts of a language")
    parser.add_argument("--lang", action="append", help="language (default: the launch languages)")
    parser.add_argument("--seed", type=int, default=13)
    options = parser.parse_args()
    classifier = MentionClassifier(options.bundle) if options.bundle else MentionClassifier()
    tasks = [task.name for task in classifier.manifest.tasks]
    by_language: dict[str, list[LabelledMention]] = defaultdict(list)
    for row in read_split(options.data, "validation"):
        by_language[row.lang].append(row)

    columns = [f"{task:>10} {'accuracy':>16}" for task in tasks]
    print(f"{'lang':4} {'augmentation':22} {'texts':>5} {'changed':>7} ", *columns)
    for lang in options.lang or LAUNCH:
        rows = by_language[lang]
        rows = random.Random(options.seed).sample(rows, min(options.rows, len(rows)))
        before = classifier.predict([row.text for row in rows])
        for name in augmentations():
            if not applies(name, lang):
                continue
            pairs = zip(variant(rows, [name], seed=options.seed), before, strict=True)
            changed = [(row, answer) for (row, is_changed), answer in pairs if is_changed]
            after = classifier.predict([row.text for row, _ in changed])
            cells = [_cell(task, changed, after) for task in tasks]
            print(f"{lang:4} {name:22} {len(rows):5} {len(changed):7} ", *cells)
            sys.stdout.flush()


def _cell(
    task: str, changed: Sequence[tuple[LabelledMention, Prediction]], after: Sequence[Prediction]
) -> str:
    if not changed:
        return f"{'-':>10} {'-':>16}"
    pairs = [
        (row, a.tasks[task], b.tasks[task]) for (row, a), b in zip(changed, after, strict=True)
    ]
    flips = sum(a.label != b.label for _, a, b in pairs) / len(pairs)
    known = [(row.labels[task], a.label, b.label) for row, a, b in pairs if task in row.labels]
    if not known:
        return f"{flips:10.1%} {'-':>16}"
    was = sum(label == a for label, a, _ in known) / len(known)
    now = sum(label == b for label, _, b in known) / len(known)
    return f"{flips:10.1%} {was:7.1%}->{now:7.1%}"


if __name__ == "__main__":
    main()

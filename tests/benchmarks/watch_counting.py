r"""Should a watch count labels or add up probabilities? How much of a signal each of them keeps.

    mentionlens evaluate BUNDLE --data PREPARED -o OUT
    python tests/benchmarks/watch_counting.py OUT/predictions.jsonl [--share 0.35]

When the true number of a kind rises, a count of labels rises by the hit rate, and varies with the
hits and the false ones; a sum of probabilities rises by the mean probability of the kind, and
varies with the mean of its squares. Signal squared over variance says how many mentions each needs
for the same certainty: printed is what part of the mentions of a perfect reader each of them is
worth, with the kind making up `--share` of all mentions.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from mentionlens_data.tables import markdown_table
from numpy.typing import NDArray

KINDS = (
    ("complaint", lambda gold: gold != "none", "none", True),
    ("sentiment", lambda gold: gold == "negative", "negative", False),
    ("troll", lambda gold: gold == "yes", "yes", False),
)


def worth(of_kind: NDArray[np.float64], of_others: NDArray[np.float64], share: float) -> float:
    """Return signal squared over variance, against that of one who knows the truth."""
    variance = share * (of_kind**2).mean() + (1 - share) * (of_others**2).mean()
    return float(share * of_kind.mean() ** 2 / variance)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("predictions", type=Path)
    parser.add_argument("--share", type=float, default=0.35, help="(default: 0.35)")
    arguments = parser.parse_args()
    values: dict[str, list[tuple[bool, float, float]]] = {task: [] for task, *_ in KINDS}
    with arguments.predictions.open(encoding="utf-8") as file:
        for row in map(json.loads, file):
            for task, is_kind, label, inverse in KINDS:
                gold = row["gold"].get(task)
                if gold is not None:
                    p = row["probabilities"][task][label]
                    counted = row["predicted"][task] == label
                    values[task].append(
                        (is_kind(gold), 1 - p if inverse else p, float(counted != inverse))
                    )
    body = []
    for task, rows in values.items():
        kind, probability, label = np.array(rows, dtype=np.float64).T
        true = kind == 1
        body.append(
            [
                task,
                len(rows),
                100 * worth(label[true], label[~true], arguments.share),
                100 * worth(probability[true], probability[~true], arguments.share),
            ]
        )
    print(*markdown_table(["task", "rows", "labels, %", "probabilities, %"], body), sep="\n")


if __name__ == "__main__":
    main()

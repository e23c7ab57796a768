"""Does `mentionlens data review` find wrong labels? Planted errors in a prepared set.

    python tests/benchmarks/suspicious_labels.py --data PREPARED [--source ro-laroseda ...]

Of every source, a share of the sentiment labels is flipped to another one with a seed. Printed:
the share of planted errors among the first 100, the first n and the first 2n rows of the ranking
(n: number of planted errors), the share of all planted errors that the first 2n hold, the same by
chance, and precision and recall of what is called suspicious. Errors that the source had before
count as false alarms.
"""

from __future__ import annotations

import argparse
import dataclasses
import random
import time
from pathlib import Path

from mentionlens_data.prepared import read_split
from mentionlens_data.quality.suspicious import find_suspicious
from mentionlens_data.schema import LabelledMention

SOURCES = ("ro-laroseda", "pl-allegro-seller-ratings", "bg-cinexio", "umsab")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="prepared set")
    parser.add_argument("--source", nargs="+", default=SOURCES)
    parser.add_argument("--share", type=float, default=0.05)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rows = [
        row
        for row in read_split(options.data, "train")
        if row.source in options.source and "sentiment" in row.labels
    ]
    print("source                     rows planted  p@100    p@n   p@2n   r@2n chance"
          "  called  prec   rec    s")  # fmt: skip
    for source in options.source:
        chosen = [row for row in rows if row.source == source]
        planted, changed = plant(chosen, options.share, options.seed)
        start = time.perf_counter()
        found = find_suspicious(changed, seed=options.seed)
        seconds = time.perf_counter() - start
        hits = [item.id in planted for item in found.rows]
        n = len(planted)
        print(
            f"{source:<25} {len(chosen):>5} {n:>7} {sum(hits[:100]) / 100:>6.2f} "
            f"{sum(hits[:n]) / n:>6.2f} {sum(hits[: 2 * n]) / (2 * n):>6.2f} "
            f"{sum(hits[: 2 * n]) / n:>6.2f} {2 * n / len(chosen):>6.2f} {len(hits):>7} "
            f"{sum(hits) / len(hits):>5.2f} {sum(hits) / n:>5.2f} {seconds:>4.0f}",
            flush=True,
        )


def plant(
    rows: list[LabelledMention], share: float, seed: int
) -> tuple[set[str], list[LabelledMention]]:
    """Flip a share of the sentiment labels; return the ids of those rows, and all rows."""
    draw = random.Random(seed)
    labels = sorted({row.labels["sentiment"] for row in rows})
    planted = {row.id for row in draw.sample(rows, round(share * len(rows)))}
    changed = []
    for row in rows:
        kept = {"sentiment": row.labels["sentiment"]}
        if row.id in planted:
            kept["sentiment"] = draw.choice([x for x in labels if x != kept["sentiment"]])
        changed.append(dataclasses.replace(row, labels=kept))
    return planted, changed


if __name__ == "__main__":
    main()

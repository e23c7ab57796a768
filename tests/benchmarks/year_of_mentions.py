"""A year of a million scored mentions: how long watching and triage take, and in how much memory.

Writes the made mentions of `made_histories.py` (brands of 50 a day in five languages; every brand
has one crisis) as JSON Lines as `mentionlens score` writes them, with authors and reply times, and
runs the commands on the first half of them and on all. Needs Linux; run by hand; pytest does not
collect it:

    python tests/benchmarks/year_of_mentions.py FOLDER [--brands 55] [--days 365]
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from pathlib import Path

import numpy as np
from made_histories import Crisis, MadeBrand, make_history, mentions_of
from mentionlens.scored_mention import ScoredMention

DAILY = 50
AUTHORS = 200_000
COMMANDS = {"watch": "alerts.jsonl", "triage": "triaged.jsonl"}


def histories(brands: int, days: int, seed: int = 0) -> Iterator[ScoredMention]:
    """Yield the mentions of all brands in the order of their times."""
    draw = np.random.default_rng(seed)
    hours = days * 24
    made = []
    for number in range(brands):
        start = int(draw.integers(hours // 4, hours - 72))
        brand = MadeBrand(f"brand {number}", DAILY, None, Crisis(start, 3.0))
        made.append(make_history(brand, hours, draw))
    return mentions_of(made)


def row(mention: ScoredMention, draw: np.random.Generator) -> dict[str, object]:
    """Return a mention as `mentionlens predict --format jsonl` writes it, answered or not."""
    assert mention.time is not None
    replied = mention.time + timedelta(hours=float(draw.exponential(6)))
    found: dict[str, object] = {
        "id": mention.id,
        "text": mention.text,
        "lang": mention.lang,
        "brand": mention.brand,
        "author": f"a{int(draw.integers(AUTHORS))}",
        "created_at": mention.time.isoformat(),
        "replied_at": replied.isoformat() if draw.uniform() < 0.6 else "",
        "flags": [],
    }
    for task, label in mention.labels.items():
        score = round(float(draw.uniform(0.6, 0.99)), 3)
        found[task] = {"label": label, "score": score, "probabilities": {label: score}}
    return found


def write(folder: Path, brands: int, days: int) -> tuple[Path, Path, int]:
    """Write all mentions and the first half of them; returns their number, too."""
    draw = np.random.default_rng(1)
    whole, half = folder / "year.jsonl", folder / "half.jsonl"
    count = 0
    with whole.open("w", encoding="utf-8") as file:
        for mention in histories(brands, days):
            file.write(json.dumps(row(mention, draw), ensure_ascii=False) + "\n")
            count += 1
    with whole.open(encoding="utf-8") as file, half.open("w", encoding="utf-8") as first:
        first.writelines(islice(file, count // 2))
    return whole, half, count


def run(command: str, source: Path, output: Path) -> tuple[float, float]:
    """Return seconds and the peak of resident MB."""
    output.unlink(missing_ok=True)
    words = [sys.executable, "-m", "mentionlens", command, str(source), "-o", str(output)]
    begin = time.monotonic()
    child = os.posix_spawn(sys.executable, words, os.environ)
    _, status, usage = os.wait4(child, 0)
    if status:
        raise SystemExit(f"{' '.join(words)}: status {status}")
    return time.monotonic() - begin, usage.ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--brands", type=int, default=55)
    parser.add_argument("--days", type=int, default=365)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    whole, half, count = write(arguments.folder, arguments.brands, arguments.days)
    for command, name in COMMANDS.items():
        for source, number in ((half, count // 2), (whole, count)):
            output = arguments.folder / name
            seconds, peak = run(command, source, output)
            with output.open(encoding="utf-8") as file:
                lines = [json.loads(line) for line in file] if command == "watch" else []
            events = f", {dict(Counter(line['event'] for line in lines))}" if lines else ""
            print(
                f"{command}: {number:,} mentions in {seconds:.0f} s, "
                f"{number / seconds:,.0f} a second, peak {peak:.0f} MB{events}",
                flush=True,
            )


if __name__ == "__main__":
    main()

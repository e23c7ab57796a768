"""Made-up days of three brands in five languages, with a crisis at the end.

The texts and their labels are sample mentions of the project; brands, times, authors and replies
are made up. As a script it writes a scored CSV file:
`python tests/overview_mentions.py mentions.csv`.
"""

from __future__ import annotations

import csv
import json
import math
import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from mentionlens_data.labelling.folders import sample_mentions_folder

NOW = datetime(2026, 3, 22, 15, 20, tzinfo=UTC)
LANGS = {"pl": 1.0, "ro": 0.7, "ru": 0.6, "es": 0.5, "bg": 0.4}
# Mentions an hour on average, in the language that has most of them.
BRANDS = {"Zipolot": 1.6, "Noktelo": 1.0, "Bankora": 0.5}
CRISIS = ("Zipolot", "pl", "delivery")
CRISIS_HOURS = 11
CRISIS_RATE = 4.0
TASKS = ("sentiment", "troll", "complaint")


def made_mentions(*, days: int = 21, seed: int = 5, most: int = 400) -> list[dict[str, Any]]:
    """Return rows as `score` writes them, by their times.

    Args:
        days: before `NOW`.
        seed: of everything that is made up.
        most: sample mentions that are read in each language.
    """
    chance = random.Random(seed)
    samples = {lang: _samples(lang, most) for lang in LANGS}
    rows = [
        _row(chance, brand, lang, chance.choice(samples[lang]), time)
        for brand, rate in BRANDS.items()
        for lang, share in LANGS.items()
        for time in _times(chance, days, rate * share)
    ]
    brand, lang, complaint = CRISIS
    late = [one for one in samples[lang] if one["complaint"] == complaint]
    for hour in range(CRISIS_HOURS):
        for _ in range(_poisson(chance, CRISIS_RATE)):
            time = NOW - timedelta(hours=CRISIS_HOURS - hour - chance.random())
            rows.append(_row(chance, brand, lang, chance.choice(late), time))
    rows.sort(key=lambda row: row["time"])
    return [{"id": f"m{place:05}", **row} for place, row in enumerate(rows, 1)]


def write_csv(path: Path, rows: list[dict[str, Any]]) -> Path:
    """Write rows as a CSV file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def _samples(lang: str, most: int) -> list[dict[str, Any]]:
    lines = (sample_mentions_folder() / f"{lang}.jsonl").read_text("utf-8").splitlines()[:most]
    return [json.loads(line) for line in lines]


def _times(chance: random.Random, days: int, rate: float) -> Iterator[datetime]:
    start = NOW - timedelta(days=days)
    for hour in range(24 * days):
        begin = start + timedelta(hours=hour)
        # Quiet nights, busy evenings, a little less at weekends.
        rhythm = 1 + 0.8 * math.sin((begin.hour - 10) * math.pi / 12)
        rhythm *= 0.75 if begin.weekday() >= 5 else 1.0
        for _ in range(_poisson(chance, rate * rhythm)):
            yield begin + timedelta(hours=chance.random())


def _row(
    chance: random.Random, brand: str, lang: str, sample: dict[str, Any], time: datetime
) -> dict[str, Any]:
    row = {
        "text": sample["text"],
        "lang": lang,
        "brand": brand,
        "author": f"{lang}_{chance.randrange(900)}",
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "replied_at": _reply(chance, sample, time),
        "reach": round(10 ** chance.uniform(1, 4.2)),
    }
    for task in TASKS:
        row[task] = sample[task]
        row[f"{task}_score"] = round(chance.uniform(0.72, 0.98), 3)
    return {**row, "flags": ""}


def _reply(chance: random.Random, sample: dict[str, Any], time: datetime) -> str:
    """Return when it was answered: thanks are said sooner and more often than sorry."""
    pleased = sample["sentiment"] == "positive"
    share, hours = (0.98, 3) if pleased else (0.94, 9)
    if sample["troll"] == "yes" or chance.random() > share:
        return ""
    replied = time + timedelta(hours=hours * chance.expovariate(1))
    return replied.strftime("%Y-%m-%dT%H:%M:%SZ") if replied <= NOW else ""


def _poisson(chance: random.Random, mean: float) -> int:
    limit, product, count = math.exp(-mean), chance.random(), 0
    while product > limit:
        product *= chance.random()
        count += 1
    return count


if __name__ == "__main__":
    write_csv(Path(sys.argv[1]), made_mentions())

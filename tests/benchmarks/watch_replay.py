"""What `mentionlens watch` finds in real dated mentions, to be judged by a person who reads them.

Run by hand; pytest does not collect it:

    python tests/benchmarks/watch_replay.py --corpora CORPORA -o OUT [--set airline-es]

- `airline-es`: tweets in Spanish to Iberia and Ryanair, October 2017 to January 2018, collected
  with gaps of some days; the answers are the packaged model's, computed once and kept in OUT.
- `ru-spb-appeals`: 59,889 appeals of citizens of Saint Petersburg, October 2020 to April 2021; a
  district stands for a brand, and the answer is the set's own category (all are complaints).

Texts of the corpora are written to OUT alone.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mentionlens import MentionClassifier
from mentionlens.scored_mention import Columns, ScoredMention, from_row
from mentionlens.watch import Watch, WatchOptions

BRANDS = ("iberia", "ryanair")


def read_rows(corpora: Path, name: str) -> Iterator[dict[str, Any]]:
    """Yield the rows of a corpus."""
    with gzip.open(corpora / name / "data.jsonl.gz", "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def airlines(corpora: Path, output: Path) -> list[ScoredMention]:
    """Return the tweets to two airlines, with the packaged model's answers."""
    cache = output / "airline-es.scored.jsonl"
    if not cache.exists():
        rows = []
        for row in read_rows(corpora, "airline-es"):
            brand = next((name for name in BRANDS if name in row["text"].lower()), None)
            if brand is not None:
                time = datetime.strptime(row["tweet_created"], "%a %b %d %H:%M:%S %z %Y")
                rows.append((row, brand, time))
        mentions = [{"text": row["text"], "lang": "es", "id": row["id"]} for row, _, _ in rows]
        answers = MentionClassifier().predict_iter(mentions, batch_size=64)
        with cache.open("w", encoding="utf-8") as file:
            for (_, brand, time), answer in zip(rows, answers, strict=True):
                scored = {**answer.to_dict(), "brand": brand, "lang": "es"}
                file.write(json.dumps({**scored, "time": time.isoformat()}) + "\n")
    found = [json.loads(line) for line in cache.read_text(encoding="utf-8").splitlines()]
    columns = Columns.find(tuple(found[0]), fixed=False)
    return [from_row(row, columns) for row in found]


def appeals(corpora: Path, output: Path) -> list[ScoredMention]:
    """Return the appeals, with the set's own categories as types of complaint."""
    found = []
    for row in read_rows(corpora, "ru-spb-appeals"):
        if not row.get("date"):
            continue
        labels = {"sentiment": "negative", "complaint": row["label"]}
        found.append(
            ScoredMention(
                id=row["id"],
                text=row["text"],
                lang="ru",
                labels=labels,
                probabilities={},
                flags=(),
                brand=row["district"] or "",
                author=None,
                thread=None,
                time=datetime.fromisoformat(row["date"]).replace(tzinfo=UTC),
                replied_at=None,
                reach=None,
            )
        )
    return found


SETS = {"airline-es": airlines, "ru-spb-appeals": appeals}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder")
    parser.add_argument("--set", choices=SETS, action="append")
    parser.add_argument("--no-text", action="store_true", help="show no texts of the corpora")
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    for name in arguments.set or SETS:
        mentions = SETS[name](arguments.corpora, arguments.output)
        mentions.sort(key=lambda one: one.time or datetime.min.replace(tzinfo=UTC))
        watch = Watch(WatchOptions())
        alerts = list(watch.watch(mentions))
        opened = [alert for alert in alerts if alert.event == "opened"]
        days = {one.time.date() for one in mentions if one.time}
        print(f"## {name}: {len(mentions):,} mentions on {len(days)} days, {watch.report}")
        print(f"{len(opened)} alerts for {len(watch.brands)} brands")
        for alert in opened:
            print(f"\n{alert.at:%a %Y-%m-%d %H:%M} {alert.kind}, {alert.severity}: {alert.summary}")
            for example in alert.examples[:3]:
                if not arguments.no_text:
                    print(f"    {' '.join((example.text or '').split())[:160]}")
        path = arguments.output / f"{name}.alerts.jsonl"
        lines = (json.dumps(alert.to_dict(), ensure_ascii=False) + "\n" for alert in alerts)
        path.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()

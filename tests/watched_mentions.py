"""Small histories of scored mentions for the tests of the watch."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from mentionlens.scored_mention import ScoredMention

START = datetime(2025, 3, 3, tzinfo=UTC)
"""A Monday."""
_WORDS = (
    "paczka kurier zwrot faktura sklep infolinia aplikacja konto hasło reklamacja pralka czajnik "
    "przelew umowa abonament kolejka sprzedawca rozmiar kolor opakowanie magazyn dostawa punkt "
    "telefon wiadomość odpowiedź termin tydzień piątek wczoraj rano wieczorem ciągle znowu nadal "
    "uszkodzona spóźniona pomylona zagubiona odwołana"
)
_SAID = _WORDS.split()


def mention(
    hours: float,
    *,
    number: str,
    brand: str = "Zipolot",
    lang: str | None = "pl",
    complaint: str = "none",
    troll: bool = False,
    text: str | None = None,
    author: str | None = "",
) -> ScoredMention:
    """Make one; a complaint is negative, as is trolling."""
    negative = complaint != "none" or troll
    labels = {
        "sentiment": "negative" if negative else "neutral",
        "troll": "yes" if troll else "no",
        "complaint": complaint,
    }
    return ScoredMention(
        id=number,
        text=_said(number) if text is None else text,
        lang=lang,
        labels=labels,
        probabilities={task: {label: 0.9} for task, label in labels.items()},
        flags=(),
        brand=brand,
        author=f"author {number}" if author == "" else author,
        thread=None,
        time=START + timedelta(hours=hours),
        replied_at=None,
        reach=None,
    )


def _said(number: str) -> str:
    """Return seven words that are the same in every process, and hardly ever another's."""
    places = zlib.crc32(number.encode()), zlib.adler32(number.encode())
    return " ".join(_SAID[(places[0] >> (4 * i) ^ places[1] >> i) % len(_SAID)] for i in range(7))


def usual(
    days: int,
    *,
    daily: float = 60.0,
    share: float = 0.3,
    brand: str = "Zipolot",
    langs: Sequence[str] = ("pl",),
    seed: int = 1,
    first_day: int = 0,
) -> list[ScoredMention]:
    """Make an ordinary history: busy from 8 to 22, quiet at night; complaints of three types."""
    draw = np.random.default_rng(seed)
    found = []
    for hour in range(first_day * 24, (first_day + days) * 24):
        busy = 1.5 if 8 <= hour % 24 < 22 else 0.3
        for _ in range(draw.poisson(daily / 24 * busy)):
            kind = "none"
            if draw.uniform() < share:
                kind = str(draw.choice(["delivery", "billing", "service"]))
            found.append(
                mention(
                    hour + float(draw.uniform(0, 1)),
                    number=f"{brand}-{seed}-{len(found)}",
                    brand=brand,
                    lang=str(draw.choice(list(langs))),
                    complaint=kind,
                )
            )
    return sorted(found, key=lambda one: one.time or START)


def burst(
    start: float,
    count: int,
    *,
    hours: float = 3.0,
    name: str = "burst",
    complaint: str = "delivery",
    troll: bool = False,
    brand: str = "Zipolot",
    lang: str = "pl",
    text: str | None = None,
    author: str | None = "",
) -> list[ScoredMention]:
    """Make so many mentions within some hours."""
    return [
        mention(
            start + hours * i / count,
            number=f"{name}-{i}",
            brand=brand,
            lang=lang,
            complaint=complaint,
            troll=troll,
            text=text,
            author=author,
        )
        for i in range(count)
    ]


def together(*parts: Iterable[ScoredMention]) -> list[ScoredMention]:
    """Return several histories as one, in the order of time."""
    return sorted((one for part in parts for one in part), key=lambda one: one.time or START)


def row(one: ScoredMention) -> dict[str, Any]:
    """Return what `mentionlens predict --format jsonl` would write of a mention."""
    found: dict[str, Any] = {
        "id": one.id,
        "text": one.text,
        "lang": one.lang,
        "brand": one.brand,
        "author": one.author,
        "created_at": one.time.isoformat() if one.time else "",
        "flags": [],
    }
    for task, label in one.labels.items():
        found[task] = {"label": label, "score": 0.9, "probabilities": {label: 0.9}}
    return found


def write_rows(path: Path, mentions: Iterable[ScoredMention]) -> Path:
    """Write mentions as JSON Lines."""
    lines = (json.dumps(row(one), ensure_ascii=False) + "\n" for one in mentions)
    path.write_text("".join(lines), encoding="utf-8")
    return path

"""Made histories of mentions whose truth is known: the generator of `watch_simulation.py`.

A brand has a mean number of mentions a day, languages (shares drawn from a Dirichlet with
concentration 1.5 over pl, ro, ru, es, bg), a share of complaints drawn from 25 to 45 % unless it
is given, and a mixture of complaint types. In each hour the number of mentions is Poisson with the
mean

    mentions a day / 24 x hour of the day x day of the week x day's factor x hour's factor x trend

- hour of the day: two bumps, at 11 and 20 o'clock UTC moved by up to an hour for each brand, over a
  quiet night (an eighth of the mean); day of the week: Saturday 0.75, Sunday 0.65, else 1;
- day's factor: gamma of mean 1 and variance 0.02, hour's factor: of variance 0.05 (overdispersion);
- trend: the logarithm is a random walk of 2 % a day, pulled back by 5 % a day.

Of the complaints 92 % are negative, of the rest 8 %; 3 % of all mentions are trolling. A *crisis*
multiplies the complaints alone, in all languages: by the size from its first hour on (step), by one
rising linearly to the size over 12 hours (ramp), or for 3 hours (spike). A *campaign* multiplies
everything.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from mentionlens.scored_mention import ScoredMention
from numpy.typing import NDArray

__all__ = [
    "LANGS",
    "START",
    "TYPES",
    "Crisis",
    "MadeBrand",
    "MadeHistory",
    "make_history",
    "mentions_of",
]

START = datetime(2024, 1, 1, tzinfo=UTC)
"""A Monday."""
LANGS = ("pl", "ro", "ru", "es", "bg")
TYPES = ("product", "delivery", "billing", "returns", "service", "technical", "safety", "other")
_TYPE_SHARES = np.array([0.2, 0.22, 0.12, 0.1, 0.2, 0.1, 0.02, 0.04])
_WORDS = {
    "pl": "paczka kurier zwrot faktura aplikacja infolinia sklep obsługa",
    "ro": "colet curier retur factură aplicație magazin comandă telefon",
    "ru": "посылка курьер возврат счёт приложение магазин заказ телефон",
    "es": "paquete mensajero factura tienda pedido teléfono devolución servicio",
    "bg": "пратка куриер сметка приложение магазин поръчка телефон връщане",
}
_SPIKE, _RAMP = 3, 12


@dataclass(frozen=True)
class Crisis:
    """What goes wrong, and when.

    Attributes:
        start: hour since the begin of the history.
        size: factor.
        shape: `step`, `ramp`, `spike` or `campaign`.
        hours: for which it lasts.
    """

    start: int
    size: float
    shape: str = "step"
    hours: int = 48

    def factor(self, hour: int) -> float:
        """Return by how much an hour's complaints are multiplied."""
        age = hour - self.start
        lasts = _SPIKE if self.shape == "spike" else self.hours
        if not 0 <= age < lasts:
            return 1.0
        if self.shape == "ramp":
            return 1 + (self.size - 1) * min(1.0, (age + 1) / _RAMP)
        return self.size


@dataclass(frozen=True)
class MadeBrand:
    """A brand of a made history.

    Attributes:
        name: of the brand.
        daily: mean mentions a day.
        share: of complaints; None draws it.
        crisis: if there is one.
    """

    name: str
    daily: float
    share: float | None = None
    crisis: Crisis | None = None


@dataclass
class MadeHistory:
    """Mentions of one brand, as numbers.

    Attributes:
        brand: whose.
        seconds: since `START`, rising.
        langs: places in `LANGS`.
        types: places in `TYPES`; -1 for no complaint.
        negative: by mention.
        troll: by mention.
        usual: complaints that each hour has in the mean, without crisis and random factors.
    """

    brand: MadeBrand
    seconds: NDArray[np.float64]
    langs: NDArray[np.int8]
    types: NDArray[np.int8]
    negative: NDArray[np.bool_]
    troll: NDArray[np.bool_]
    usual: NDArray[np.float64]

    def complaints(self, hours: int) -> NDArray[np.int64]:
        """Return the number of complaints in each hour."""
        return np.bincount((self.seconds[self.types >= 0] // 3600).astype(int), minlength=hours)


def make_history(brand: MadeBrand, hours: int, draw: np.random.Generator) -> MadeHistory:
    """Return a made history of so many hours."""
    days = -(-hours // 24)
    hour = np.arange(hours)
    moved = (hour % 24) - draw.uniform(-1, 1)
    of_day = 0.125 + np.exp(-(((moved - 11) / 3) ** 2)) + 1.1 * np.exp(-(((moved - 20) / 2.5) ** 2))
    of_week = np.array([1, 1, 1, 1, 1, 0.75, 0.65])[(hour // 24) % 7]
    rhythm = of_day * of_week
    rhythm /= rhythm[:168].mean() if hours >= 168 else rhythm.mean()
    day_factor = draw.gamma(1 / 0.02, 0.02, days).repeat(24)[:hours]
    hour_factor = draw.gamma(1 / 0.05, 0.05, hours)
    walk = np.zeros(days)
    for day in range(1, days):
        walk[day] = 0.95 * walk[day - 1] + draw.normal(0, 0.02)
    mean = brand.daily / 24 * rhythm * day_factor * hour_factor * np.exp(walk.repeat(24)[:hours])
    share = draw.uniform(0.25, 0.45) if brand.share is None else brand.share
    crisis = np.array([brand.crisis.factor(h) if brand.crisis else 1.0 for h in range(hours)])
    everything = crisis if brand.crisis and brand.crisis.shape == "campaign" else np.ones(hours)
    complaints = draw.poisson(mean * share * crisis)
    others = draw.poisson(mean * (1 - share) * everything)
    of = np.concatenate([hour.repeat(complaints), hour.repeat(others)])
    is_complaint = np.arange(len(of)) < complaints.sum()
    seconds = of * 3600.0 + draw.uniform(0, 3600, len(of))
    order = np.argsort(seconds)
    lang_shares = draw.dirichlet(np.full(len(LANGS), 1.5))
    type_shares = draw.dirichlet(20 * _TYPE_SHARES)
    kinds = np.where(is_complaint, draw.choice(len(TYPES), len(of), p=type_shares), -1)
    return MadeHistory(
        brand,
        seconds[order],
        draw.choice(len(LANGS), len(of), p=lang_shares).astype(np.int8),
        kinds[order].astype(np.int8),
        (draw.uniform(size=len(of)) < np.where(is_complaint, 0.92, 0.08))[order],
        draw.uniform(size=len(of)) < 0.03,
        brand.daily / 24 * rhythm * share,
    )


def mentions_of(histories: Sequence[MadeHistory]) -> Iterator[ScoredMention]:
    """Yield the mentions of several brands as one stream, in the order of their times."""
    lengths = [len(history.seconds) for history in histories]
    of = np.repeat(np.arange(len(histories)), lengths)
    place = np.concatenate([np.arange(length) for length in lengths])
    seconds = np.concatenate([history.seconds for history in histories])
    words = {lang: text.split() for lang, text in _WORDS.items()}
    labels: dict[tuple[int, bool, bool], dict[str, str]] = {}
    for number in np.argsort(seconds, kind="stable").tolist():
        history, i = histories[of[number]], int(place[number])
        kind, negative, troll = (
            int(history.types[i]),
            bool(history.negative[i]),
            bool(history.troll[i]),
        )
        key = (kind, negative, troll)
        if key not in labels:
            labels[key] = {
                "sentiment": "negative" if negative else "neutral",
                "troll": "yes" if troll else "no",
                "complaint": TYPES[kind] if kind >= 0 else "none",
            }
        lang = LANGS[history.langs[i]]
        said = words[lang]
        text = f"{said[number % 8]} {said[number // 8 % 8]} {said[number // 64 % 8]} {number}"
        yield ScoredMention(
            id=str(number),
            text=text,
            lang=lang,
            labels=labels[key],
            probabilities={},
            flags=(),
            brand=history.brand.name,
            author=f"a{number}",
            thread=None,
            time=START + timedelta(seconds=float(seconds[number])),
            replied_at=None,
            reach=None,
        )

"""What a watch tells: one alert for one trouble, from its opening to its end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

__all__ = ["Alert", "Example", "Strength", "Texts", "hour_text"]


@dataclass(frozen=True, slots=True)
class Strength:
    """How far a count is from what was expected.

    Attributes:
        hours: of the window, or since a drift began.
        observed: mentions in it.
        expected: mentions that were expected.
        ratio: of the two.
        ratio_low: lower end of its 95 % interval.
        ratio_high: upper end.
        p_value: chance of as much or more in this series, if nothing has changed.
        return_days: how often chance alone would do that in this series, in days.
        share: of all mentions of the brand (in the language) in the window.
        expected_share: that was expected.
        others_ratio: the same brand's other mentions, against what was expected of them.
    """

    hours: int
    observed: int
    expected: float
    ratio: float
    ratio_low: float
    ratio_high: float
    p_value: float
    return_days: float
    share: float
    expected_share: float
    others_ratio: float


@dataclass(frozen=True, slots=True)
class Texts:
    """Who says it, and in how many ways.

    Attributes:
        read: mentions whose texts were at hand.
        different: texts that are not near-copies of one another.
        wave: copies of the text with most of them.
        wave_text: that text; None where texts are left out.
        wave_authors: who sent it; None where the authors are not known.
        authors: of all that were read; None where they are not known.
        new_authors: of these, never seen before the alert began.
        busiest_author: mentions of the author with most of them.
    """

    read: int
    different: int
    wave: int
    wave_text: str | None
    wave_authors: int | None
    authors: int | None
    new_authors: int | None
    busiest_author: int | None


@dataclass(frozen=True, slots=True)
class Example:
    """A mention that shows what an alert is about.

    Attributes:
        id: of the mention.
        text: None where texts are left out.
    """

    id: str
    text: str | None


@dataclass(frozen=True, slots=True)
class Alert:
    """One message about one trouble.

    Attributes:
        id: of the trouble; the same from `opened` to `closed`.
        revision: 1 for the first message of an id, then counting up; id and revision together
            name a message for ever.
        event: `opened`, `escalated` or `closed`.
        kind: `burst` (many customers at once), `drift` (a lasting rise), `coordinated` (few texts
            from many new authors), `repeated` (few texts, by authors that are known or not
            stated), `one_author`, or `attention` (more of everything, not of trouble alone).
        severity: `notice`, `serious` or `severe`: the ratio is surely above 1, 2 or 4.
        brand: whose.
        lang: of the mentions; None for several.
        measure: `negative`, `troll`, `complaint` or `complaint:<type>`.
        since: begin of the first hour that stands out.
        at: end of the hour after which this was known.
        strength: how far it is from usual.
        peak_ratio: the highest ratio so far.
        words: that stand out against the brand's history, the most telling first.
        texts: who says it, and in how many ways.
        examples: of the mentions, at most five.
        summary: all this in a sentence or two of English.
    """

    id: str
    revision: int
    event: str
    kind: str
    severity: str
    brand: str
    lang: str | None
    measure: str
    since: datetime
    at: datetime
    strength: Strength
    peak_ratio: float
    words: tuple[str, ...]
    texts: Texts
    examples: tuple[Example, ...]
    summary: str

    @property
    def key(self) -> str:
        """What tells that a message was seen before."""
        return f"{self.id}.{self.revision}"

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON shape; numbers have as many digits as they are worth."""
        return {
            "key": self.key,
            "id": self.id,
            "revision": self.revision,
            "event": self.event,
            "kind": self.kind,
            "severity": self.severity,
            "brand": self.brand,
            "lang": self.lang,
            "measure": self.measure,
            "since": self.since.isoformat(),
            "at": self.at.isoformat(),
            "strength": _fields(self.strength),
            "peak_ratio": _rounded(self.peak_ratio),
            "words": list(self.words),
            "texts": _fields(self.texts),
            "examples": [_fields(example) for example in self.examples],
            "summary": self.summary,
        }


def hour_text(hour: int) -> datetime:
    """Return the begin of an hour since 1970."""
    return datetime.fromtimestamp(hour * 3600, UTC)


def _fields(value: Strength | Texts | Example) -> Mapping[str, Any]:
    return {name: _rounded(getattr(value, name)) for name in value.__slots__}


def _rounded(value: object) -> object:
    return float(f"{value:.4g}") if isinstance(value, float) else value

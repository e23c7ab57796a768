"""What an alert says: how strong, what about, who speaks, and in a sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mentionlens.watch.alerts import Alert, Example, Strength, Texts, hour_text
from mentionlens.watch.expectation import WINDOWS, Expectation
from mentionlens.watch.kept_mentions import (
    Authors,
    KeptMention,
    KeptMentions,
    Vocabulary,
    words_of,
)
from mentionlens.watch.recent import RecentHours
from mentionlens.watch.series import COMPLAINT, NEGATIVE, TROLL, SeriesTable
from mentionlens.watch.tails import ratio_interval, upper_tail, with_clustering
from mentionlens.watch.waves import find_waves

__all__ = ["SEVERITIES", "WAVE_KINDS", "Describer", "Incident"]

SEVERITIES = ("notice", "serious", "severe")
_SURE_RATIOS = {"severe": 4.0, "serious": 2.0}
WAVE_KINDS = ("coordinated", "repeated", "one_author")
_MOST_EXAMPLES, _MOST_WORDS = 5, 5
_WAVE = 5
"""Copies that make a wave."""
_COPIED = 3
"""Copies from which on a text belongs to the few that are repeated."""
_TAIL = 0.025
_LEAST_EXPECTED = 1e-3
_ATTENTION = 1.5
"""Ratio of all other mentions from which on there is more of everything."""


@dataclass
class Incident:
    """A trouble that goes on.

    Attributes:
        id: of its alerts.
        row: of its series.
        drift: whether it was found as a lasting rise.
        since: first hour that stands out.
        opened: hour after which it was found.
        observed_before: mentions from `since` to `opened`, where that is longer than a day.
        expected_before: what was expected of them.
        p_value: of the test that found it; None where another series did.
        calm: hours in a row without anything unusual.
        revision: of the last message.
        severity: that was told.
        kind: that was told.
        peak_ratio: the highest so far.
        read: mentions whose texts were read for the last message.
    """

    id: str
    row: int
    drift: bool
    since: int
    opened: int
    observed_before: float
    expected_before: float
    p_value: float | None
    calm: int = 0
    revision: int = 0
    severity: str = SEVERITIES[0]
    kind: str = ""
    peak_ratio: float = 0.0
    read: int = 0


@dataclass(frozen=True, slots=True)
class _Window:
    p_value: float
    hours: int
    observed: int
    expected: float
    size: float
    clustering: float


class Describer:
    """Makes alerts of incidents.

    Args:
        table: the series.
        recent: the last hours.
        expectation: of all series.
        kept: texts of the last day.
        authors: who has been seen.
        vocabulary: what was said before.
        texts: whether alerts may hold texts.
    """

    def __init__(
        self,
        table: SeriesTable,
        recent: RecentHours,
        expectation: Expectation,
        *,
        kept: KeptMentions,
        authors: Authors,
        vocabulary: Vocabulary,
        texts: bool,
    ) -> None:
        self._table = table
        self._recent = recent
        self._expectation = expectation
        self._kept = kept
        self._authors = authors
        self._vocabulary = vocabulary
        self._texts = texts

    def may_have_turned(self, incident: Incident, hour: int) -> bool:
        """Tell, cheaply, whether an incident may be worse than was told, or of another kind."""
        window = self._window(incident, hour)
        expected = max(window.expected, _LEAST_EXPECTED)
        incident.peak_ratio = max(incident.peak_ratio, window.observed / expected)
        place = SEVERITIES.index(incident.severity) + 1
        if place < len(SEVERITIES):
            least = _SURE_RATIOS[SEVERITIES[place]] * expected
            # The same as that the interval's lower end lies above it.
            if upper_tail(window.observed, least, window.size) < _TAIL:
                return True
        if incident.kind in WAVE_KINDS:
            return False
        series = self._table.series[incident.row]
        since = max(incident.since, hour - WINDOWS[-1] + 1)
        found = self._kept.find(series.brand, series.lang, series.measure, since)
        return len(found) >= 1.5 * max(incident.read, _WAVE)

    def describe(self, incident: Incident, hour: int, event: str) -> Alert:
        """Return the message about an incident; `escalated` ones are not counted as told yet."""
        series = self._table.series[incident.row]
        strength = self._strength(incident, hour)
        incident.peak_ratio = max(incident.peak_ratio, strength.ratio)
        since = max(incident.since, hour - WINDOWS[-1] + 1)
        mentions = self._kept.find(series.brand, series.lang, series.measure, since)
        waves = find_waves([mention.text for mention in mentions])
        texts = self._read(mentions, waves, incident.since)
        leaders = [mentions[wave[0]] for wave in waves]
        words = tuple(
            self._vocabulary.stand_out(
                series.brand, [mention.text for mention in leaders], _MOST_WORDS
            )
        )
        incident.read = len(mentions)
        kind = _kind(incident, strength, texts, waves)
        if event == "closed" and incident.kind:
            kind = incident.kind
        severity = _severity(strength)
        if SEVERITIES.index(severity) < SEVERITIES.index(incident.severity):
            severity = incident.severity
        alert = Alert(
            id=incident.id,
            revision=incident.revision + 1,
            event=event,
            kind=kind,
            severity=severity,
            brand=series.brand,
            lang=series.lang,
            measure=series.measure,
            since=hour_text(incident.since),
            at=hour_text(hour + 1),
            strength=strength,
            peak_ratio=incident.peak_ratio,
            words=words,
            texts=texts,
            examples=self._examples(leaders, words),
            summary="",
        )
        alert = replace(alert, summary=_summary(alert))
        return alert if event == "escalated" else self.tell(incident, alert)

    def tell(self, incident: Incident, alert: Alert) -> Alert:
        """Note that a message is sent."""
        incident.revision = alert.revision
        incident.severity = alert.severity
        incident.kind = alert.kind
        return alert

    def _window(self, incident: Incident, hour: int) -> _Window:
        """Return the window within the incident that is most unlikely."""
        row = incident.row
        age = hour - incident.since + 1
        windows = []
        for place, length in enumerate(WINDOWS):
            hours = min(length, max(age, 1))
            start = hour - hours + 1
            observed = int(self._recent.sum_since(self._recent.counts, row, start, hour))
            expected = self._recent.sum_since(self._recent.means, row, start, hour)
            size, clustering = self._expectation.spread(place, row)
            p = upper_tail(observed, expected, with_clustering(size, expected, clustering))
            windows.append(_Window(p, hours, observed, expected, size, clustering))
            if hours < length:
                break
        return min(windows, key=lambda window: window.p_value)

    def _strength(self, incident: Incident, hour: int) -> Strength:
        row = incident.row
        window = self._window(incident, hour)
        p, hours, observed = window.p_value, window.hours, window.observed
        expected = window.expected
        if hour == incident.opened and incident.p_value is not None:
            p = min(p, incident.p_value)
        if incident.drift and hour == incident.opened:
            hours = hour - incident.since + 1
            observed, expected = int(incident.observed_before), incident.expected_before
        expected = max(expected, _LEAST_EXPECTED)
        low, high = ratio_interval(observed, expected, window.size, clustering=window.clustering)
        start = hour - min(hours, WINDOWS[-1]) + 1
        denominator = int(self._table.mentions[row])
        everything = self._recent.sum_since(self._recent.counts, denominator, start, hour)
        usual = self._recent.sum_since(self._recent.means, denominator, start, hour)
        own = self._recent.sum_since(self._recent.counts, row, start, hour)
        own_usual = self._recent.sum_since(self._recent.means, row, start, hour)
        return Strength(
            hours=hours,
            observed=observed,
            expected=expected,
            ratio=observed / expected,
            ratio_low=low,
            ratio_high=high,
            p_value=p,
            return_days=min(hours / max(p, 1e-300) / 24, 1e9),
            share=own / max(everything, 1.0),
            expected_share=min(1.0, own_usual / max(usual, 1e-9)),
            others_ratio=(everything - own) / max(usual - own_usual, 0.5),
        )

    def _read(
        self, mentions: Sequence[KeptMention], waves: Sequence[Sequence[int]], since: int
    ) -> Texts:
        authors = [mention.author for mention in mentions if mention.author is not None]
        # A few mentions without an author do not make the others unknown.
        known = len(authors) * 2 > len(mentions)
        largest = [mentions[i] for i in waves[0]] if waves else []
        number = Counter(authors)
        return Texts(
            read=len(mentions),
            different=len(waves),
            wave=len(largest),
            wave_text=largest[0].text if largest and self._texts else None,
            wave_authors=len({one.author for one in largest} - {None}) if known else None,
            authors=len(number) if known else None,
            new_authors=sum(self._authors.is_new(one, since) for one in number) if known else None,
            busiest_author=max(number.values(), default=0) if known else None,
        )

    def _examples(
        self, leaders: Sequence[KeptMention], words: Sequence[str]
    ) -> tuple[Example, ...]:
        """Choose those with most of the words that stand out, then the surest answers."""
        telling = set(words)
        ordered = sorted(
            leaders,
            key=lambda one: (-len(telling & words_of(one.text)), -one.certainty, one.hour, one.id),
        )
        return tuple(
            Example(one.id, one.text if self._texts else None) for one in ordered[:_MOST_EXAMPLES]
        )


def _severity(strength: Strength) -> str:
    sure = (name for name, least in _SURE_RATIOS.items() if strength.ratio_low >= least)
    return next(sure, SEVERITIES[0])


def _kind(
    incident: Incident, strength: Strength, texts: Texts, waves: Sequence[Sequence[int]]
) -> str:
    copied = sum(len(wave) for wave in waves if len(wave) >= _COPIED)
    busiest = texts.busiest_author or 0
    if texts.read >= _WAVE and 2 * busiest >= texts.read:
        return "one_author"
    if texts.wave >= _COPIED and 2 * copied >= texts.read:
        new = texts.new_authors is not None and 2 * texts.new_authors >= (texts.authors or 0)
        many = texts.wave >= _WAVE and (texts.wave_authors or 0) >= 3
        return "coordinated" if new and many else "repeated"
    if strength.others_ratio >= _ATTENTION and strength.share < 1.3 * strength.expected_share:
        return "attention"
    return "drift" if incident.drift else "burst"


_MEASURES = {NEGATIVE: "negative mentions", TROLL: "trolling", COMPLAINT: "complaints"}
_KINDS = {
    "burst": "Many customers",
    "drift": "A lasting rise",
    "coordinated": "Coordinated: few texts by many new authors",
    "repeated": "Few texts, repeated",
    "one_author": "Mostly one author",
    "attention": "More of everything, not of trouble alone",
}


def _summary(alert: Alert) -> str:
    s, t = alert.strength, alert.texts
    measure = _MEASURES.get(alert.measure) or f"{alert.measure.partition(':')[2]} complaints"
    where = f"{alert.brand or 'All mentions'}{f', {alert.lang}' if alert.lang else ''}"
    hours = "an hour" if s.hours == 1 else f"{s.hours} hours"
    # Where next to nothing is usual, the upper end says no more than "very many".
    high = f"{s.ratio_high:.1f}" if s.ratio_high < 1000 else "over 1000"
    if alert.event == "closed":
        return f"{where}: {measure} are as usual again; at most {alert.peak_ratio:.1f} times usual."
    parts = [
        f"{where}: {s.observed} {measure} in {hours}, usual are {s.expected:.1f} "
        f"({s.ratio:.1f} times, {s.ratio_low:.1f} to {high}); "
        f"by chance about once in {_period(s.return_days)}.",
        f"{_KINDS[alert.kind]}: {t.different} different text{'' if t.different == 1 else 's'} "
        f"among {t.read} of them since then"
        + (f" by {t.authors} authors" if t.authors is not None else "")
        + (f", one of them {t.wave} times." if t.wave > 1 else "."),
    ]
    if alert.words:
        parts.append(f"Words: {', '.join(alert.words)}.")
    return " ".join(parts)


def _period(days: float) -> str:
    if days < 1:
        return "a day"
    if days < 60:
        return f"{days:.0f} days"
    if days < 365 * 2:
        return f"{days / 30:.0f} months"
    years = days / 365
    return f"{years:.0f} years" if years < 1000 else "more than 1000 years"

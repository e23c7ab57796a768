"""Which figures describe a language, and what they say in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mentionlens_data.quality.figures import COLOURS, bars, histogram
from mentionlens_data.quality.language_check import LENGTHS
from mentionlens_data.quality.statistics import LanguageStatistics, Statistics, quantile
from mentionlens_data.schema import SPLITS

__all__ = ["Chart", "language_charts", "overview_charts", "percent"]

_SPLIT_COLOURS = ("accent", "accent-2", "accent-3")
_MOST_SOURCES = 14
_FEW_LABELS = 3


@dataclass(frozen=True)
class Chart:
    """A figure with its caption.

    Attributes:
        title: what it shows.
        svg: the figure, inline.
        summary: the same in words, for who does not see it.
        legend: colour (of `COLOURS`) to what it stands for.
        note: what to know about it.
    """

    title: str
    svg: str
    summary: str
    legend: Mapping[str, str] | None = None
    note: str = ""


def percent(part: float, whole: float) -> str:
    """Return a share in percent, with a decimal near the ends; a dash where there is no whole."""
    if not whole:
        return "–"
    share = 100 * part / whole
    if 0 < share < 0.1:
        return "<0.1 %"
    if 99.95 <= share < 100:
        return ">99.9 %"
    return f"{share:.1f} %" if share < 9.95 or 99 <= share < 100 else f"{share:.0f} %"


def overview_charts(statistics: Statistics) -> list[Chart]:
    """Return the rows by language and part, and the shares of answers to each short task."""
    rows = [
        (code, [found.splits[split] for split in SPLITS], f"{found.rows:,}")
        for code, found in statistics.languages.items()
    ]
    charts = [
        Chart(
            "Rows by language and part",
            bars(rows, [_SPLIT_COLOURS] * len(rows)),
            _in_words(rows),
            dict(zip(_SPLIT_COLOURS, SPLITS, strict=True)),
        )
    ]
    for task, labels in statistics.tasks.items():
        if len(labels) <= _FEW_LABELS and any(
            task in found.labels for found in statistics.languages.values()
        ):
            charts.append(_shares(statistics, task, labels))
    return charts


def _shares(statistics: Statistics, task: str, labels: tuple[str, ...]) -> Chart:
    rows = []
    for code, found in statistics.languages.items():
        counts = [sum(found.labels.get(task, {}).get(label, {}).values()) for label in labels]
        total = sum(counts)
        if total:
            rows.append((code, [n / total for n in counts], f"{total:,}"))
    colours = [_label_colour(task, label) for label in labels]
    return Chart(
        f"Answers to {task} by language",
        bars(rows, [colours] * len(rows), largest=1.0),
        "; ".join(
            f"{code}: " + ", ".join(f"{x} {percent(v, 1)}" for x, v in zip(labels, vs, strict=True))
            for code, vs, _ in rows
        ),
        dict(zip(colours, labels, strict=True)),
        "Shares of the answers; behind each bar their number.",
    )


def language_charts(found: LanguageStatistics, tasks: Mapping[str, tuple[str, ...]]) -> list[Chart]:
    """Return the charts of one language, in the order of the page."""
    charts = [_sources(found)]
    charts += [
        _labels(found, task, labels) for task, labels in tasks.items() if task in found.labels
    ]
    return [*charts, _lengths(found), _agreement(found)]


def _in_words(rows: Sequence[tuple[str, Sequence[float], str]]) -> str:
    return "; ".join(f"{name}: {text}" for name, _, text in rows)


def _sources(found: LanguageStatistics) -> Chart:
    ordered = sorted(found.sources.items(), key=lambda item: (-sum(item[1].values()), item[0]))
    rest = ordered[_MOST_SOURCES:]
    ordered = ordered[:_MOST_SOURCES]
    if rest:
        others = {split: sum(counts[split] for _, counts in rest) for split in SPLITS}
        ordered.append((f"{len(rest)} more", others))
    rows = [(n, [c[s] for s in SPLITS], f"{sum(c.values()):,}") for n, c in ordered]
    return Chart(
        "Rows by source and part",
        bars(rows, [_SPLIT_COLOURS] * len(rows)),
        _in_words(rows),
        dict(zip(_SPLIT_COLOURS, SPLITS, strict=True)),
    )


def _labels(found: LanguageStatistics, task: str, labels: tuple[str, ...]) -> Chart:
    counts = {label: sum(found.labels[task].get(label, {}).values()) for label in labels}
    total = sum(counts.values())
    rows = [(x, [n], f"{percent(n, total)} · {n:,}") for x, n in counts.items()]
    colours = [[_label_colour(task, label)] for label in labels]
    absent = [label for label, number in counts.items() if not number]
    return Chart(
        f"Answers to {task}",
        bars(rows, colours),
        _in_words(rows),
        note=f"No row says {', '.join(absent)}." if absent else "",
    )


def _label_colour(task: str, label: str) -> str:
    if label in COLOURS:
        return label
    return "complaint" if task == "complaint" else "accent"


def _lengths(found: LanguageStatistics) -> Chart:
    edges = [1.0]
    while edges[-1] <= max(found.lengths, default=1) or len(edges) < 22:
        edges.append(edges[-1] * 2**0.5)
    counts = [0] * (len(edges) - 1)
    place = 0
    for length in sorted(found.lengths):
        while edges[place + 1] <= length:
            place += 1
        counts[place] += found.lengths[length]
    median, long, longest = (quantile(found.lengths, share) for share in (0.5, 0.95, 1.0))
    marks = [(median, f"half: up to {median:,}"), (long, f"95 %: up to {long:,}")]
    return Chart(
        "Length of the texts in characters",
        histogram(edges, counts, [(max(place, 1), text) for place, text in marks]),
        f"half have up to {median:,} characters, 95 % up to {long:,}, the longest {longest:,}",
        note=f"The longest has {longest:,}. Each column spans a factor of 1.4.",
    )


def _agreement(found: LanguageStatistics) -> Chart:
    rows = []
    lower = 0
    for bound in (*LENGTHS, 0):
        number, agreeing = found.agreement.by_length[bound]
        name = f"{lower}–{bound - 1} letters" if bound else f"{lower}+ letters"
        share = agreeing / number if number else 0.0
        rows.append((name, [share], f"{percent(agreeing, number)} of {number:,}"))
        lower = bound
    return Chart(
        "Detected language agrees with the declared one",
        bars(rows, [["accent"]] * len(rows), largest=1.0),
        _in_words(rows),
        note=_confusions(found),
    )


def _confusions(found: LanguageStatistics) -> str:
    agreement = found.agreement
    common = sorted(agreement.confusions.items(), key=lambda item: (-item[1], item[0]))[:4]
    if not agreement.judged:
        return "No text is long enough to judge."
    if not common:
        return "No text of 40 letters or more was taken for another language."
    listed = ", ".join(f"{lang} {number:,}" for lang, number in common)
    return (
        f"Of {agreement.judged:,} texts of 40 letters or more, "
        f"{percent(agreement.exact, agreement.judged)} are exactly this language; "
        f"taken for: {listed}. Surely another: {agreement.doubtful:,}."
    )

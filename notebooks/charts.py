"""The charts of the notebooks: figures of the library in, a matplotlib figure out.

The colours are those of Okabe and Ito, which people with any colour vision tell apart; where two
things are compared, shape or position says the same again.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from itertools import cycle

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from mentionlens import Prediction
from mentionlens.occlusion import WordEffect
from mentionlens_data.rendering import fit_text
from mentionlens_training.evaluation.schema import (
    CoveragePoint,
    Estimate,
    ReliabilityBin,
    Threshold,
)

__all__ = [
    "before_and_after",
    "confusion",
    "coverage",
    "estimates",
    "probabilities",
    "reliability",
    "shares",
    "stacked",
    "word_effects",
]

BLUE, ORANGE, GREEN, RED, PURPLE, SKY = (
    "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9",
)  # fmt: skip
GREY, PALE = "#6B6B6B", "#D9D9D9"
_SERIES = ((BLUE, "o"), (RED, "s"), (GREEN, "^"), (ORANGE, "D"), (PURPLE, "v"), (SKY, "P"))
_COLOURS = (BLUE, ORANGE, GREEN, RED, PURPLE, SKY)
_LIGHT = (PALE, ORANGE, SKY)
_PALE_BLUE = "#A9CCE3"
_LARGEST_DOT, _SMALLEST_DOT = 70.0, 10.0
LEAST_ANSWERS = 10
"""Answers that a bin of a reliability diagram needs: with fewer, its height is chance."""

_LONGEST_NAME = 50  # letters of a line
_BAR = 0.28  # inches that a bar or a line of a chart takes
_STYLE = {
    "figure.dpi": 96,
    "figure.constrained_layout.use": True,
    "font.size": 10,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.axisbelow": True,
    "grid.color": "#E6E6E6",
    "legend.frameon": False,
}
plt.rcParams.update(_STYLE)


def probabilities(prediction: Prediction) -> Figure:
    """Draw the probability of every label of every task; the answers are filled in.

    Args:
        prediction: of one mention.
    """
    tasks = prediction.tasks
    lines = sum(len(answer.probabilities) + 1 for answer in tasks.values())
    figure, ax = _one(7.2, 0.6 + 0.24 * lines)
    place = 0
    ticks: dict[int, str] = {}
    for name, answer in tasks.items():
        ax.text(-0.01, place, name, transform=ax.get_yaxis_transform(), ha="right", va="center",
                fontweight="bold")  # fmt: skip
        for label, value in answer.probabilities.items():
            place += 1
            ticks[place] = label
            ax.barh(place, value, color=BLUE if label == answer.label else _PALE_BLUE, height=0.75)
            _beside(ax, f"{value:.0%}" if value >= 0.005 else "<1%", value, place)
        place += 1
    ax.set_yticks(list(ticks), list(ticks.values()))
    ax.set_ylim(place - 0.4, -0.6)
    ax.set_xlim(0, 1.06)
    ax.set_xticks(np.linspace(0, 1, 6))
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.grid(True, axis="x")
    _percent(ax, "x")
    ax.set_xlabel("probability")
    return figure


def reliability(tasks: Mapping[str, Mapping[str, Sequence[ReliabilityBin]]]) -> Figure:
    """Draw how often answers are right over how sure the model was, a panel for each task.

    Args:
        tasks: task to language (or another group) to the bins of its answers; larger dots stand
            for more answers, and bins with fewer than `LEAST_ANSWERS` are left out.
    """
    figure, axes = _panels(len(tasks), 3.1, 3.5)
    groups = dict.fromkeys(group for found in tasks.values() for group in found)
    looks = dict(zip(groups, cycle(_SERIES), strict=False))
    for ax, (task, found) in zip(axes, tasks.items(), strict=True):
        ax.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
        most = max((b.rows for every in found.values() for b in every), default=1)
        for group, every in found.items():
            colour, marker = looks[group]
            bins = [b for b in every if b.rows >= LEAST_ANSWERS]
            sizes = [max(_SMALLEST_DOT, _LARGEST_DOT * b.rows / most) for b in bins]
            x, y = [b.confidence for b in bins], [b.accuracy for b in bins]
            ax.plot(x, y, color=colour, linewidth=1, alpha=0.45, zorder=2)
            ax.scatter(x, y, sizes, color=colour, marker=marker, alpha=0.85, linewidth=0, zorder=3)
        ax.text(0.05, 0.88, "too modest", color=GREY, fontsize=9)
        ax.text(0.97, 0.05, "too sure", color=GREY, fontsize=9, ha="right")
        ax.set(xlim=(0, 1.02), ylim=(0, 1.02), aspect="equal", title=task)
        ax.set_xlabel("how sure the model was")
        ax.grid(True)
        _percent(ax, "x")
        _percent(ax, "y")
    axes[0].set_ylabel("how often it was right")
    if len(groups) > 1:
        handles = [
            plt.Line2D([], [], color=looks[g][0], marker=looks[g][1], label=g, linewidth=1)
            for g in groups
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=len(groups))
    return figure


def confusion(labels: Sequence[str], rows: Sequence[Sequence[int]], title: str = "") -> Figure:
    """Draw what is taken for what: counts, shaded by their share of the right label's row.

    Args:
        labels: of the task.
        rows: for each right label, how often each label was the answer, (labels, labels).
        title: of the figure.
    """
    counts = np.asarray(rows)
    known = counts.sum(axis=1, keepdims=True)
    part = np.divide(counts, known, out=np.zeros(counts.shape), where=known > 0)
    size = 1.6 + 0.52 * len(labels)
    figure, ax = _one(size + 0.9, size)
    image = ax.imshow(part, cmap="Blues", vmin=0, vmax=1)
    for (right, given), count in np.ndenumerate(counts):
        if count:
            ax.text(
                given,
                right,
                f"{count:,}",
                ha="center",
                va="center",
                fontsize=9,
                color="white" if part[right, given] > 0.55 else "black",
            )
    ax.set_xticks(range(len(labels)), labels, rotation=45, ha="right", rotation_mode="anchor")
    ax.set_yticks(range(len(labels)), labels)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    ax.set(xlabel="the model's answer", ylabel="the right answer", title=title)
    bar = figure.colorbar(image, ax=ax, shrink=0.8, pad=0.03)
    bar.set_label("share of the right label's rows")
    bar.ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    bar.outline.set_visible(False)
    return figure


def estimates(
    figures: Mapping[str, Estimate | None], *, name: str, whole: Estimate | None = None
) -> Figure:
    """Draw figures with their intervals, one line each, the first on top.

    Args:
        figures: what it is of, to the figure; None leaves its line empty.
        name: of the figure, for the axis.
        whole: the figure of everything, as a line to compare with.
    """
    names = [_wrapped(text) for text in figures]
    line = _BAR if all("\n" not in name for name in names) else 1.25 * _BAR
    figure, ax = _one(8.2, 0.9 + line * len(names))
    if whole is not None:
        ax.axvline(whole.value, color=ORANGE, linewidth=1.5, zorder=1)
        ax.annotate(
            f"all {whole.value:.0%}",
            (whole.value, 1),
            xycoords=("data", "axes fraction"),
            xytext=(0, 3),
            textcoords="offset points",
            ha="center",
            color="#8A5F00",
            fontsize=9,
        )
    for place, found in enumerate(figures.values()):
        if found is None:
            continue
        if found.low is not None and found.high is not None:
            ax.plot([found.low, found.high], [place, place], color=SKY, linewidth=4, zorder=2,
                    solid_capstyle="butt")  # fmt: skip
        ax.plot(found.value, place, "o", color=BLUE, markersize=6, zorder=3, clip_on=False)
    ax.set_yticks(range(len(names)), names)
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.set_xlim(0, 1)
    ax.tick_params(axis="y", length=0)
    ax.grid(True, axis="x")
    ax.set_xlabel(f"{name}, with its 95 % interval")
    _percent(ax, "x")
    return figure


def coverage(
    tasks: Mapping[str, Sequence[CoveragePoint]], wanted: Mapping[str, Sequence[Threshold]]
) -> Figure:
    """Draw how often kept answers are right, over the share that is kept.

    Args:
        tasks: task to the points of its curve, from everything kept to only the surest.
        wanted: task to the thresholds that are marked on its curve.
    """
    figure, ax = _one(8.2, 4.2)
    lowest = 1.0
    for (task, points), (colour, marker) in zip(tasks.items(), cycle(_SERIES), strict=False):
        line = sorted(points, key=lambda point: point.coverage)
        lowest = min([lowest, *(point.accuracy for point in line)])
        ax.plot(
            [p.coverage for p in line],
            [p.accuracy for p in line],
            color=colour,
            linewidth=2,
            label=task,
        )
        for mark in wanted.get(task, ()):
            # What is reached by everything needs no mark.
            if mark.coverage is None or mark.threshold is None or mark.coverage > 0.9995:
                continue
            ax.plot(mark.coverage, mark.accuracy, marker, color=colour, markersize=7)
            ax.annotate(
                f"≥ {mark.threshold:.2f}",
                (mark.coverage, mark.accuracy),
                xytext=(-6, -12),
                textcoords="offset points",
                ha="right",
                color=colour,
                fontsize=9,
            )
    ax.set_xlim(0, 1.01)
    ax.set_ylim(math.floor(lowest * 10) / 10, 1.005)
    ax.grid(True)
    ax.set_xlabel("answered by the model alone (the rest goes to a person)")
    ax.set_ylabel("of these answers are right")
    _percent(ax, "x")
    _percent(ax, "y")
    ax.legend(loc="lower left")
    return figure


def before_and_after(
    rows: Mapping[str, tuple[float | None, float]], *, name: str, title: str = ""
) -> Figure:
    """Draw two figures a line, joined: a ring before, a dot after.

    Args:
        rows: what it is of, to the points (of 100) before and after; None where there was nothing.
        name: of the figure, for the axis.
        title: of the chart.
    """
    figure, ax = _one(8.2, 1.2 + _BAR * len(rows))
    for place, (before, after) in enumerate(rows.values()):
        if before is not None:
            colour = GREEN if after >= before else RED
            ax.plot([before, after], [place, place], color=colour, linewidth=2.5, zorder=1)
            ax.plot(before, place, "o", markerfacecolor="white", markeredgecolor=GREY, markersize=7)
            ax.annotate(
                f"{after - before:+.1f}",
                (max(before, after), place),
                xytext=(9, 0),
                textcoords="offset points",
                va="center",
                color=colour,
                fontsize=9,
            )
        ax.plot(after, place, "o", color=BLUE, markersize=7)
    ax.set_yticks(range(len(rows)), list(rows))
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_xlim(0, 107)
    ax.set_xticks(range(0, 101, 20))
    ax.tick_params(axis="y", length=0)
    ax.grid(True, axis="x")
    ax.set(xlabel=f"{name}, points of 100", title=title)
    handles = [
        plt.Line2D([], [], marker="o", linestyle="", color=GREY, markerfacecolor="white",
                   label="before"),
        plt.Line2D([], [], marker="o", linestyle="", color=BLUE, label="after"),
    ]  # fmt: skip
    ax.legend(handles=handles, loc="lower right", bbox_to_anchor=(1, 1), ncols=2)
    return figure


def shares(series: Mapping[str, Mapping[str, int]], *, name: str) -> Figure:
    """Draw how counts are spread over labels, side by side, as shares of each series.

    Args:
        series: name of a series to label to count; all have the labels of the first, in its order.
        name: of what is counted, for the axis.
    """
    labels = list(next(iter(series.values())))
    thick = 0.8 / len(series)
    figure, ax = _one(8.2, 1.1 + (0.1 + 0.22 * len(series)) * len(labels))
    # What others are compared with stays in the background.
    colours = cycle(_COLOURS if len(series) == 1 else (PALE, *_COLOURS))
    for i, ((title, counts), colour) in enumerate(zip(series.items(), colours, strict=False)):
        total = max(1, sum(counts.values()))
        values = [counts[label] / total for label in labels]
        places = np.arange(len(labels)) + (i - (len(series) - 1) / 2) * thick
        ax.barh(places, values, thick * 0.95, color=colour, label=f"{title} ({total:,})")
        for place, label, value in zip(places, labels, values, strict=True):
            _beside(ax, f"{counts[label]:,}", value, place)
    ax.set_yticks(range(len(labels)), labels)
    ax.set_ylim(len(labels) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    ax.grid(True, axis="x")
    ax.set_xlabel(f"share of {name}")
    _percent(ax, "x")
    ax.legend(loc="lower right")
    return figure


def stacked(groups: Mapping[str, Mapping[str, int]], *, name: str) -> Figure:
    """Draw one bar a group, divided by label, as shares of the group.

    Args:
        groups: name of a group to label to count; all have the labels of the first, in its order.
        name: of what is counted, for the axis.
    """
    labels = list(next(iter(groups.values())))
    looks = zip(labels, cycle((RED, PALE, BLUE) if len(labels) == 3 else _COLOURS), strict=False)
    totals = np.array([max(1, sum(counts.values())) for counts in groups.values()])
    figure, ax = _one(8.2, 1.2 + _BAR * len(groups))
    left = np.zeros(len(groups))
    for label, colour in looks:
        values = np.array([counts[label] for counts in groups.values()]) / totals
        ax.barh(range(len(groups)), values, 0.75, left=left, color=colour, label=label)
        for place, value in enumerate(values):
            if value > 0.06:
                ax.text(
                    left[place] + value / 2,
                    place,
                    f"{value:.0%}",
                    ha="center",
                    va="center",
                    fontsize=9,
                    color="black" if colour in _LIGHT else "white",
                )
        left += values
    names = [f"{group} ({total:,})" for group, total in zip(groups, totals, strict=True)]
    ax.set_yticks(range(len(groups)), names)
    ax.set_ylim(len(groups) - 0.4, -0.6)
    ax.set_xlim(0, 1)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.set_xlabel(f"share of {name}")
    _percent(ax, "x")
    figure.legend(loc="outside upper left", ncols=len(labels))
    return figure


def word_effects(words: Sequence[WordEffect], task: str, label: str, *, most: int = 25) -> Figure:
    """Draw what each word did for an answer, in the order of the text.

    Args:
        words: of a mention.
        task: whose answer it is.
        label: the answer.
        most: words that are drawn; of a longer mention those with the largest effects.
    """
    largest = sorted(words, key=lambda word: -abs(word.effects[task]))[:most]
    shown = [word for word in words if word in largest]
    values = [100 * word.effects[task] for word in shown]
    figure, ax = _one(8.2, 0.9 + 0.24 * len(shown))
    ax.barh(
        range(len(shown)), values, color=[BLUE if value >= 0 else RED for value in values],
        height=0.7,
    )  # fmt: skip
    ax.axvline(0, color=GREY, linewidth=1)
    ax.set_yticks(range(len(shown)), [fit_text(word.word) for word in shown])
    ax.set_ylim(len(shown) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.grid(True, axis="x")
    ax.set_xlabel(f"points of probability that “{label}” loses without the word")
    return figure


def _panels(number: int, width: float, height: float) -> tuple[Figure, Sequence[Axes]]:
    figure, axes = plt.subplots(1, number, figsize=(width * number, height), squeeze=False)
    # A figure that is open would be shown twice: as the value of its cell and at the cell's end.
    plt.close(figure)
    return figure, list(axes[0])


def _one(width: float, height: float) -> tuple[Figure, Axes]:
    figure, axes = _panels(1, width, height)
    return figure, axes[0]


def _beside(ax: Axes, text: str, x: float, y: float) -> None:
    """Write what a horizontal bar stands for at its end."""
    ax.annotate(text, (x, y), xytext=(4, 0), textcoords="offset points", va="center", color=GREY,
                fontsize=9)  # fmt: skip


def _wrapped(text: str) -> str:
    # A number in brackets stays with the word before it.
    whole = fit_text(text).replace(" (", "\N{NO-BREAK SPACE}(")
    return "\n".join(textwrap.wrap(whole, _LONGEST_NAME))


def _percent(ax: Axes, axis: str) -> None:
    getattr(ax, f"{axis}axis").set_major_formatter(PercentFormatter(1.0, decimals=0))

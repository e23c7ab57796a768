"""Small figures as inline SVG that take their colours and their font from the page around them.

matplotlib draws with stand-in colours; `_inline` puts CSS variables in their place, so that one
figure serves a light and a dark page and the printer.
"""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["COLOURS", "bars", "histogram"]

COLOURS = (
    "ink", "faint", "accent", "accent-2", "accent-3",
    "negative", "neutral", "positive", "no", "yes", "none", "complaint",
)  # fmt: skip
"""Names that a page defines as `--c-<name>`."""

_WIDTH = 5.2
"""Inches at 72 points: as wide as a phone, so that letters keep their size there."""
_STAND_INS = {name: f"#0a0b{number:02x}" for number, name in enumerate(COLOURS)}
_OUTPUT = {"svg.fonttype": "none", "svg.hashsalt": "mentionlens", "font.size": 12}


def bars(
    rows: Sequence[tuple[str, Sequence[float], str]],
    colours: Sequence[Sequence[str]],
    *,
    largest: float | None = None,
) -> str:
    """Return horizontal bars, one a row, with a label before and one behind each.

    Args:
        rows: name, lengths of the segments, and the text behind the bar.
        colours: a name of `COLOURS` for every segment of every row.
        largest: length of the whole axis; by default that of the longest bar.
    """
    figure, axes = _figure(0.34 * len(rows) + 0.12)
    end = largest or max((sum(values) for _, values, _ in rows), default=0) or 1.0
    for place, ((name, values, text), palette) in enumerate(zip(rows, colours, strict=True)):
        left = 0.0
        for value, colour in zip(values, palette, strict=True):
            axes.barh(place, value, left=left, height=0.62, color=_STAND_INS[colour], clip_on=False)
            left += value
        axes.text(-0.02 * end, place, _cut(name, 24), ha="right", va="center", color=_ink())
        axes.text(left + 0.015 * end, place, text, ha="left", va="center", color=_ink())
    axes.set_xlim(0, end)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    longest = max((len(_cut(name, 24)) for name, _, _ in rows), default=0)
    behind = max((len(text) for _, _, text in rows), default=0)
    axes.set_position((0.03 + 0.0165 * longest, 0, 0.95 - 0.0165 * longest - 0.0165 * behind, 1))
    return _inline(figure)


def histogram(
    edges: Sequence[float], counts: Sequence[int], marks: Sequence[tuple[float, str]]
) -> str:
    """Return columns over a logarithmic axis, with labelled marks above them.

    Args:
        edges: bounds of the columns, one more than there are columns.
        counts: heights.
        marks: place on the axis, and what to write there.
    """
    figure, axes = _figure(2.1)
    highest = max(counts, default=0) or 1
    axes.bar(
        edges[:-1],
        counts,
        width=[0.94 * (b - a) for a, b in itertools.pairwise(edges)],
        align="edge",
        color=_STAND_INS["accent"],
        clip_on=False,
    )
    axes.set_xscale("log")
    axes.set_xlim(edges[0], edges[-1])
    axes.set_ylim(0, 1.42 * highest)
    for level, (place, text) in enumerate(marks):
        height = (1.12 + 0.16 * (level % 2)) * highest
        axes.plot([place, place], [0, height], color=_ink(), linewidth=1, clip_on=False)
        left_half = place < (edges[0] * edges[-1]) ** 0.5
        axes.annotate(
            text,
            (place, height),
            xytext=(4 if left_half else -4, 0),
            textcoords="offset points",
            ha="left" if left_half else "right",
            va="center",
            color=_ink(),
        )
    axes.plot(
        edges[:: len(edges) - 1], [0, 0], color=_STAND_INS["faint"], linewidth=1, clip_on=False
    )
    for tick in (1, 10, 100, 1_000, 10_000, 100_000):
        if edges[0] <= tick <= edges[-1]:
            text = f"{tick:,}"
            axes.text(tick, -0.06 * highest, text, ha="center", va="top", color=_STAND_INS["faint"])
    axes.set_position((0.02, 0.15, 0.96, 0.84))
    return _inline(figure)


def _figure(height: float) -> tuple[Figure, Axes]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(_WIDTH, height))
    figure.patch.set_visible(False)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.patch.set_visible(False)
    axes.xaxis.set_visible(False)
    axes.yaxis.set_visible(False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return figure, axes


def _ink() -> str:
    return _STAND_INS["ink"]


def _cut(name: str, most: int) -> str:
    return name if len(name) <= most else name[: most - 1] + "…"


def _inline(figure: Figure) -> str:
    import matplotlib as mpl

    file = io.StringIO()
    with mpl.rc_context(_OUTPUT):
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    svg = file.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<!--.*?-->", "", svg, flags=re.DOTALL)
    for name, colour in _STAND_INS.items():
        svg = svg.replace(colour, f"var(--c-{name})")
    # The page has the font, and ids would not be unique in it; nothing here refers to one.
    svg = re.sub(r"font: ([\d.]+px) [^;\"]*", r"font-size: \1", svg)
    svg = re.sub(r' id="[^"]*"', "", svg)
    box = re.search(r'viewBox="[^"]*"', svg)
    return re.sub(r"<svg [^>]*>", f'<svg {box[0] if box else ""} aria-hidden="true">', svg, count=1)

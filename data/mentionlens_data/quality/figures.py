"""Small figures as inline SVG that take their colours and their font from the page around them.

matplotlib draws with stand-in colours; `_inline` puts CSS variables in their place, so that one
figure serves a light and a dark page and the printer.
"""

from __future__ import annotations

import io
import itertools
import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["COLOURS", "bars", "histogram"]

COLOURS = (
    "ink", "faint", "accent", "accent-2", "accent-3",
    "negative", "neutral", "positive", "no", "yes", "none", "complaint",
)  # fmt: skip
"""Names that a page defines as `--c-<name>`."""

_WIDTH = 4.6
"""Inches of 72 points: as wide as a card on a phone, so that letters keep their size there."""
_LETTER = 0.0205
"""Width of a letter, as a share of the figure's."""
_LONGEST_NAME = 15
"""Longer names stand above their bars."""
_STAND_INS = {name: f"#0a0b{number:02x}" for number, name in enumerate(COLOURS)}
_SIZE = 12


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
    above = any(len(name) > _LONGEST_NAME for name, _, _ in rows)
    pitch = 0.55 if above else 0.34
    figure, axes = _figure(pitch * max(len(rows), 1))
    end = largest or max((sum(values) for _, values, _ in rows), default=0) or 1.0
    for row, ((name, values, text), palette) in enumerate(zip(rows, colours, strict=True)):
        place, left = row + (0.22 if above else 0.0), 0.0
        for value, colour in zip(values, palette, strict=True):
            axes.barh(
                place,
                value,
                left=left,
                height=0.22 / pitch,
                color=_STAND_INS[colour],
                clip_on=False,
            )
            left += value
        if above:
            _write(axes, 0, row - 0.22, _cut(name, 46), ha="left")
        else:
            _write(axes, -0.02 * end, place, name, ha="right")
        _write(axes, left + 0.02 * end, place, text, ha="left")
    axes.set_xlim(0, end)
    axes.set_ylim(max(len(rows), 1) - 0.5, -0.5)
    before = 0.0 if above else 0.03 + _LETTER * max((len(name) for name, _, _ in rows), default=0)
    behind = 0.03 + _LETTER * max((len(text) for _, _, text in rows), default=0)
    axes.set_position((before, 0, 1 - before - behind, 1))
    return _inline(figure)


def histogram(
    edges: Sequence[float], counts: Sequence[int], marks: Sequence[tuple[float, str]]
) -> str:
    """Return columns over a logarithmic axis, with labelled marks above them.

    Args:
        edges: bounds of the columns, one more than there are columns.
        counts: heights.
        marks: place on the axis, and what to write there, from left to right.
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
    axes.set_ylim(0, (1.2 + 0.2 * (len(marks) - 1)) * highest)
    scale = math.log(edges[-1] / edges[0])
    for level, (place, text) in enumerate(marks):
        top = (1.2 + 0.2 * level) * highest
        axes.plot([place, place], [0, top], color=_ink(), linewidth=1, clip_on=False)
        share = math.log(place / edges[0]) / scale
        room = 0.03 + _LETTER * len(text)
        # The first on the left, so that the line of the second does not cross it.
        left = share > room if level == 0 else share + room > 1
        # A little beside the line, whatever the scale.
        beside = place * math.exp(0.012 * scale * (-1 if left else 1))
        _write(axes, beside, top - 0.07 * highest, text, ha="right" if left else "left")
    axes.plot(
        edges[:: len(edges) - 1], [0, 0], color=_STAND_INS["faint"], linewidth=1, clip_on=False
    )
    for tick in (1, 10, 100, 1_000, 10_000, 100_000):
        share = math.log(tick / edges[0]) / scale
        if 0 <= share <= 1 - _LETTER * len(f"{tick:,}") / 2:
            ha: Literal["left", "center"] = "center" if share else "left"
            _write(axes, tick, -0.1 * highest, f"{tick:,}", ha=ha, colour="faint")
    axes.set_position((0, 0.15, 1, 0.84))
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


def _write(
    axes: Axes,
    x: float,
    y: float,
    text: str,
    *,
    ha: Literal["left", "center", "right"],
    colour: str = "ink",
) -> None:
    # A source may have dollar signs in its name, which is no formula.
    axes.text(
        x,
        y,
        text,
        ha=ha,
        va="center",
        fontsize=_SIZE,
        color=_STAND_INS[colour],
        parse_math=False,
    )


def _ink() -> str:
    return _STAND_INS["ink"]


def _cut(name: str, most: int) -> str:
    return name if len(name) <= most else name[: most - 1] + "…"


def _inline(figure: Figure) -> str:
    import matplotlib as mpl

    file = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "mentionlens"}):
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    svg = file.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<!--.*?-->", "", svg, flags=re.DOTALL)
    for name, colour in _STAND_INS.items():
        svg = svg.replace(colour, f"var(--c-{name})")
    # The page has the font, and ids would not be unique in it; nothing here refers to one.
    svg = re.sub(r"font: ([\d.]+px) [^;\"]*", r"font-size: \1", svg)
    svg = re.sub(r"font-family: [^;\"]*;? ?", "", svg)
    svg = re.sub(r' id="[^"]*"', "", svg)
    box = re.search(r'viewBox="[^"]*"', svg)
    return re.sub(r"<svg [^>]*>", f'<svg {box[0] if box else ""} aria-hidden="true">', svg, count=1)

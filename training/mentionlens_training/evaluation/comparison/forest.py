"""A forest plot: the difference in each language, with its interval, around zero."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mentionlens_training.evaluation.comparison.schema import Difference, Verdict
from mentionlens_training.evaluation.comparison.wording import STYLES, SYMBOLS, points

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = ["ForestRow", "forest_plot"]

# A card on a phone is about as wide, so that letters keep their size there.
_WIDTH, _ROW, _HEAD = 340, 22, 26
_LEFT, _RIGHT = 52, 262
_NICE = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0)


@dataclass(frozen=True)
class ForestRow:
    """One line of the plot: a language, or the mean."""

    name: str
    difference: Difference
    verdict: Verdict
    mean: bool = False


def forest_plot(rows: Sequence[ForestRow]) -> Markup:
    """Return the plot as inline SVG; intervals that leave the scale end at its edge.

    The scale is that of the counted rows, since the interval of a few rows would flatten them all.
    """
    from markupsafe import Markup, escape

    reach = _scale(rows)
    height = _HEAD + _ROW * len(rows) + 4
    parts = []
    for step in (-1.0, -0.5, 0.0, 0.5, 1.0):
        x = _x(step * reach, reach)
        kind = "zero" if step == 0 else "grid"
        parts.append(f'<path class="{kind}" d="M{x:.1f} {_HEAD - 6}V{height - 4}"/>')
        parts.append(f'<text class="tick" x="{x:.1f}" y="13">{_tick(step * reach)}</text>')
    for index, row in enumerate(rows):
        y = _HEAD + _ROW * index + _ROW / 2
        found = row.difference
        low, value, high = (_x(v, reach) for v in (found.low, found.difference, found.high))
        style = f"{STYLES[row.verdict]}{' mean' if row.mean else ''}"
        mark = (
            f'<path class="diamond" d="M{value - 6:.1f} {y}l6 -6 6 6 -6 6z"/>'
            if row.mean
            else f'<circle cx="{value:.1f}" cy="{y}" r="4"/>'
        )
        parts.append(
            f'<g class="{style}"><text class="name" x="0" y="{y + 4}">{escape(row.name)}</text>'
            f'<path class="range" d="M{low:.1f} {y}H{high:.1f}"/>{mark}'
            f'<text class="value" x="{_WIDTH}" y="{y + 4}">{points(found.difference)} '
            f"{SYMBOLS[row.verdict]}</text></g>"
        )
    return Markup(  # Names are escaped, all else is numbers and words of this module.
        f'<svg class="forest" viewBox="0 0 {_WIDTH} {height}" aria-hidden="true">'
        f"{''.join(parts)}</svg>"
    )


def _scale(rows: Sequence[ForestRow]) -> float:
    shown = [row for row in rows if row.verdict != "not counted"] or rows
    reach = max(max(abs(row.difference.low), abs(row.difference.high)) for row in shown)
    return next((nice for nice in _NICE if reach <= nice), _NICE[-1])


def _x(difference: float, reach: float) -> float:
    inside = max(-1.0, min(1.0, difference / reach))
    return (_LEFT + _RIGHT) / 2 + inside * (_RIGHT - _LEFT) / 2


def _tick(difference: float) -> str:
    sign = "+" if difference > 0 else "−" if difference < 0 else ""
    return f"{sign}{abs(round(100 * difference, 3)):g}"

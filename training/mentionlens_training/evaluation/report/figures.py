"""Small figures as inline SVG, in the colours of the page.

They are lines and points without an id, so that a page can hold many of them in a few kilobytes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mentionlens_training.evaluation.report.wording import percent
from mentionlens_training.evaluation.schema import (
    CoveragePoint,
    Estimate,
    ReliabilityBin,
    Threshold,
)

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = ["coverage_curve", "interval_bar", "reliability_diagram"]

# A card on a phone is about as wide, so that letters keep their size there.
_WIDTH, _HEIGHT = 340, 262
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 326, 12, 216
_LARGEST, _SMALLEST = 9.0, 2.5


def interval_bar(estimate: Estimate) -> Markup:
    """Return a line from 0 to 100 % with the interval as a band and the figure as a mark."""
    band = ""
    if estimate.low is not None and estimate.high is not None:
        band = f'<path class="range" d="M{100 * estimate.low:.1f} 4H{100 * estimate.high:.1f}"/>'
    place = f"{100 * estimate.value:.1f}"
    return _markup(
        '<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        f'<path class="track" d="M0 4H100"/>{band}<path class="mark" d="M{place} 0V8"/></svg>'
    )


def reliability_diagram(bins: Sequence[ReliabilityBin]) -> Markup:
    """Return how often answers are right, over how sure the model was; larger points: more rows."""
    most = max((found.rows for found in bins), default=1)
    parts = [
        *_axes(0.0, 0.0, "how sure the model was", "how often it was right"),
        f'<path class="ideal" d="M{_LEFT} {_BOTTOM}L{_RIGHT} {_TOP}"/>',
        _text(_LEFT + 10, _TOP + 16, "too modest", "faint"),
        _text(_RIGHT - 8, _BOTTOM - 12, "too sure", "faint", "end"),
    ]
    for found in bins:
        x, ideal, y = (
            _x(found.confidence, 0.0),
            _y(found.confidence, 0.0),
            _y(found.accuracy, 0.0),
        )
        radius = max(_SMALLEST, _LARGEST * math.sqrt(found.rows / most))
        parts.append(f'<path class="gap" d="M{x:.1f} {ideal:.1f}V{y:.1f}"/>')
        parts.append(f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"/>')
    return _figure(parts)


def coverage_curve(points: Sequence[CoveragePoint], thresholds: Sequence[Threshold]) -> Markup:
    """Return accuracy over the share of answers that is kept, with the wanted accuracies on it."""
    lowest = min((point.accuracy for point in points), default=0.0)
    # Whole tenths below the curve, so that it fills the figure.
    floor = max(0.0, min(0.9, math.floor(10 * lowest - 0.2) / 10))
    parts = _axes(0.0, floor, "answered by the model alone", "of them right")
    line = sorted(points, key=lambda point: point.coverage)
    path = "L".join(f"{_x(p.coverage, 0.0):.1f} {_y(p.accuracy, floor):.1f}" for p in line)
    if path:
        parts.append(f'<path class="curve" d="M{path}"/>')
    for wanted in thresholds:
        # What is reached by everything needs no mark.
        if wanted.coverage is None or wanted.coverage > 0.9995 or wanted.accuracy < floor:
            continue
        x, y = _x(wanted.coverage, 0.0), _y(wanted.accuracy, floor)
        parts.append(f'<path class="drop" d="M{x:.1f} {y:.1f}V{_BOTTOM}"/>')
        parts.append(f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="4.5"/>')
        left = x > _LEFT + 60
        parts.append(
            _text(
                x + (-9 if left else 9),
                y + 15,
                percent(wanted.accuracy, 0),
                "ink",
                "end" if left else "start",
            )
        )
    return _figure(parts)


def _x(share: float, floor: float) -> float:
    return _LEFT + (_RIGHT - _LEFT) * (share - floor) / (1 - floor)


def _y(share: float, floor: float) -> float:
    return _BOTTOM - (_BOTTOM - _TOP) * (share - floor) / (1 - floor)


def _axes(x_floor: float, y_floor: float, x_name: str, y_name: str) -> list[str]:
    parts = []
    for step in range(5):
        share = y_floor + (1 - y_floor) * step / 4
        y = _y(share, y_floor)
        parts.append(f'<path class="grid" d="M{_LEFT} {y:.1f}H{_RIGHT}"/>')
        decimals = 0 if round(100 * share, 6).is_integer() else 1
        parts.append(_text(_LEFT - 6, y + 4, percent(share, decimals), "faint", "end"))
        share = x_floor + (1 - x_floor) * step / 4
        anchor = "end" if step == 4 else "middle"
        edge = _RIGHT + 12 if step == 4 else _x(share, x_floor)
        parts.append(_text(edge, _BOTTOM + 17, percent(share, 0), "faint", anchor))
    parts.append(_text((_LEFT + _RIGHT) / 2, _HEIGHT - 8, f"{x_name} →", "ink", "middle"))
    # Along the axis, from the bottom to the top.
    middle = (_TOP + _BOTTOM) / 2
    parts.append(
        f'<text class="ink" text-anchor="middle" transform="translate(9 {middle:.0f}) '
        f'rotate(-90)">{y_name} →</text>'
    )
    return parts


def _text(x: float, y: float, text: str, style: str, anchor: str = "start") -> str:
    return f'<text class="{style}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{text}</text>'


def _figure(parts: Sequence[str]) -> Markup:
    return _markup(
        f'<svg class="plot" viewBox="0 0 {_WIDTH} {_HEIGHT}" aria-hidden="true">'
        f"{''.join(parts)}</svg>"
    )


def _markup(svg: str) -> Markup:
    from markupsafe import Markup

    # Every part is a number or a word of this module.
    return Markup(svg)

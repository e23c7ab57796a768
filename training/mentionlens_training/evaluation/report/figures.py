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
_WIDTH, _HEIGHT = 340, 270
_LEFT, _RIGHT, _TOP, _BOTTOM = 42, 326, 28, 226
_LARGEST, _SMALLEST = 9.0, 2.5
_SPANS = ((0.1, 5), (0.2, 4), (0.4, 4), (0.6, 3), (0.8, 4), (1.0, 4))
"""Heights of an axis that ends at 100 %, and the steps that it is divided into."""


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
        *_axes(0.0, 4, "how sure the model was", "how often it was right"),
        f'<path class="ideal" d="M{_LEFT} {_BOTTOM}L{_RIGHT} {_TOP}"/>',
        _text(_LEFT + 10, _TOP + 16, "too modest", "faint"),
        _text(_RIGHT - 8, _BOTTOM - 12, "too sure", "faint", "end"),
    ]
    for found in bins:
        x, ideal, y = (
            _x(found.confidence),
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
    # The curve fills the figure, and the lines behind it stand at whole percents.
    span, steps = next(((span, steps) for span, steps in _SPANS if 1 - span < lowest), _SPANS[-1])
    floor = 1 - span
    parts = _axes(floor, steps, "answered by the model alone", "of these answers are right")
    line = sorted(points, key=lambda point: point.coverage)
    path = "L".join(f"{_x(p.coverage):.1f} {_y(p.accuracy, floor):.1f}" for p in line)
    if path:
        parts.append(f'<path class="curve" d="M{path}"/>')
    for wanted in thresholds:
        # What is reached by everything needs no mark.
        if wanted.coverage is None or wanted.coverage > 0.9995 or wanted.accuracy < floor:
            continue
        x, y = _x(wanted.coverage), _y(wanted.accuracy, floor)
        parts.append(f'<path class="drop" d="M{x:.1f} {y:.1f}V{_BOTTOM}"/>')
        parts.append(f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="4.5"/>')
        # Right of the curve, which falls; at its end there is room on the left only.
        end = x > _RIGHT - 34
        place = (x - 6, y + 16, "end") if end else (x + 6, y - 6, "start")
        parts.append(_text(place[0], place[1], percent(wanted.accuracy, 0), "ink", place[2]))
    return _figure(parts)


def _x(share: float) -> float:
    return _LEFT + (_RIGHT - _LEFT) * share


def _y(share: float, floor: float) -> float:
    return _BOTTOM - (_BOTTOM - _TOP) * (share - floor) / (1 - floor)


def _axes(floor: float, steps: int, x_name: str, y_name: str) -> list[str]:
    """Return lines and names; `steps` divide the axis of accuracy from the floor to 100 %."""
    parts = [_text(0, 12, f"↑ {y_name}", "ink")]
    for step in range(steps + 1):
        share = floor + (1 - floor) * step / steps
        y = _y(share, floor)
        parts.append(f'<path class="grid" d="M{_LEFT} {y:.1f}H{_RIGHT}"/>')
        parts.append(_text(_LEFT - 6, y + 4, percent(share, 0), "faint", "end"))
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        last = share == 1.0
        edge = _WIDTH if last else _x(share)
        parts.append(_text(edge, _BOTTOM + 17, percent(share, 0), "faint", _anchor(last)))
    parts.append(_text(_RIGHT, _HEIGHT - 6, f"{x_name} →", "ink", "end"))
    return parts


def _anchor(last: bool) -> str:
    return "end" if last else "middle"


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

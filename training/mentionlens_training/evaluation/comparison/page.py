"""A comparison as one self-contained HTML page."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

from mentionlens_data.languages import language_name
from mentionlens_data.rendering import html_environment

from mentionlens_training.evaluation.comparison.forest import ForestRow, forest_plot
from mentionlens_training.evaluation.comparison.gate import gate_lines
from mentionlens_training.evaluation.comparison.schema import (
    CellComparison,
    Change,
    Comparison,
    Difference,
    LabelComparison,
    MeanComparison,
)
from mentionlens_training.evaluation.comparison.wording import (
    STYLES,
    SYMBOLS,
    p_value,
    points,
    points_interval,
    summary,
)
from mentionlens_training.evaluation.report.wording import (
    DASH,
    alarm_name,
    number,
    percent,
    readable,
)

if TYPE_CHECKING:
    import jinja2
    from markupsafe import Markup

__all__ = ["render_page"]

_PACKAGE = "mentionlens_training.evaluation.comparison"
_CHANGES: dict[Change, str] = {
    "broken": "right before, now wrong",
    "fixed": "wrong before, now right",
    "other": "wrong in another way",
}


@dataclass(frozen=True)
class _TaskSection:
    """One task: its figure, as SVG and in words, and its cells."""

    task: str
    figure: Markup
    summary: str
    cells: tuple[CellComparison, ...]
    mean: MeanComparison | None

    @property
    def labels(self) -> list[str]:
        """Labels that occur in any language."""
        return list(dict.fromkeys(found.label for cell in self.cells for found in cell.labels))

    @property
    def by_label(self) -> Iterator[tuple[CellComparison, list[LabelComparison | None]]]:
        """Each cell with its labels in the order of `labels`; None where one does not occur."""
        for cell in self.cells:
            known = {found.label: found for found in cell.labels}
            yield cell, [known.get(label) for label in self.labels]


def render_page(comparison: Comparison) -> str:
    """Return the page: it loads nothing, and runs no script but its filter of changed mentions."""
    totals = {
        change: sum(getattr(cell, change) for cell in comparison.cells) for change in _CHANGES
    }
    return (
        _environment()
        .get_template("page.html.jinja")
        .render(
            comparison=comparison,
            whole=next((mean for mean in comparison.means if mean.task is None), None),
            summary=list(summary(comparison)),
            gate=list(gate_lines(comparison.gate)) if comparison.gate else [],
            sections=list(_sections(comparison)),
            alarms=[(cell, found) for cell in comparison.cells for found in cell.false_alarms],
            totals=totals,
            change_names=_CHANGES,
            **_parts(),
        )
    )


def _environment() -> jinja2.Environment:
    environment = html_environment(_PACKAGE, "")
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.filters |= {
        "number": number,
        "percent": percent,
        "points": points,
        "points_interval": points_interval,
        "p_value": p_value,
        "readable": readable,
    }
    environment.globals |= {
        "DASH": DASH,
        "alarm_name": alarm_name,
        "language_name": language_name,
        "styles": STYLES,
        "symbols": SYMBOLS,
    }
    return environment


def _parts() -> dict[str, object]:
    """Return style and script of the page, and the hash by which its policy allows the script."""
    from markupsafe import Markup

    styles = (
        resources.files("mentionlens_data.quality") / "page.css",
        resources.files("mentionlens_training.evaluation.report") / "templates" / "page.css",
        resources.files(_PACKAGE) / "page.css",
    )
    script = (resources.files(_PACKAGE) / "filter.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    style = "".join(file.read_text(encoding="utf-8") for file in styles)
    return {"style": Markup(style), "script": Markup(script), "script_hash": digest}


def _sections(comparison: Comparison) -> Iterator[_TaskSection]:
    means = {mean.task: mean for mean in comparison.means}
    for task in comparison.tasks:
        cells = tuple(cell for cell in comparison.cells if cell.task == task)
        rows = [ForestRow(cell.lang, cell.macro_f1, cell.verdict) for cell in cells]
        mean = means.get(task)
        if mean:
            rows.append(ForestRow("mean", mean.macro_f1, mean.verdict, mean=True))
        words = "; ".join(f"{row.name} {_in_words(row.difference)}, {row.verdict}" for row in rows)
        yield _TaskSection(task, forest_plot(rows), words, cells, mean)


def _in_words(found: Difference) -> str:
    return f"{points(found.difference)} ({points_interval(found)})"

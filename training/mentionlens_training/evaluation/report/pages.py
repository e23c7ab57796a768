"""The pages of an evaluation: an overview, and one for each language."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from mentionlens_data.languages import language_name
from mentionlens_data.rendering import html_environment

from mentionlens_training.evaluation.predictions import EvaluationError
from mentionlens_training.evaluation.report import figures, findings, overview, standings, wording
from mentionlens_training.evaluation.schema import Evaluation

if TYPE_CHECKING:
    import jinja2

__all__ = ["INDEX", "page_names", "write_report"]

INDEX = "index.html"
_PACKAGE = "mentionlens_training.evaluation.report"


@dataclass(frozen=True)
class _Link:
    """A page of a language, as the navigation of all pages shows it."""

    lang: str
    name: str
    file: str
    rows: int


def write_report(evaluation: Evaluation, folder: Path) -> list[Path]:
    """Write an overview and a page for each language, which need nothing but a browser.

    Every page holds its own style, figures and script, and its policy forbids all else; so it can
    be opened from a disk, sent by mail, or printed.

    Args:
        evaluation: what was found.
        folder: is made where it is missing; pages of the same names are replaced.

    Returns:
        The files: the overview first, then the languages in the order of the evaluation.

    Raises:
        EvaluationError: the folder cannot be written to.
    """
    pages = _rendered(evaluation)
    paths = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, html in pages:
            (folder / name).write_text(html, encoding="utf-8", newline="\n")
            paths.append(folder / name)
    except OSError as error:
        raise EvaluationError(f"{folder}: cannot be written ({error.strerror})") from error
    return paths


def page_names(langs: Iterable[str]) -> dict[str, str]:
    """Return the file name of each language's page.

    A language is whatever the rows say, so that only letters, digits and hyphens of it enter the
    name, and no two names differ by their case alone.
    """
    names: dict[str, str] = {}
    taken = {"index"}
    for lang in langs:
        stem = base = re.sub(r"[^A-Za-z0-9]+", "-", lang)[:40].strip("-") or "language"
        count = 1
        while stem.casefold() in taken:
            count += 1
            stem = f"{base}-{count}"
        taken.add(stem.casefold())
        names[lang] = f"{stem}.html"
    return names


def _rendered(evaluation: Evaluation) -> Iterable[tuple[str, str]]:
    environment = _environment()
    names = page_names(found.lang for found in evaluation.languages)
    links = [
        _Link(found.lang, language_name(found.lang), names[found.lang], found.rows)
        for found in evaluation.languages
    ]
    common = {"evaluation": evaluation, "links": links, "index": INDEX, **_parts()}
    index = environment.get_template("index.html.jinja")
    yield INDEX, index.render(**common, overview=overview.summarised(evaluation), here=None)
    page = environment.get_template("language.html.jinja")
    for place, found in enumerate(evaluation.languages):
        yield (
            names[found.lang],
            page.render(
                **common,
                found=found,
                here=links[place],
                before=links[place - 1] if place else None,
                after=links[place + 1] if place + 1 < len(links) else None,
            ),
        )


def _environment() -> jinja2.Environment:
    environment = html_environment(_PACKAGE, "templates")
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.filters |= {
        "percent": wording.percent,
        "interval": wording.interval,
        "points": wording.points,
        "number": wording.number,
        "readable": wording.readable,
    }
    environment.globals |= {
        "DASH": wording.DASH,
        "alarm_name": wording.alarm_name,
        "bar": figures.interval_bar,
        "coverage_curve": figures.coverage_curve,
        "find": findings.find,
        "language_name": language_name,
        "reliability_diagram": figures.reliability_diagram,
        "slice_standing": standings.slice_standing,
        "standing": standings.standing,
        "published": standings.published,
        "source_rows": standings.source_rows,
    }
    return environment


def _parts() -> dict[str, object]:
    """Return style and script of every page, and the hash by which the policy allows the script."""
    from markupsafe import Markup

    own = resources.files(_PACKAGE) / "templates"
    house = resources.files("mentionlens_data.quality") / "page.css"
    script = (own / "page.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    style = house.read_text(encoding="utf-8") + (own / "page.css").read_text(encoding="utf-8")
    return {"style": Markup(style), "script": Markup(script), "script_hash": digest}

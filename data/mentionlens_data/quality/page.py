"""The quality page: statistics in, one self-contained HTML page out."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mentionlens_data.languages import language_name
from mentionlens_data.quality.charts import language_charts, overview_charts, percent
from mentionlens_data.quality.conflicts import LEAST_OVERLAP, Agreement
from mentionlens_data.quality.review_file import ReviewLine
from mentionlens_data.quality.statistics import LanguageStatistics, Statistics, quantile
from mentionlens_data.rendering import html_environment, shown_text
from mentionlens_data.schema import SPLITS

__all__ = ["render_page"]

_MOST_CONFLICTS = 40
_MOST_LINES = 10


def render_page(
    statistics: Statistics,
    *,
    title: str,
    manifest: Mapping[str, Any] | None = None,
    review: Iterable[ReviewLine] = (),
) -> str:
    """Return the page: no scripts, nothing from elsewhere, light and dark.

    Args:
        statistics: what `collect_statistics` counted, with `conflicts` filled in.
        title: name of the set.
        manifest: of a prepared set; gives fingerprint and licences.
        review: lines of a review file; the first of each language are shown.
    """
    lines = _first_lines(review)
    manifest = manifest or {}
    shown = [item for item in statistics.conflicts if item.disagreeing]
    template = html_environment("mentionlens_data", "quality").get_template("page.html.jinja")
    return template.render(
        title=title,
        tiles=_tiles(statistics, manifest),
        tasks=list(statistics.tasks),
        splits=SPLITS,
        overview=overview_charts(statistics),
        sections=[
            _section(code, found, statistics, lines.get(code, []))
            for code, found in statistics.languages.items()
        ],
        conflicts=[_conflict(item) for item in shown[:_MOST_CONFLICTS]],
        more_conflicts=max(0, len(shown) - _MOST_CONFLICTS),
        least_overlap=LEAST_OVERLAP,
        corpora=_corpora(manifest),
        fingerprint=str(manifest.get("fingerprint", "")),
    )


def _first_lines(review: Iterable[ReviewLine]) -> dict[str, list[dict[str, str]]]:
    lines: dict[str, list[dict[str, str]]] = defaultdict(list)
    for line in review:
        if len(lines[line.lang]) < _MOST_LINES:
            lines[line.lang].append({**vars(line), "text": shown_text(line.text)})
    return lines


def _tiles(statistics: Statistics, manifest: Mapping[str, Any]) -> list[tuple[str, str]]:
    sources = {source for found in statistics.languages.values() for source in found.sources}
    tiles = [("rows", f"{statistics.rows:,}")]
    tiles += [(split, f"{number:,}") for split, number in statistics.splits.items() if number]
    tiles += [("languages", f"{len(statistics.languages)}"), ("sources", f"{len(sources):,}")]
    if manifest:
        tiles.append(("fingerprint", str(manifest["fingerprint"])[:8]))
        tiles.append(("licence policy", str(manifest["policy"])))
    return tiles


def _section(
    code: str,
    found: LanguageStatistics,
    statistics: Statistics,
    lines: Sequence[Mapping[str, str]],
) -> dict[str, Any]:
    tasks = statistics.tasks
    # The code names an anchor, and a user's file may hold anything there.
    anchor = re.sub(r"\W", "-", code)
    answers = {task: _total(found, task) for task in tasks}
    plain = percent(found.without_diacritics, found.without_diacritics + found.with_diacritics)
    scripts = [
        (f"{name} letters" if name in ("Latin", "Cyrillic") else f"{name} script", number)
        for name, number in found.scripts.items()
        if number
    ]
    return {
        "code": anchor,
        "name": language_name(code),
        "rows": f"{found.rows:,}",
        "answers": [f"{number:,}" if number else "–" for number in answers.values()],
        "median": f"{quantile(found.lengths, 0.5):,}",
        "emoji": percent(found.emoji, found.rows),
        "plain": plain,
        "doubtful": f"{found.agreement.doubtful:,}",
        "tiles": [
            *((name, percent(number, found.rows)) for name, number in scripts),
            ("with emoji", percent(found.emoji, found.rows)),
            *([("without diacritics", plain)] if plain != "–" else []),
        ],
        "charts": language_charts(found, tasks),
        "table": [
            (task, label, [f"{found.labels[task].get(label, {}).get(s, 0):,}" for s in SPLITS])
            for task, labels in tasks.items()
            if task in found.labels
            for label in labels
        ],
        "review": lines,
    }


def _total(found: LanguageStatistics, task: str) -> int:
    return sum(sum(splits.values()) for splits in found.labels.get(task, {}).values())


def _conflict(item: Agreement) -> dict[str, str]:
    first, second = item.sources
    a, b, number = item.answers[0]
    return {
        "sources": f"inside {first}" if first == second else f"{first} / {second}",
        "task": item.task,
        "kind": item.kind,
        "texts": f"{item.texts:,}",
        "differ": f"{item.disagreeing:,}",
        "rate": percent(item.rate, 1.0),
        "kappa": "–" if item.kappa is None else f"{item.kappa:.2f}",
        "answers": f"{a} / {b} ({number:,.0f})" if number >= 1 else f"{a} / {b}",
    }


def _corpora(manifest: Mapping[str, Any]) -> list[dict[str, str]]:
    return [
        {
            "name": name,
            "title": str(account.get("title", "")),
            "licence": str(account.get("licence", "")),
            "policy": str(account.get("policy", "")),
            "rows": f"{sum(account.get('kept', {}).values()):,}",
        }
        for name, account in manifest.get("corpora", {}).items()
    ]

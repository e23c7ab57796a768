"""What the model is for, what it is not for, and what nobody knows about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mentionlens.manifest import Manifest

from mentionlens_training.evaluation.counts import wins_over
from mentionlens_training.evaluation.markdown.formatting import percent, safe
from mentionlens_training.evaluation.schema import Evaluation, TaskResult

__all__ = ["limits_section", "use_section"]

_FEW_ROWS = 500
"""With fewer rows, a macro-F1 of three labels has an interval of some ten points."""
_FAR_OFF = 0.1
"""A calibration error from which on probabilities mislead whoever sets a threshold."""


def use_section(manifest: Manifest) -> str:
    """Say what the model is for, and what it must not be used for."""
    tasks = {task.name for task in manifest.tasks}
    wanted = [
        "Sorting what people write about a brand, a shop or a service in public: which mentions "
        "need an answer, from whom, and how soon.",
        "Counting over many mentions, where single mistakes even out.",
    ]
    unwanted = [
        "Deciding about a person: blocking, reporting, refusing service, scoring customers or "
        "staff. It judges single messages, and is wrong about some of them.",
        "Acting without a person on answers that are flagged `low_confidence`, or where an error "
        "does harm.",
        "Private messages, and texts of other kinds: news, legal or medical texts.",
    ]
    if "troll" in tasks:
        unwanted.insert(
            1,
            "Silencing customers: an answer `yes` to troll is a reason to look at a message, and "
            "none to ignore it. A furious customer with a real problem is no troll.",
        )
    if "complaint" in tasks:
        unwanted.append(
            "Finding danger to life, fraud or leaks with certainty: use the probability of "
            "`safety` with a low threshold, and have a person look."
        )
    return "\n".join(
        ("## Intended use", "", *_items(wanted), "", "Not for:", "", *_items(unwanted))
    )


def limits_section(manifest: Manifest, evaluation: Evaluation | None) -> str:
    """Say where figures are missing, uncertain or bad."""
    items = [] if evaluation is None else list(_measured_limits(manifest, evaluation))
    inherited = manifest.provenance.get("inherited_languages", ())
    if inherited:
        items.append(
            f"**Inherited, and not measured here:** {', '.join(map(safe, inherited))}. The model "
            "was retrained from another that answers for them, with too few rows of them at hand "
            "to train on or to measure; the export gate compared what texts there were."
        )
    corpora = manifest.provenance.get("data", {}).get("corpora", {})
    if len(corpora) > 1:
        items.append(
            f"The labels come from {len(corpora)} corpora, each with guidelines of its own, and "
            "many are derived from stars, emotions or aspects: some of what counts as a mistake "
            "is a doubtful label, and text of one corpus is easier than text of your customers."
        )
    items.append(
        "Other languages than those above are answered by transfer; the answer is flagged "
        "`unsupported_language` where the caller names the language, or else where script or "
        "function words give it away, which short mentions often do not."
    )
    items.append(
        "Like every model of text it reads names, dialects and reclaimed words through its "
        "training data; no audit of groups of people was made."
    )
    return "\n".join(("## Limits", "", *_items(items)))


def _measured_limits(manifest: Manifest, evaluation: Evaluation) -> Iterator[str]:
    for task in manifest.tasks:
        missing = [lang for lang in manifest.languages if not _rows(evaluation, lang, task.name)]
        if missing:
            yield (
                f"**{safe(task.name)}** was not measured in {', '.join(map(safe, missing))}: there "
                "were no labelled rows. Where training had none either, the model answers by "
                "transfer from other languages."
            )
    cells = [(found.lang, result) for found in evaluation.languages for result in found.tasks]
    few = [
        f"{_name(lang, result)} ({result.scores.rows:,})"
        for lang, result in cells
        if result.scores.rows < _FEW_ROWS
    ]
    if few:
        yield f"Few labelled rows, so that the figure is uncertain: {', '.join(few)}."
    single = [
        _name(lang, result)
        for lang, result in cells
        if not result.counted and result.scores.rows >= evaluation.settings.min_rows
    ]
    if single:
        yield f"All rows have the same label, so that the figure says little: {', '.join(single)}."
    off = [
        f"{_name(lang, result)} ({percent(result.scores.ece)})"
        for lang, result in cells
        if result.counted and result.scores.ece.value > _FAR_OFF
    ]
    if off:
        yield f"Probabilities are far off (expected calibration error): {', '.join(off)}."
    lost = wins_over(evaluation, "tfidf").lost
    if lost:
        behind = (f"{safe(lang)} {safe(task)} ({100 * lead:.1f})" for lang, task, lead in lost)
        yield f"TF-IDF is better, by points of macro-F1: {', '.join(behind)}."


def _rows(evaluation: Evaluation, lang: str, task: str) -> int:
    found = evaluation.language(lang)
    result = found.task(task) if found else None
    return result.scores.rows if result else 0


def _name(lang: str, result: TaskResult) -> str:
    return f"{safe(lang)} {safe(result.task)}"


def _items(lines: Iterable[str]) -> Iterator[str]:
    return (f"- {line}" for line in lines)

"""The head of the card: what a stranger needs to know in ten lines."""

from __future__ import annotations

import json
from collections import defaultdict

from mentionlens.manifest import Manifest

from mentionlens_training.evaluation.markdown.formatting import mean_percent, percent, safe
from mentionlens_training.evaluation.report.wording import alarm_name
from mentionlens_training.evaluation.schema import Evaluation, FalseAlarms
from mentionlens_training.export.model_card.data import licence_warning

__all__ = ["head", "metadata"]


def metadata(manifest: Manifest) -> str:
    """Return the YAML that model hubs read; each value is quoted, for `no` is a language."""
    fields: dict[str, str | list[str]] = {
        # The corpora have licences of their own, and no hub has a name for their sum.
        "license": "other",
        "license_name": "see-data-and-licences",
        "language": list(manifest.languages),
        "library_name": "mentionlens",
        "pipeline_tag": "text-classification",
        "tags": ["mentionlens", "onnx", "calibrated", *(task.name for task in manifest.tasks)],
        "metrics": ["f1", "accuracy"],
    }
    encoder = manifest.provenance.get("encoder", {}).get("name")
    if encoder:
        fields["base_model"] = str(encoder)
    lines = (f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in fields.items())
    return "\n".join(("---", *lines, "---"))


def head(manifest: Manifest, evaluation: Evaluation | None) -> str:
    """Return title, purpose, quality, licence and the first call."""
    languages = manifest.languages
    encoder = manifest.provenance.get("encoder", {}).get("name")
    answers = (
        f"{safe(task.name)} ({', '.join(map(safe, task.labels))})" for task in manifest.tasks
    )
    made = f", fine-tuned from {safe(str(encoder))}" if encoder else ""
    items = [
        f"**Answers:** {'; '.join(answers)}. Every label gets a calibrated probability; on a CPU, "
        "offline.",
        f"**Languages ({len(languages)}):** {', '.join(map(safe, languages))}.",
        f"**Model:** one ONNX graph ({safe(manifest.graph.precision)}){made}.",
        f"**Quality:** {_quality(evaluation)}",
    ]
    alarms = _alarms(evaluation)
    if alarms:
        items.append(f"**False alarms:** {alarms}")
    warning = licence_warning(manifest)
    if warning:
        items.append(f"**Licence:** {warning}")
    return "\n".join(
        (
            f"# {safe(manifest.name)} {safe(manifest.version)}",
            "",
            "<!-- Written from recorded facts by mentionlens; edits are lost. -->",
            "",
            "A mentionlens bundle: it reads what people write about a brand.",
            "",
            *(f"- {item}" for item in items),
            "",
            "```sh",
            'mentionlens predict --bundle path/to/this/folder "Three weeks, and no parcel yet."',
            "```",
        )
    )


def _quality(evaluation: Evaluation | None) -> str:
    if evaluation is None:
        return "not measured yet, see [Evaluation](#evaluation)."
    means = []
    for task in evaluation.tasks:
        counted = [
            result.scores.macro_f1.value
            for found in evaluation.languages
            if (result := found.task(task)) is not None and result.counted
        ]
        if counted:
            means.append(f"{safe(task)} {mean_percent(counted)} ({len(counted)})")
    if not means:
        return "too few labelled rows to say, see [Evaluation](#evaluation)."
    return (
        "macro-F1 in percent, as mean over the languages with enough labelled rows (in brackets: "
        f"how many): {', '.join(means)}; see [Evaluation](#evaluation)."
    )


def _alarms(evaluation: Evaluation | None) -> str:
    """Sum the false alarms of each sort over the languages."""
    sorts: dict[str, list[FalseAlarms]] = defaultdict(list)
    for found in evaluation.languages if evaluation else ():
        for result in found.tasks:
            for alarms in result.false_alarms:
                sorts[alarm_name(result.task, alarms)].append(alarms)
    parts = []
    for name, of_languages in sorts.items():
        rows = sum(one.rows for one in of_languages)
        wrong = sum(one.alarms for one in of_languages)
        parts.append(f"{safe(name)}: {wrong:,} of {rows:,} ({percent(wrong / rows)} %)")
    return f"{'; '.join(parts)}." if parts else ""

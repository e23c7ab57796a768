"""What the manifest says: answers, text, origin, and how the export was verified."""

from __future__ import annotations

from mentionlens.manifest import Manifest

from mentionlens_training.evaluation.markdown.formatting import safe, table

__all__ = ["answers_section", "gate_section", "origin_section"]


def answers_section(manifest: Manifest) -> str:
    """Return tasks and labels, and how a text is read."""
    rows = [
        (
            safe(task.name),
            ", ".join(f"`{label}`" for label in task.labels),
            f"{task.low_confidence:g}",
            f"{task.temperature:.4g}",
        )
        for task in manifest.tasks
    ]
    head = ["task", "labels", "flagged below", "temperature"]
    windows = manifest.long_text.max_windows
    long = (
        "longer mentions are cut, and flagged `truncated`"
        if windows == 1
        else f"longer ones are read in up to {windows} windows, whose answers are averaged"
    )
    prefix = (
        f", after the prefix `{manifest.tokenizer.prefix}`" if manifest.tokenizer.prefix else ""
    )
    return "\n\n".join(
        (
            "## Answers",
            "\n".join(table(head, rows, slice(2, None))),
            "Probabilities are those of the logits divided by the temperature, which was fitted on "
            "validation rows; an answer below the threshold is flagged `low_confidence`."
            + _own_temperatures(manifest),
            f"A mention of up to {manifest.tokenizer.max_length} pieces is read at once{prefix}; "
            f"{long}. Normaliser version {manifest.normalizer.version}.",
        )
    )


def _own_temperatures(manifest: Manifest) -> str:
    """Return a sentence about the temperatures of single languages, where there are any."""
    tasks = [task for task in manifest.tasks if task.language_temperatures]
    if not tasks:
        return ""
    each = "; ".join(
        f"{safe(task.name)}: "
        + ", ".join(f"{safe(x)} {value:.3g}" for x, value in task.language_temperatures.items())
        for task in tasks
    )
    return f" Where the language of a mention is named, it has its own temperature ({each})."


def origin_section(manifest: Manifest) -> str:
    """Return encoder, code and packages."""
    provenance, graph = manifest.provenance, manifest.graph
    encoder = provenance.get("encoder", {})
    lines = []
    if encoder:
        about = "; ".join(
            safe(str(encoder[field]))
            for field in ("revision", "vocabulary", "licence", "citation")
            if encoder.get(field)
        )
        name = safe(str(encoder.get("name")))
        lines.append(f"Base encoder: {name} ({about})" if about else f"Base encoder: {name}")
    lines.append(
        f"Graph: `{graph.file}`, {safe(graph.precision)}, opset {graph.opset}, for onnxruntime "
        f"{safe(graph.min_onnxruntime)} or newer"
    )
    if provenance.get("git_commit"):
        lines.append(f"Code: commit `{provenance['git_commit']}`")
    versions = provenance.get("packages", {})
    if versions:
        lines.append("Made with " + ", ".join(f"{safe(k)} {safe(v)}" for k, v in versions.items()))
    return "## Origin\n\n" + "\n".join(f"- {line}" for line in lines)


def gate_section(manifest: Manifest) -> str:
    """Return what the export gate measured."""
    checks = manifest.verification.get("checks", [])
    if not checks:
        return ""
    rows = [
        (
            safe(str(item["name"])),
            f"{item['measured']:.3g}",
            f"{item['limit']:.3g}",
            safe(str(item.get("detail", ""))),
        )
        for item in checks
    ]
    lines = table(["check", "measured", "limit", "what it is"], rows, slice(1, 3))
    return (
        "## Export gate\n\nEvery check passed; `mentionlens verify` replays the golden texts on "
        "your machine.\n\n" + "\n".join(lines)
    )

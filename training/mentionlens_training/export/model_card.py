"""The model card: a bundle's README.md, filled from its manifest and evaluation alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mentionlens.manifest import Manifest

__all__ = ["model_card"]


def model_card(manifest: Manifest, evaluation: Mapping[str, Any] | None = None) -> str:
    """Return the card in Markdown; what was not recorded is left out.

    Args:
        manifest: of the bundle.
        evaluation: content of `evaluation.json`.
    """
    sections = [_head(manifest), _tasks(manifest), _text(manifest), _origin(manifest)]
    sections += [_corpora(manifest), _figures(evaluation), _verification(manifest)]
    return "\n\n".join(section for section in sections if section) + "\n"


def _head(manifest: Manifest) -> str:
    graph = manifest.graph
    return (
        f"# {manifest.name} {manifest.version}\n\n"
        "<!-- Written by the export from recorded facts; edits are lost. -->\n\n"
        f'A mentionlens bundle: `MentionClassifier("path/to/this/folder")`, or '
        f"`mentionlens predict --bundle path/to/this/folder`.\n\n"
        f"- Languages: {', '.join(manifest.languages)}\n"
        f"- Graph: `{graph.file}`, {graph.precision}, opset {graph.opset}, onnxruntime "
        f"{graph.min_onnxruntime} or newer"
    )


def _tasks(manifest: Manifest) -> str:
    rows = [
        [task.name, ", ".join(task.labels), f"{task.temperature:.4g}", f"{task.low_confidence:g}"]
        for task in manifest.tasks
    ]
    return "## Tasks\n\n" + _table(["task", "labels", "temperature", "flagged below"], rows)


def _text(manifest: Manifest) -> str:
    windows = manifest.long_text.max_windows
    long = (
        "longer mentions are cut"
        if windows == 1
        else f"longer mentions are read in up to {windows} windows, whose answers are averaged"
    )
    return (
        "## Text\n\n"
        f"Normaliser version {manifest.normalizer.version}, prefix `{manifest.tokenizer.prefix}`, "
        f"windows of {manifest.tokenizer.max_length} pieces; {long}."
    )


def _origin(manifest: Manifest) -> str:
    provenance = manifest.provenance
    encoder = provenance.get("encoder", {})
    lines = []
    if encoder:
        revision = encoder.get("revision")
        lines.append(
            f"- Base encoder: {encoder.get('name')}" + (f" ({revision})" if revision else "")
        )
    if provenance.get("git_commit"):
        lines.append(f"- Code: commit `{provenance['git_commit']}`")
    versions = provenance.get("packages", {})
    if versions:
        lines.append("- Made with " + ", ".join(f"{k} {v}" for k, v in versions.items()))
    return "## Origin\n\n" + "\n".join(lines) if lines else ""


def _corpora(manifest: Manifest) -> str:
    corpora = manifest.provenance.get("data", {}).get("corpora", {})
    rows = [
        [name, str(item.get("licence", "")), str(item.get("rows", ""))]
        for name, item in corpora.items()
    ]
    head = ["corpus", "licence", "rows trained on"]
    return "## Corpora\n\n" + _table(head, rows) if rows else ""


def _figures(evaluation: Mapping[str, Any] | None) -> str:
    cells = (evaluation or {}).get("cells", [])
    rows = [
        [
            cell["task"],
            cell["lang"],
            str(cell["rows"]),
            _percent(cell["majority_macro_f1"]),
            _percent(cell["tfidf_macro_f1"]),
            _percent(cell["macro_f1"]),
            _percent(cell["ece"]),
        ]
        for cell in cells
        if cell["counted"]
    ]
    if not rows:
        return ""
    head = ["task", "lang", "rows", "majority", "TF-IDF", "macro-F1", "ECE"]
    return "## Evaluation\n\nTest parts, figures in percent.\n\n" + _table(head, rows)


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f}"


def _verification(manifest: Manifest) -> str:
    checks = manifest.verification.get("checks", [])
    rows = [[item["name"], f"{item['measured']:.3g}", f"{item['limit']:.3g}"] for item in checks]
    if not rows:
        return ""
    return (
        "## Export gate\n\nEvery check passed; `mentionlens verify` replays the golden texts on "
        "your machine.\n\n" + _table(["check", "measured", "limit"], rows)
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(value: str) -> str:
    return value.replace("|", "\\|").replace("\n", " ")

"""The training data: what it is, and what its licences mean for whoever uses the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mentionlens.manifest import Manifest

from mentionlens_training.evaluation.markdown.formatting import DASH, safe, table

__all__ = ["data_section", "licence_warning"]

_MEANINGS = {
    "open": "licensed by its publisher for any use, commercial use too",
    "research": "some uses are forbidden, commercial use in most cases",
    "unknown": "no licence is stated, or it covers the labels or the code alone",
    "own": "rows of whoever trained the model",
}


def licence_warning(manifest: Manifest) -> str:
    """Say which corpora are not licensed for any use; empty where all are, or none is recorded."""
    corpora = _corpora(manifest)
    bound = [item for item in corpora.values() if item.get("policy") in ("research", "unknown")]
    if not bound:
        return ""
    return (
        f"{len(bound)} of the {len(corpora)} corpora behind it ({_rows(bound):,} of "
        f"{_rows(list(corpora.values())):,} rows) forbid some uses or state no licence, so it is "
        "for research; for commercial use, train your own with `mentionlens data prepare --policy "
        "open`, and ask a lawyer."
    )


def data_section(manifest: Manifest) -> str:
    """Return what the model was trained on, corpus by corpus."""
    data = manifest.provenance.get("data", {})
    corpora = _corpora(manifest)
    if not corpora:
        return ""
    blocks = [["## Data and licences"], [_summary(data, corpora)]]
    policies = [str(item.get("policy")) for item in corpora.values() if item.get("policy")]
    if policies:
        blocks.append(_classes(policies, corpora))
    blocks.append(
        table(
            ["corpus", "rows trained on", "class", "licence", "what it is", "where it is from"],
            [_row(name, item) for name, item in corpora.items()],
            slice(1, 2),
        )
    )
    cited = {name: str(item["citation"]) for name, item in corpora.items() if item.get("citation")}
    if cited:
        blocks += [["Whom to cite:"], [f"- {safe(n)}: {safe(text)}" for n, text in cited.items()]]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _summary(data: Mapping[str, Any], corpora: Mapping[str, Mapping[str, Any]]) -> str:
    rows = data.get("rows", _rows(list(corpora.values())))
    text = f"Trained on {rows:,} rows of {len(corpora)} corpora"
    if data.get("policy"):
        text += f", prepared with `--policy {safe(str(data['policy']))}`"
    if data.get("fingerprint"):
        text += f" (fingerprint `{safe(str(data['fingerprint']))[:8]}`)"
    return text + "."


def _classes(policies: Sequence[str], corpora: Mapping[str, Mapping[str, Any]]) -> list[str]:
    rows = []
    for policy in dict.fromkeys((*_MEANINGS, *policies)):
        items = [item for item in corpora.values() if item.get("policy") == policy]
        if items:
            rows.append((safe(policy), _MEANINGS.get(policy, DASH), len(items), _rows(items)))
    head = ["class of licence", "what it means", "corpora", "rows trained on"]
    return table(head, rows, slice(2, None))


def _row(name: str, item: Mapping[str, Any]) -> tuple[str | int, ...]:
    def cell(field: str) -> str:
        return safe(str(item.get(field) or DASH))

    rows = int(item["rows"]) if "rows" in item else DASH
    return (safe(name), rows, cell("policy"), cell("licence"), cell("title"), cell("address"))


def _corpora(manifest: Manifest) -> Mapping[str, Mapping[str, Any]]:
    corpora: Mapping[str, Mapping[str, Any]] = manifest.provenance.get("data", {}).get(
        "corpora", {}
    )
    return corpora


def _rows(items: Sequence[Mapping[str, Any]]) -> int:
    return sum(int(item.get("rows", 0)) for item in items)

"""The card of a prepared set, made from its manifest alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mentionlens_data.schema import SPLITS
from mentionlens_data.tables import markdown_table

__all__ = ["card_text"]

_POLICIES = {
    "open": "only sources whose licence permits any use",
    "research": "sources for research use and sources that state no licence are among them: "
    "treat the set, and models trained on it, as research use only",
    "own": "a user's own files",
}


def card_text(manifest: Mapping[str, Any]) -> str:
    """Return the card as Markdown."""
    policy = manifest["policy"]
    rows = ", ".join(f"{split} {number:,}" for split, number in manifest["rows"].items())
    lines = [
        "# Prepared set of labelled mentions",
        "",
        f"- rows: {rows}",
        f"- fingerprint (sha256 over all rows): `{manifest['fingerprint']}`",
        f"- policy: `{policy}`: {_POLICIES.get(policy, policy)}",
        f"- seed: {manifest['seed']}",
        "",
        "Parts: a source's own test and validation parts stand. Where a source has none in a"
        " language, a share of its groups was cut, the same share of every label. Copies,"
        " near-copies and translations of one mention are in one part only (`leaks.md`).",
        "",
        "## Rows by language, task and label",
        "",
        *markdown_table(
            ("language", "task", "label", *SPLITS),
            [
                (lang, task, label, *(numbers[split] for split in SPLITS))
                for lang, tasks in manifest["counts"].items()
                for task, labels in tasks.items()
                for label, numbers in labels.items()
                if any(numbers.values())
            ],
        ),
        "",
        "## Sources",
        "",
        *markdown_table(
            ("source", "licence", "class", "read", *SPLITS, "content"),
            [
                (
                    f"[{name}]({item['address']})" if item["address"] else name,
                    item["licence"],
                    item["policy"],
                    item["read"],
                    *(item["kept"][split] for split in SPLITS),
                    _content(item["as_recorded"]),
                )
                for name, item in manifest["corpora"].items()
            ],
        ),
        "",
        "## Rows that were left out",
        "",
        *markdown_table(
            ("source", "why", "rows"),
            [
                (name, reason, number)
                for name, item in manifest["corpora"].items()
                for reason, number in item["dropped"].items()
            ],
        ),
        *_citations(manifest["corpora"]),
    ]
    return "\n".join(lines) + "\n"


def _content(as_recorded: bool | None) -> str:
    if as_recorded is None:
        return "not recorded"
    return "as recorded" if as_recorded else "another than recorded"


def _citations(corpora: Mapping[str, Any]) -> list[str]:
    cited = [f"- {name}: {item['citation']}" for name, item in corpora.items() if item["citation"]]
    return ["", "## Citations", "", *cited] if cited else []

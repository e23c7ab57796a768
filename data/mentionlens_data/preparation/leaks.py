"""The leak report: which rows were kept out of a part because of another one, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from mentionlens_data.preparation.candidates import Removal
from mentionlens_data.tables import markdown_table

__all__ = ["leak_counts", "leak_report"]

_MOST_PAIRS = 40


def leak_counts(removed: Sequence[Removal]) -> list[dict[str, Any]]:
    """Count the removals that another row caused, by reason and tie, the commonest first."""
    counts = Counter((item.reason, item.tie) for item in removed if item.twin is not None)
    return [
        {"reason": reason, "tie": tie, "rows": rows}
        for (reason, tie), rows in sorted(counts.items(), key=lambda found: (-found[1], found[0]))
    ]


def leak_report(removed: Sequence[Removal]) -> str:
    """Return the report as Markdown."""
    pairs = Counter(
        (item.source, item.twin.partition("/")[0], item.reason, item.tie)
        for item in removed
        if item.twin is not None
    )
    ranked = sorted(pairs.items(), key=lambda found: (-found[1], found[0]))
    lines = [
        "# Leak report",
        "",
        "Rows that were removed because another row, of the same or another source, says the same:"
        " exact copies, retweets and cut copies (same beginning), quotations, near-duplicates"
        " (MinHash proposes, Jaccard similarity of letter shingles decides), translations of one"
        " sentence, and rows that belong together (sentences of one review). A group of such rows"
        " is in one part only; official test parts come first, then official validation parts.",
        "",
        "Every removed row, with the id of the row that caused it, stands in `removed.jsonl.gz`.",
        "",
        "## By cause",
        "",
        *markdown_table(
            ("why it was removed", "what ties it to the row that stays", "rows"),
            [(c["reason"], c["tie"], c["rows"]) for c in leak_counts(removed)],
        ),
        "",
        "## By source",
        "",
        *markdown_table(
            ("removed from", "because of", "why", "tie", "rows"),
            [(*pair, rows) for pair, rows in ranked[:_MOST_PAIRS]],
        ),
    ]
    if len(ranked) > _MOST_PAIRS:
        rest = sum(rows for _, rows in ranked[_MOST_PAIRS:])
        lines += ["", f"and {len(ranked) - _MOST_PAIRS} rarer combinations with {rest:,} rows."]
    return "\n".join(lines) + "\n"

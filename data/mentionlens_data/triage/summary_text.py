"""What is waiting, as Markdown that also reads well in a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mentionlens_data.rendering import markdown_text
from mentionlens_data.tables import markdown_table

__all__ = ["summary_lines"]

_MOST_GROUPS = 20
_MOST_LONGEST = 5


def summary_lines(summary: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of a summary.

    Args:
        summary: what `Waiting.to_dict` returns.
    """
    total = summary["all"]
    playbook = summary["playbook"]
    yield f"## What to do with {total['mentions']:,} mentions"
    yield f"Playbook {playbook['name']} {playbook['version']}, seen from {summary['now']}."
    yield ""
    yield from markdown_table(
        ("priority", "action", "mentions"),
        [(row["priority"], row["action"], row["mentions"]) for row in summary["actions"]],
    )
    yield ""
    yield "## What is waiting"
    yield from _waiting(summary, total)
    if len(summary["by_brand_and_language"]) > 1:
        yield ""
        yield from _groups(summary["by_brand_and_language"], replies=summary["replies_known"])
    if summary["cells_not_read"]:
        yield ""
        cells = ", ".join(f"{name} {count:,}" for name, count in summary["cells_not_read"].items())
        yield f"Could not be read, and counted as missing: {cells}."


def _waiting(summary: Mapping[str, Any], total: Mapping[str, Any]) -> Iterator[str]:
    if not total["complaints"]:
        yield "No complaint."
    else:
        yield (
            f"{total['waiting']:,} of {total['complaints']:,} complaints wait for an answer, "
            f"{total['overdue']:,} beyond their target time"
            f"{_repeat(total['repeat_writers_with_open_case'])}."
        )
    if summary["replies_known"]:
        yield _honest(total)
    else:
        yield "No column says when a mention was answered, so every complaint counts as waiting."
    if total["ages"]:
        yield ""
        yield from markdown_table(
            ("age of what waits", "complaints", "beyond the target"),
            [(age, row["waiting"], row["overdue"]) for age, row in total["ages"].items()],
        )
    late = [row for row in summary["longest_waiting"] if row["over_hours"] > 0]
    if late:
        yield ""
        yield from markdown_table(
            ("farthest beyond its target", "brand", "language", "rule", "hours old", "hours over"),
            [
                (*map(markdown_text, (row["id"], row["brand"], row["lang"], row["rule"])),
                 row["age_hours"], row["over_hours"])
                for row in late[:_MOST_LONGEST]
            ],
        )  # fmt: skip


def _repeat(count: int) -> str:
    if not count:
        return ""
    people = "1 author has" if count == 1 else f"{count:,} authors have"
    return f"; {people} written again about an open case"


def _honest(figures: Mapping[str, Any]) -> str:
    """Return answered praise against answered complaints, as one sentence."""
    praise, complaints = figures["answered_praise"], figures["answered_complaints"]
    text = f"Answered: {_share(complaints)} of the complaints and {_share(praise)} of the praise"
    ahead = figures["praise_ahead"]
    if ahead is None:
        return text + "."
    low, high = (round(100 * end) for end in ahead["interval"])
    points = round(100 * ahead["difference"])
    who = "praise" if points > 0 else "complaints"
    sign = 1 if points > 0 else -1
    if points == 0:
        return f"{text}: both alike (95 % interval of the difference {low} to {high} points)."
    low, high = sorted((sign * low, sign * high))
    return (
        f"{text}: {who} first, by {abs(points)} points (95 % interval {low} to {high}"
        f"{'' if low > 0 else '; it may be chance'})."
    )


def _share(figures: Mapping[str, Any]) -> str:
    counts = f"{figures['answered']:,} of {figures['total']:,}"
    if figures["share"] is None:
        return counts
    low, high = (round(100 * end) for end in figures["interval"])
    return f"{counts} ({100 * figures['share']:.0f} %, {low} to {high} %)"


def _groups(groups: Sequence[Mapping[str, Any]], *, replies: bool) -> Iterator[str]:
    worst = sorted(groups, key=lambda group: (-group["overdue"], -group["waiting"]))
    head = ["brand", "language", "complaints", "waiting", "beyond the target", "written again"]
    head += ["complaints answered", "praise answered"] if replies else []
    rows = []
    for group in worst[:_MOST_GROUPS]:
        row: list[object] = [
            markdown_text(group["brand"]) or "-",
            markdown_text(group["lang"]) or "-",
            group["complaints"],
            group["waiting"],
            group["overdue"],
            group["repeat_writers_with_open_case"],
        ]
        if replies:
            row += [_share(group["answered_complaints"]), _share(group["answered_praise"])]
        rows.append(row)
    yield from markdown_table(head, rows)
    if len(groups) > _MOST_GROUPS:
        yield ""
        yield f"{len(groups) - _MOST_GROUPS:,} more stand in the file of --summary."

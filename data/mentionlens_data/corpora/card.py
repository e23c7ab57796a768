"""The card of a corpus: everything that the ledger says about it, for a person to read."""

from __future__ import annotations

from mentionlens_data.corpora.entry import AspectTable, LedgerEntry, PublishedFigure, Rule
from mentionlens_data.corpora.rules import Condition, ValueTest

__all__ = ["card_markdown", "card_text"]


def card_text(entry: LedgerEntry, **more: str) -> str:
    """Return the card as plain text.

    Args:
        entry: the corpus.
        more: further facts that are shown with the others, by name.
    """
    facts = _facts(entry) | more
    width = max(map(len, facts)) + 2
    lines = [entry.title, "", *(f"{name:<{width}}{value}" for name, value in facts.items())]
    for title, items in _sections(entry).items():
        lines += ["", f"{title}:", *(f"- {item}".replace("\n", "\n  ") for item in items)]
    return "\n".join(lines)


def card_markdown(entry: LedgerEntry, **more: str) -> str:
    """Return the card as Markdown; see `card_text`."""
    facts = _facts(entry) | more
    lines = [f"# {entry.title}", "", "| | |", "|---|---|"]
    lines += [f"| {name} | {value.replace('|', chr(92) + '|')} |" for name, value in facts.items()]
    for title, items in _sections(entry).items():
        lines += ["", f"## {title}", "", *(f"- {item}".replace("\n", "\n  ") for item in items)]
    return "\n".join(lines)


def _facts(entry: LedgerEntry) -> dict[str, str]:
    facts = {
        "name": entry.name,
        "use": entry.use,
        "reason": entry.reason,
        "policy": entry.policy,
        "licence": entry.licence,
        "address": entry.address,
        "obtain": entry.obtain,
        "fields": ", ".join(entry.fields),
        "revision": entry.revision,
        "sha256": entry.sha256,
        "rows": None if entry.rows is None else f"{entry.rows:,}",
        "languages": " ".join(entry.languages),
        "tasks": " ".join(entry.tasks),
        "weight": str(entry.weight) if entry.preparable else None,
        "unlabelled": f"about {entry.unlabelled:.0%} of the rows" if entry.unlabelled else None,
        "text": f"field {entry.text.field}" if entry.preparable else None,
        "fixes": ", ".join(entry.text.fixes),
        "citation": entry.citation,
    }
    return {name: value for name, value in facts.items() if value}


def _sections(entry: LedgerEntry) -> dict[str, list[str]]:
    splits = entry.splits.model_dump(exclude_defaults=True)
    sections = {
        "Traps, and how each is handled": [f"{t.what}\n{t.handled}" for t in entry.traps],
        "Published figures, in percent": [_figure(figure) for figure in entry.published],
        "Aspects": [] if entry.aspects is None else _aspects(entry.aspects),
        "Rules, in order": [_rule(rule) for rule in entry.rules],
        "Division": [f"{name} = {value}" for name, value in splits.items()],
    }
    return {title: items for title, items in sections.items() if items}


def _figure(figure: PublishedFigure) -> str:
    language = f" ({figure.language})" if figure.language else ""
    trust = "read in the source" if figure.verified else "not verified"
    notes = [figure.note] if figure.note else []
    if figure.test_rows is not None:
        notes.append(
            f"can be compared, on the {figure.test_rows:,} rows of the set's own test part"
        )
    note = f"\n{'; '.join(notes)}" if notes else ""
    return (
        f"{figure.task}{language}: {figure.metric} {figure.value:g}, {figure.model}; "
        f"{figure.source} ({trust}){note}"
    )


def _aspects(table: AspectTable) -> list[str]:
    lines = [
        f"field {table.field}: category {table.category}, polarity {table.polarity}; negative is "
        f"{', '.join(table.negative)}, positive is {', '.join(table.positive)}"
    ]
    for item in table.types:
        label = item.label or "silent"
        general = " (only where no specific one speaks)" if item.general else ""
        lines.append(f"{item.pattern}{_conditions(item.when, ' where ')} -> {label}{general}")
    return lines


def _rule(rule: Rule) -> str:
    then = [f"{task} = {label}" for task, label in rule.labels.items()]
    then += [f"drop: {rule.drop}"] if rule.drop else []
    then += [f"weight x {rule.weight}"] if rule.weight else []
    return f"{_conditions(rule.when) or 'always'} -> {', '.join(then)}"


def _conditions(when: dict[str, Condition], before: str = "") -> str:
    said = [f"{name} {_condition(condition)}" for name, condition in when.items()]
    return before + " and ".join(said) if said else ""


def _condition(condition: Condition) -> str:
    if isinstance(condition, ValueTest):
        parts = condition.model_dump(exclude_none=True)
        return ", ".join(f"{name} {value}" for name, value in parts.items())
    return "in " + ", ".join(map(str, condition)) if len(condition) > 1 else f"= {condition[0]}"

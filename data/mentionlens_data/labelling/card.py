"""The cards of the project's own mentions and of the annotations, made from the files alone."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from mentionlens_data.labelling.agreement import measure_agreement
from mentionlens_data.labelling.annotations import annotation_files
from mentionlens_data.labelling.folders import annotations_folder, sample_mentions_folder
from mentionlens_data.labelling.giveaways import measure_giveaways
from mentionlens_data.labelling.passes import SETTLED, Passes, read_passes
from mentionlens_data.labelling.sample_mentions import (
    COMPUTED_SLICES,
    SampleMention,
    read_sample_mentions,
    slice_names,
)
from mentionlens_data.schema import SPLITS
from mentionlens_data.tables import markdown_table
from mentionlens_data.tasks import default_tasks

__all__ = ["annotations_card", "sample_mentions_card"]

_SHOWN = 20
_Test = Callable[[SampleMention], bool]


def sample_mentions_card(folder: Path | None = None) -> str:
    """Return the card of the project's own mentions as Markdown.

    Args:
        folder: one file a language, `passes/`, and two texts that people write: `about.md` (how
            the rows came to be) and `worth.md` (what a model gains from them); by default the
            project's own.
    """
    folder = folder or sample_mentions_folder()
    rows = list(read_sample_mentions(folder))
    languages = list(dict.fromkeys(row.mention.lang for row in rows))
    passes = {lang: read_passes(folder / "passes" / f"{lang}.tsv") for lang in languages}
    lines = [
        "# The project's own mentions",
        "",
        _text(folder, "about.md"),
        "",
        "## Rows",
        "",
        *_counts(rows, languages, [("", "rows", lambda row: True)]),
        "",
        *_counts(
            rows,
            languages,
            [("part", split, _in_part(split)) for split in SPLITS],
        ),
        "",
        *_counts(
            rows,
            languages,
            [
                (task.name, label, _answers(task.name, label))
                for task in default_tasks()
                for label in task.labels
            ],
        ),
        "",
        "## Slices",
        "",
        *_counts(
            rows,
            languages,
            [("slice", name, _in_slice(name)) for name in (*slice_names(), *COMPUTED_SLICES)],
        ),
        "",
        "What each means stands in `data/mentionlens_data/labelling/slices.toml`.",
        "",
        "## Agreement of the two passes",
        "",
        *_agreement(passes),
        "",
        "## What gives a label away",
        "",
        "Balanced accuracy above chance, in points, of one trait alone (logistic regression,"
        " cross-validated over groups; `tests/data/labelling` fails above 12 points).",
        "",
        *_giveaways(rows, languages),
        "",
        "## What they are worth",
        "",
        _text(folder, "worth.md"),
        "",
        "## Twenty rows to judge",
        "",
        *_some_rows(rows),
    ]
    return "\n".join(lines) + "\n"


def annotations_card(folder: Path | None = None) -> str:
    """Return the card of the annotations as Markdown; see `sample_mentions_card`."""
    folder = folder or annotations_folder()
    passes = {path.stem: read_passes(path) for path in annotation_files(folder)}
    settled = {lang: found.get(SETTLED, {}) for lang, found in passes.items()}
    answers = [
        (task.name, label, *(_number(settled[lang], task.name, label) for lang in settled))
        for task in default_tasks()
        for label in task.labels
    ]
    sources = Counter(
        (lang, own_id.partition("/")[0]) for lang, found in settled.items() for own_id in found
    )
    lines = [
        "# Annotations of public mentions",
        "",
        _text(folder, "about.md"),
        "",
        "## Rows by source",
        "",
        *markdown_table(
            ("language", "source", "rows"),
            [(lang, source, number) for (lang, source), number in sorted(sources.items())],
        ),
        "",
        "## Answers",
        "",
        *markdown_table(("task", "label", *settled), answers),
        "",
        "## Agreement of the two passes",
        "",
        *_agreement(passes),
        "",
        "## What they are worth",
        "",
        _text(folder, "worth.md"),
        "",
        "## Twenty rows to judge",
        "",
        "The texts belong to the corpora: `mentionlens data join-annotations --corpora DIR"
        " -o FILE` puts them beside the labels.",
        "",
        *_some_annotations(settled),
    ]
    return "\n".join(lines) + "\n"


def _text(folder: Path, name: str) -> str:
    return (folder / name).read_text(encoding="utf-8").strip()


def _in_part(split: str) -> _Test:
    return lambda row: row.mention.split == split


def _answers(task: str, label: str) -> _Test:
    return lambda row: row.mention.labels[task] == label


def _in_slice(name: str) -> _Test:
    return lambda row: name in row.slices


def _counts(
    rows: Sequence[SampleMention], languages: Sequence[str], lines: Iterable[tuple[str, str, _Test]]
) -> list[str]:
    body = []
    for kind, name, holds in lines:
        found = Counter(row.mention.lang for row in rows if holds(row))
        body.append((kind, name, *(found[lang] for lang in languages), found.total()))
    return markdown_table(("", "", *languages, "all"), body)


def _agreement(passes: Mapping[str, Passes]) -> list[str]:
    body = []
    for lang, found in passes.items():
        for item in measure_agreement(found):
            kappa = "-" if item.kappa is None else f"{item.kappa:.2f}"
            kept = "-" if item.first_kept is None else f"{100 * item.first_kept:.0f} %"
            body.append((lang, item.task, item.mentions, f"{100 * item.same:.1f} %", kappa, kept))
    head = ("language", "task", "read twice", "same", "Cohen's kappa", "first pass upheld")
    return markdown_table(head, body)


def _giveaways(rows: Sequence[SampleMention], languages: Sequence[str]) -> list[str]:
    body = []
    for lang in languages:
        mentions = [row.mention for row in rows if row.mention.lang == lang]
        found = [item for item in measure_giveaways(mentions) if item.task != "sentiment"]
        for task in dict.fromkeys(item.task for item in found):
            points = {item.trait: item.above_chance for item in found if item.task == task}
            body.append((lang, task, *(f"{100 * value:+.0f}" for value in points.values())))
            traits = tuple(points)
    return markdown_table(("language", "task", *traits), body)


def _some_rows(rows: Sequence[SampleMention]) -> list[str]:
    chosen = random.Random(0).sample(list(rows), min(_SHOWN, len(rows)))
    return markdown_table(
        ("text", "sentiment", "troll", "complaint", "slices"),
        [
            (
                row.mention.text,
                *(row.mention.labels[task.name] for task in default_tasks()),
                ", ".join(sorted(row.slices)),
            )
            for row in chosen
        ],
    )


def _number(found: Mapping[str, Mapping[str, str]], task: str, label: str) -> int:
    return sum(labels[task] == label for labels in found.values())


def _some_annotations(settled: Mapping[str, Mapping[str, Mapping[str, str]]]) -> list[str]:
    everything = [
        (own_id, labels) for found in settled.values() for own_id, labels in found.items()
    ]
    chosen = random.Random(0).sample(everything, min(_SHOWN, len(everything)))
    tasks = [task.name for task in default_tasks()]
    return markdown_table(
        ("id", *tasks), [(own_id, *(labels[task] for task in tasks)) for own_id, labels in chosen]
    )

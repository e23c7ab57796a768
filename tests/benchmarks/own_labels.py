"""What bundles make of the project's own test rows, side by side.

Run by hand; pytest does not collect it:

    python tests/benchmarks/own_labels.py BUNDLE [BUNDLE ...] [--data PREPARED]

The rows are the test part of the project's own mentions or, with `--data`, the annotated public
mentions in the test part of a prepared set. Macro-F1 of sentiment and complaint type over the
labels that occur, F1 of trolls, and of the furious genuine customers the share that is called
trolls; in percent, one column a bundle. `mentionlens evaluate BUNDLE --data
data/sample-mentions/*.jsonl` gives the figures of the own mentions with intervals, one bundle at a
time; the annotated rows alone it cannot pick out of a prepared set.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from mentionlens import MentionClassifier
from mentionlens_data.labelling.annotations import read_annotations
from mentionlens_data.labelling.sample_mentions import read_sample_mentions
from mentionlens_data.prepared import read_split
from mentionlens_data.schema import LabelledMention
from mentionlens_data.tables import markdown_table
from sklearn.metrics import f1_score


def own_rows(data: Path | None) -> dict[str, list[LabelledMention]]:
    """Return the rows by language."""
    if data is None:
        rows: Iterable[LabelledMention] = (row.mention for row in read_sample_mentions())
    else:
        annotated = read_annotations()
        rows = (row for row in read_split(data, "test") if row.id in annotated)
    found = defaultdict(list)
    for row in rows:
        if row.split == "test":
            found[row.lang].append(row)
    return dict(sorted(found.items()))


def measure(bundle: Path, rows: dict[str, list[LabelledMention]]) -> dict[tuple[str, str], str]:
    """Return figures by language and name."""
    classifier = MentionClassifier(bundle)
    figures = {}
    for lang, found in rows.items():
        answers = list(classifier.predict_iter([row.text for row in found]))
        for task, name in (("sentiment", "sentiment"), ("complaint", "complaint type")):
            gold = [row.labels[task] for row in found]
            guessed = [getattr(answer, task).label for answer in answers]
            score = f1_score(gold, guessed, labels=sorted(set(gold)), average="macro")
            figures[lang, name] = f"{100 * score:.1f}"
        trolls = [answer.troll.label == "yes" for answer in answers]
        gold_trolls = [row.labels["troll"] == "yes" for row in found]
        if any(gold_trolls):
            score = f1_score(gold_trolls, trolls, zero_division=0)
            figures[lang, "troll"] = f"{100 * score:.1f}"
        furious = ["angry_genuine" in row.slices for row in found]
        if any(furious):
            called = sum(a and b for a, b in zip(furious, trolls, strict=True))
            figures[lang, "furious called trolls"] = f"{100 * called / sum(furious):.1f}"
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("bundles", nargs="+", type=Path, metavar="BUNDLE")
    parser.add_argument("--data", type=Path, metavar="PREPARED", help="annotated public mentions")
    arguments = parser.parse_args()
    rows = own_rows(arguments.data)
    measured = [measure(bundle, rows) for bundle in arguments.bundles]
    body = [
        (lang, name, len(rows[lang]), *(figures[lang, name] for figures in measured))
        for name in ("sentiment", "complaint type", "troll", "furious called trolls")
        for lang in rows
        if (lang, name) in measured[0]
    ]
    head = ("language", "figure", "rows", *(bundle.name for bundle in arguments.bundles))
    print("\n".join(markdown_table(head, body)))


if __name__ == "__main__":
    main()

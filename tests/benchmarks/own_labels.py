"""What bundles make of the project's own test rows, side by side.

Run by hand; pytest does not collect it:

    python tests/benchmarks/own_labels.py BUNDLE [BUNDLE ...] [--data PREPARED]

The rows are the test part of the project's own mentions or, with `--data`, the annotated public
mentions in the test part of a prepared set. Macro-F1 of sentiment and complaint type over the
labels that occur, F1 of trolls, and of the furious genuine customers the share that is called
trolls; in percent, one column a bundle. Then the points that each loses where the texts are typed
without diacritics (pl, ro, es) or in Latin letters (ru, bg). `mentionlens evaluate BUNDLE --data
data/sample-mentions/*.jsonl` gives the figures of the own mentions with intervals, one bundle at a
time; the annotated rows alone it cannot pick out of a prepared set.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from mentionlens import MentionClassifier, Prediction
from mentionlens_data.augmentation import augment
from mentionlens_data.labelling.annotations import read_annotations
from mentionlens_data.labelling.sample_mentions import read_sample_mentions
from mentionlens_data.prepared import read_split
from mentionlens_data.schema import LabelledMention
from mentionlens_data.tables import markdown_table
from sklearn.metrics import f1_score

SPELLED = "points lost in another spelling"
SPELLINGS = {
    "pl": "strip_diacritics",
    "ro": "strip_diacritics",
    "es": "strip_diacritics",
    "ru": "ru_latin_informal",
    "bg": "bg_latin_informal",
}


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


def measure(bundle: Path, rows: dict[str, list[LabelledMention]]) -> dict[tuple[str, str], float]:
    """Return figures by language and name."""
    classifier = MentionClassifier(bundle)
    figures = {}
    for lang, found in rows.items():
        answers = list(classifier.predict_iter([row.text for row in found]))
        scores = _scores(found, answers)
        figures |= {(lang, name): score for name, score in scores.items()}
        furious = [a for r, a in zip(found, answers, strict=True) if "angry_genuine" in r.slices]
        if furious:
            called = sum(answer.troll.label == "yes" for answer in furious)
            figures[lang, "furious called trolls"] = 100 * called / len(furious)
        if lang in SPELLINGS:
            spelled = [augment(r.text, lang, SPELLINGS[lang], seed=0, key=r.id) for r in found]
            other = _scores(found, list(classifier.predict_iter(spelled)))
            figures |= {(lang, f"{x}: {SPELLED}"): scores[x] - other[x] for x in scores}
    return figures


def _scores(rows: Sequence[LabelledMention], answers: Sequence[Prediction]) -> dict[str, float]:
    scores = {}
    for task, name in (("sentiment", "sentiment"), ("complaint", "complaint type")):
        gold = [row.labels[task] for row in rows]
        guessed = [answer.tasks[task].label for answer in answers]
        scores[name] = 100 * f1_score(gold, guessed, labels=sorted(set(gold)), average="macro")
    trolls = [row.labels["troll"] == "yes" for row in rows]
    if any(trolls):
        called = [answer.troll.label == "yes" for answer in answers]
        scores["troll"] = 100 * f1_score(trolls, called, zero_division=0)
    return scores


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("bundles", nargs="+", type=Path, metavar="BUNDLE")
    parser.add_argument("--data", type=Path, metavar="PREPARED", help="annotated public mentions")
    arguments = parser.parse_args()
    rows = own_rows(arguments.data)
    measured = [measure(bundle, rows) for bundle in arguments.bundles]
    body = [
        (lang, name, len(rows[lang]), *(figures[lang, name] for figures in measured))
        for name in dict.fromkeys(name for _, name in measured[0])
        for lang in rows
        if (lang, name) in measured[0]
    ]
    head = ("language", "figure", "rows", *(bundle.name for bundle in arguments.bundles))
    print("\n".join(markdown_table(head, body)))


if __name__ == "__main__":
    main()

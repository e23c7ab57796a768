"""What bundles make of the test part of the project's own mentions, side by side.

Run by hand; pytest does not collect it:

    python tests/benchmarks/own_mentions.py BUNDLE [BUNDLE ...]

Macro-F1 of sentiment and complaint, F1 of trolls, and of the furious genuine customers the share
that is called trolls; all in percent, one column a bundle.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path

from mentionlens import MentionClassifier
from mentionlens_data.labelling.sample_mentions import read_sample_mentions
from mentionlens_data.tables import markdown_table
from sklearn.metrics import f1_score


def measure(bundle: Path) -> dict[tuple[str, str], float]:
    """Return figures by language and name."""
    rows = defaultdict(list)
    for row in read_sample_mentions():
        if row.mention.split == "test":
            rows[row.mention.lang].append(row)
    classifier = MentionClassifier(bundle)
    figures = {}
    for lang, found in rows.items():
        answers = list(classifier.predict_iter([row.mention.text for row in found]))
        for task, name in (("sentiment", "sentiment"), ("complaint", "complaint type")):
            gold = [row.mention.labels[task] for row in found]
            guessed = [getattr(answer, task).label for answer in answers]
            figures[lang, name] = f1_score(gold, guessed, average="macro", zero_division=0)
        trolls = [answer.troll.label == "yes" for answer in answers]
        gold = [row.mention.labels["troll"] == "yes" for row in found]
        figures[lang, "troll"] = f1_score(gold, trolls, zero_division=0)
        furious = ["angry_genuine" in row.slices for row in found]
        called = sum(a and b for a, b in zip(furious, trolls, strict=True))
        figures[lang, "furious called trolls"] = called / max(1, sum(furious))
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("bundles", nargs="+", type=Path, metavar="BUNDLE")
    bundles = parser.parse_args().bundles
    measured = [measure(bundle) for bundle in bundles]
    body = [
        (lang, name, *(f"{100 * figures[lang, name]:.1f}" for figures in measured))
        for name in ("sentiment", "complaint type", "troll", "furious called trolls")
        for lang in dict.fromkeys(key[0] for key in measured[0])
    ]
    head = ("language", "figure", *(bundle.name for bundle in bundles))
    print("\n".join(markdown_table(head, body)))


if __name__ == "__main__":
    main()

"""Measure bundles on whole official test parts, as others published their figures on them.

    python tests/benchmarks/public_tests.py [BUNDLE ...] --corpora CORPORA --data PREPARED

Prepared sets cap and filter official test parts; here the rows come from the corpora themselves:
UMSAB (870 rows in each of eight languages), SentiRuEval-2016 (banks, telecom operators), and
RO-Offense with its own four labels folded in two ways. complaints-acl19 has no official parts: its
rows are those of the prepared set's test part, which training never saw, with and without its
random tweets. Macro-F1 in percent, one column a bundle; for the project's own mentions see
`own_labels.py`. Test rows are for the last look, never for choosing.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from mentionlens import MentionClassifier, Prediction
from mentionlens_data.corpora.ledger import find_corpus, load_ledger
from mentionlens_data.corpora.mapping import Mapped, map_row
from mentionlens_data.corpora.reading import CorpusReader
from mentionlens_data.prepared import read_split
from mentionlens_data.tables import markdown_table
from sklearn.metrics import f1_score

Figures = Iterator[tuple[str, float]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("bundles", nargs="*", metavar="BUNDLE", help="default: the packaged one")
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True, help="prepared set")
    arguments = parser.parse_args()
    columns = []
    for bundle in arguments.bundles or [None]:
        classifier = MentionClassifier(bundle)
        columns.append(
            {
                **dict(_umsab(classifier, arguments.corpora)),
                **dict(_sentirueval(classifier, arguments.corpora)),
                **dict(_ro_offense(classifier, arguments.corpora)),
                **dict(_complaints(classifier, arguments.data)),
            }
        )
    names = [str(bundle) for bundle in arguments.bundles or ["packaged"]]
    rows = [[name, *(column[name] for column in columns)] for name in columns[0]]
    print(*markdown_table(["", *names], rows), sep="\n")


def _official_test(corpora: Path, name: str) -> Iterator[tuple[dict[str, object], Mapped]]:
    """Yield the rows of a corpus's own test part, as they are and as the ledger maps them."""
    entry = find_corpus(load_ledger(), name)
    for raw in CorpusReader(entry, corpora):
        if raw["split"] == "test" and raw["lang"] in entry.languages:
            mapped = map_row(entry, raw, seed=0)
            if isinstance(mapped, Mapped):
                yield raw, mapped


def _umsab(classifier: MentionClassifier, corpora: Path) -> Figures:
    by_language: dict[str, list[Mapped]] = {}
    for raw, mapped in _official_test(corpora, "umsab"):
        by_language.setdefault(str(raw["lang"]), []).append(mapped)
    scores = {lang: _sentiment(classifier, rows) for lang, rows in sorted(by_language.items())}
    for lang, score in scores.items():
        yield f"umsab {lang} ({len(by_language[lang])})", score
    yield f"umsab, mean of {len(scores)}", sum(scores.values()) / len(scores)


def _sentirueval(classifier: MentionClassifier, corpora: Path) -> Figures:
    rows = list(_official_test(corpora, "ru-sentirueval2016-tweets"))
    for domain in ("telecom", "banks"):
        part = [mapped for raw, mapped in rows if raw["domain"] == domain]
        yield f"ru-sentirueval2016 {domain} ({len(part)})", _sentiment(classifier, part)


def _ro_offense(classifier: MentionClassifier, corpora: Path) -> Figures:
    rows = list(_official_test(corpora, "ro-offense"))
    found = [x.troll.label == "yes" for x in _answers(classifier, [m.text for _, m in rows])]
    for name, offensive in (
        ("insult or abuse", {"INSULT", "ABUSE"}),
        ("insult, abuse or profanity", {"INSULT", "ABUSE", "PROFANITY"}),
    ):
        gold = [raw["label"] in offensive for raw, _ in rows]
        yield f"ro-offense, {name} ({len(rows)})", _macro(gold, found)


def _complaints(classifier: MentionClassifier, data: Path) -> Figures:
    rows = [
        row
        for row in read_split(data, "test")
        if row.source == "complaints-acl19" and "complaint" in {*row.labels, *row.excluded}
    ]
    found = [x.complaint.label != "none" for x in _answers(classifier, [r.text for r in rows])]
    for name, chosen in (
        ("", [True] * len(rows)),
        # The ledger gives the random tweets half the weight of the others.
        (" without random tweets", [row.weight > 0.5 for row in rows]),
    ):
        gold = ["complaint" in row.excluded for row, take in zip(rows, chosen, strict=True) if take]
        kept = [answer for answer, take in zip(found, chosen, strict=True) if take]
        yield f"complaints-acl19{name} ({len(gold)})", _macro(gold, kept)


def _sentiment(classifier: MentionClassifier, rows: Sequence[Mapped]) -> float:
    answers = _answers(classifier, [row.text for row in rows])
    return _macro([row.labels["sentiment"] for row in rows], [x.sentiment.label for x in answers])


def _answers(classifier: MentionClassifier, texts: Iterable[str]) -> list[Prediction]:
    return list(classifier.predict_iter(texts))


def _macro(gold: Sequence[object], found: Sequence[object]) -> float:
    labels = sorted({str(label) for label in gold})
    score = f1_score([*map(str, gold)], [*map(str, found)], labels=labels, average="macro")
    return 100 * float(score)


if __name__ == "__main__":
    main()

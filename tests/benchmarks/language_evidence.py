"""How often a language that the bundle does not cover is noticed, and a covered one suspected.

    python tests/benchmarks/language_evidence.py --corpora CORPORA --data PREPARED

Tweets in languages that the packaged bundle does not cover (Hungarian, Swedish, Albanian; from the
corpus twitter15-text, which has them beside its training languages) and validation rows of those
that it does, at most 2,000 of each.
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from collections import Counter, defaultdict
from pathlib import Path

from mentionlens import MentionClassifier
from mentionlens.language_evidence import LanguageEvidence
from mentionlens_data.hashing import unit_hash
from mentionlens_data.prepared import read_split

MOST = 2_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    arguments = parser.parse_args()
    covered = MentionClassifier().manifest.languages
    evidence = LanguageEvidence(covered)
    texts: dict[str, list[str]] = defaultdict(list)
    for row in read_split(arguments.data, "validation"):
        if row.lang in covered and len(texts[row.lang]) < MOST:
            texts[row.lang].append(row.text)
    path = arguments.corpora / "twitter15-text" / "data.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = (json.loads(line) for line in file)
        others = [row for row in rows if row["lang"] not in (*covered, "bs")]
    others.sort(key=lambda row: unit_hash("language evidence", row["id"]))
    for row in others:
        if len(texts[row["lang"]]) < MOST:
            texts[row["lang"]].append(row["text"])
    start = time.perf_counter()
    found = {lang: Counter(map(evidence.foreign, some)) for lang, some in texts.items()}
    seconds = (time.perf_counter() - start) / sum(map(len, texts.values()))
    for lang in sorted(found, key=lambda lang: (lang in covered, lang)):
        counts = found[lang]
        flagged = 1 - counts[None] / counts.total()
        right = counts[lang] / counts.total()
        kind = "covered" if lang in covered else "foreign"
        print(f"{kind} {lang}: {counts.total():5,} texts, {flagged:6.1%} flagged", end="")
        print("" if lang in covered else f", {right:.1%} with their own code", end="")
        print("  ", dict(counts.most_common(4)))
    print(f"{seconds * 1e6:.0f} microseconds a text")


if __name__ == "__main__":
    main()

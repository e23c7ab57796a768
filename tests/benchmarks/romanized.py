"""How often texts in Latin letters are read back into Cyrillic, rightly or not, and at what cost.

    python tests/benchmarks/romanized.py --data PREPARED [--split validation] [--rows 1500]

At most so many rows of each language, drawn by a fixed seed; first the language is not named, then
it is. Languages of the Cyrillic script are romanized by their informal scheme before.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections import defaultdict
from pathlib import Path

from mentionlens.bundle import Bundle, packaged_bundle_path
from mentionlens.normalization import TextNormalizer
from mentionlens.romanization import RomanizationReader, romanized_languages
from mentionlens_data.augmentation import augment
from mentionlens_data.prepared import read_split
from mentionlens_data.tables import markdown_table
from tokenizers import Tokenizer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--split", default="validation")
    parser.add_argument("--rows", type=int, default=1500)
    arguments = parser.parse_args()
    texts = defaultdict(list)
    for row in read_split(arguments.data, arguments.split):
        texts[row.lang].append(row.text)
    tokenizer = Bundle.load(packaged_bundle_path()).tokenizer_path
    reader = RomanizationReader(Tokenizer.from_file(str(tokenizer)), romanized_languages())
    normalize = TextNormalizer().normalize
    table = []
    for lang, found in sorted(texts.items()):
        drawn = random.Random(0).sample(found, min(arguments.rows, len(found)))
        if lang in romanized_languages():
            spelled = [augment(t, lang, f"{lang}_latin_informal", seed=0, key=t) for t in drawn]
            pairs = zip(drawn, spelled, strict=True)
            drawn = [latin for text, latin in pairs if latin != text]
        normal = [normalize(text) for text in drawn]
        seconds = []
        unnamed = 0
        for text in normal:
            start = time.perf_counter()
            unnamed += reader.read(text) is not None
            seconds.append(time.perf_counter() - start)
        named = sum(reader.read(text, lang) is not None for text in normal)
        table.append(
            (
                lang + (", romanized" if lang in romanized_languages() else ""),
                len(normal),
                f"{100 * unnamed / len(normal):.2f} %",
                f"{100 * named / len(normal):.2f} %",
                f"{1000 * statistics.median(seconds):.2f} / {1000 * max(seconds):.0f}",
            )
        )
    header = ("", "texts", "read back", "language named", "ms, median / longest")
    print("\n".join(markdown_table(header, table)))


if __name__ == "__main__":
    main()

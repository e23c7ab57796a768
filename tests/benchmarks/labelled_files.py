"""How fast labelled files are validated, in how much memory, and how well encodings are told.

Run by hand, on a quiet machine; pytest does not collect it:

    python tests/benchmarks/labelled_files.py [--rows 1000000] [--formats csv jsonl parquet]
    python tests/benchmarks/labelled_files.py --encodings
"""

from __future__ import annotations

import argparse
import codecs
import csv
import gzip
import itertools
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "data" / "files"))

from own_files import ENCODINGS, encode
from own_texts import TEXTS

FORMATS = ("csv", "csv.gz", "jsonl", "parquet")
SIZES = (1, 3, 10, 40)
LABELS = ("negative", "neutral", "positive")


def rows(number: int):
    """Yield rows with ids; every thousandth lacks its text."""
    texts = [text for group in TEXTS.values() for text in group]
    for i in range(number):
        text = "" if i % 1000 == 999 else f"{texts[i % len(texts)]} {i}"
        yield {"id": f"mention-{i}", "text": text, "lang": "pl", "sentiment": LABELS[i % 3]}


def write(path: Path, number: int) -> None:
    if path.suffix == ".parquet":
        import pyarrow
        from pyarrow import parquet

        schema = pyarrow.schema([(name, pyarrow.string()) for name in next(rows(1))])
        with parquet.ParquetWriter(path, schema) as file:
            source = rows(number)
            while part := list(itertools.islice(source, 50_000)):
                file.write_table(pyarrow.Table.from_pylist(part, schema))
        return
    packed = path.suffix == ".gz"
    with gzip.open(path, "wt", 1, "utf-8") if packed else path.open("w", encoding="utf-8") as file:
        if path.suffix == ".jsonl":
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows(number))
        else:
            writer = csv.DictWriter(file, list(next(rows(1))))
            writer.writeheader()
            writer.writerows(rows(number))


def validate(path: Path) -> None:
    """Validate one file in this process and print what it took."""
    from mentionlens_data.files.labelled_file import LabelledFile
    from mentionlens_data.files.validation import open_writers, validate_file

    start = time.perf_counter()
    folder = path.parent
    with open_writers(folder / "clean.jsonl", folder / "bad.jsonl") as writers:
        found = validate_file(LabelledFile(path), writers)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{found.rows:>10,}{found.bad.total():>8,}{found.rows / seconds:>12,.0f}{peak:>10,.0f}")


def measure_speed(formats: list[str], number: int) -> None:
    print(f"{'format':<10}{'rows':>10}{'bad':>8}{'rows/s':>12}{'peak MB':>10}")
    with tempfile.TemporaryDirectory() as folder:
        for name in formats:
            path = Path(folder) / f"rows.{name}"
            write(path, number)
            print(f"{name:<10}", end="", flush=True)
            # A process of its own: peak memory never goes down.
            subprocess.run([sys.executable, __file__, "--validate", str(path)], check=True)
            path.unlink()


def measure_encodings(repeats: int) -> None:
    """Compare detectors: share of files that are read to the very same letters."""
    import chardet
    import charset_normalizer
    from mentionlens_data.files.encoding import DISPLAY_NAMES, detect_encoding
    from mentionlens_data.files.text import unify_romanian

    eight_bit = [name for name in DISPLAY_NAMES if not name.startswith("utf")]
    detectors = {
        "charset-normalizer": lambda data: getattr(
            charset_normalizer.from_bytes(data, cp_isolation=eight_bit).best(), "encoding", "ascii"
        ),
        "chardet": lambda data: chardet.detect(data, include_encodings=eight_bit)["encoding"],
        "mentionlens": lambda data: (
            detect_encoding(data, [line for line in data.split(b"\n") if not line.isascii()]).name
        ),
    }
    right: Counter[tuple[str, int]] = Counter()
    files: Counter[int] = Counter()
    spent: Counter[str] = Counter()
    chance = random.Random(0)
    for encoding, langs, _, _ in ENCODINGS:
        if encoding not in eight_bit:
            continue
        for lang, size, _ in itertools.product(langs, SIZES, range(repeats)):
            lines = [f"{i};{chance.choice(TEXTS[lang])};1\n" for i in range(size)]
            data = encode("id;text;label\n" + "".join(lines), encoding)
            files[size] += 1
            for name, detect in detectors.items():
                start = time.perf_counter()
                found = codecs.lookup(detect(data) or "ascii").name
                spent[name] += time.perf_counter() - start
                same = unify_romanian(data.decode(found, "replace")) == unify_romanian(
                    data.decode(encoding)
                )
                right[name, size] += same
    print(f"{'detector':<20}" + "".join(f"{size:>6} rows" for size in SIZES) + f"{'ms/file':>10}")
    for name in detectors:
        shares = "".join(f"{100 * right[name, size] / files[size]:>9.1f} %" for size in SIZES)
        print(f"{name:<20}{shares}{1000 * spent[name] / files.total():>10.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--formats", nargs="+", default=list(FORMATS), choices=FORMATS)
    parser.add_argument("--encodings", action="store_true", help="measure the detectors instead")
    parser.add_argument("--repeats", type=int, default=10, help="files a language and size")
    parser.add_argument("--validate", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.validate:
        validate(options.validate)
    elif options.encodings:
        measure_encodings(options.repeats)
    else:
        measure_speed(options.formats, options.rows)


if __name__ == "__main__":
    main()

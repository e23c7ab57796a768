"""`mentionlens data augment`: named variants of labelled mentions, to measure robustness with."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from mentionlens_data.atomic import written_atomically
from mentionlens_data.augmentation import applies, augment, augmentations, variant
from mentionlens_data.augmentation.examples import example_table
from mentionlens_data.errors import AugmentationError
from mentionlens_data.files.labelled_file import read_labelled_file
from mentionlens_data.files.own_columns import own_columns
from mentionlens_data.languages import target_languages
from mentionlens_data.prepared import read_split
from mentionlens_data.schema import SPLITS, LabelledMention

__all__ = ["SUMMARY", "add_arguments", "run"]

SUMMARY = "write a robustness variant of labelled mentions: without diacritics, in Latin letters…"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    codes = [language.code for language in target_languages()]
    parser.add_argument(
        "input", type=Path, nargs="?", metavar="INPUT", help="a prepared set or a labelled file"
    )
    parser.add_argument(
        "--with",
        dest="names",
        action="append",
        choices=list(augmentations()),
        metavar="NAME",
        help="augmentation; given again, the next is applied to what the last one wrote",
    )
    parser.add_argument("-o", "--output", type=Path, metavar="OUT.jsonl")
    parser.add_argument(
        "--split",
        choices=SPLITS,
        default="test",
        help="part of a prepared set, or of a file that names parts (default: test)",
    )
    parser.add_argument("--seed", type=int, default=13, metavar="N")
    parser.add_argument(
        "--changed-only", action="store_true", help="leave out rows whose text stays the same"
    )
    parser.add_argument("--list", action="store_true", help="the augmentations, with examples")
    parser.add_argument("--show", metavar="TEXT", help="every variant of one text")
    parser.add_argument(
        "--lang", choices=codes, metavar="CODE", help="language of TEXT: " + ", ".join(codes)
    )


def run(arguments: argparse.Namespace) -> int:
    """Write a variant, or show what there is; return the exit code."""
    if arguments.list:
        for line in example_table(arguments.seed):
            print(line)
        return 0
    problem = _problem(arguments)
    if problem:
        print(f"mentionlens data augment: {problem}", file=sys.stderr)
        return 2
    if arguments.show is not None:
        return _show(arguments.show, arguments.lang, arguments.seed)
    rows: Iterable[LabelledMention] = (
        read_split(arguments.input, arguments.split)
        if arguments.input.is_dir()
        else read_labelled_file(arguments.input, split=arguments.split)
    )
    return _write(rows, arguments.names, arguments)


def _problem(arguments: argparse.Namespace) -> str | None:
    """Say what is wrong with the call, if anything is."""
    if arguments.show is not None:
        return None if arguments.lang else "--show needs --lang, the language of the text"
    if arguments.input is None or not arguments.names or arguments.output is None:
        return "give INPUT, --with NAME and -o OUT.jsonl (or --list, or --show TEXT --lang CODE)"
    if arguments.output.suffix != ".jsonl":
        return f"{arguments.output}: the name must end in .jsonl"
    if arguments.output.resolve() == arguments.input.resolve():
        return f"{arguments.output} would replace the rows that it is made of"
    return None


def _show(text: str, lang: str, seed: int) -> int:
    width = max(map(len, augmentations()))
    for name in augmentations():
        if applies(name, lang):
            changed = augment(text, lang, name, seed=seed, key="")
            print(f"{name.ljust(width)}  {changed if changed != text else '(unchanged)'}")
    return 0


def _write(
    rows: Iterable[LabelledMention], names: Sequence[str], arguments: argparse.Namespace
) -> int:
    output: Path = arguments.output
    number = changes = 0
    # A lone surrogate is no UTF-8, but its escape is JSON.
    with written_atomically(output, errors="backslashreplace") as file:
        for row, changed in variant(rows, names, seed=arguments.seed):
            number += 1
            changes += changed
            if changed or not arguments.changed_only:
                file.write(json.dumps(_record(row, names), ensure_ascii=False) + "\n")
        if arguments.changed_only and not changes:
            raise AugmentationError(
                f"{' + '.join(names)} changes none of the {number} rows: nothing is written"
            )
    left = "left out" if arguments.changed_only else "kept as they are"
    print(
        f"{output}: {number} rows, {changes} changed, {number - changes} not changed and {left}",
        file=sys.stderr,
    )
    print(output)
    return 0


def _record(row: LabelledMention, names: Sequence[str]) -> dict[str, object]:
    # The group says to which part the variant belongs: that of its text.
    columns = {k: v for k, v in own_columns(row).items() if k != "split"}
    return columns | {"variant": "+".join(names)}

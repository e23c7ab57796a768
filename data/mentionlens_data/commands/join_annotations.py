"""`mentionlens data join-annotations`: the project's annotations beside the text of the corpora."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from mentionlens_data.atomic import written_atomically
from mentionlens_data.corpora.ledger import load_ledger
from mentionlens_data.labelling.annotations import read_annotations
from mentionlens_data.labelling.joining import join_annotations

__all__ = ["SUMMARY", "add_arguments", "run"]

SUMMARY = "put the text of the corpora beside the project's annotations of it"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--corpora", type=Path, required=True, metavar="DIR", help="one folder a corpus"
    )
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE.jsonl")
    parser.add_argument(
        "--annotations", type=Path, metavar="DIR", help="default: the project's own"
    )


def run(arguments: argparse.Namespace) -> int:
    """Write the joined mentions as JSON Lines; return 1 where some text is missing or changed."""
    annotations = read_annotations(arguments.annotations)
    joined = join_annotations(annotations, arguments.corpora, load_ledger())
    with written_atomically(arguments.output) as file:
        for mention in joined.mentions:
            row = {
                "id": mention.id,
                "text": mention.text,
                "lang": mention.lang,
                "split": mention.split,
                **mention.labels,
            }
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    for name in joined.absent:
        print(f"corpus {name} is not in {arguments.corpora}", file=sys.stderr)
    for own_id in joined.changed:
        print(f"{own_id}: its text is another than the one that was read", file=sys.stderr)
    for own_id in joined.missing:
        if own_id.partition("/")[0] not in joined.absent:
            print(f"{own_id}: the corpus does not hold it", file=sys.stderr)
    print(
        f"{len(joined.mentions):,} of {len(annotations):,} annotated mentions written to "
        f"{arguments.output}; {len(joined.changed)} changed, {len(joined.missing)} missing",
        file=sys.stderr,
    )
    return 1 if joined.changed or joined.missing else 0

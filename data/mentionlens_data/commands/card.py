"""`mentionlens data card`: everything the ledger says about one corpus."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from mentionlens_data.corpora.card import card_markdown, card_text
from mentionlens_data.corpora.ledger import find_corpus, load_ledger
from mentionlens_data.corpora.missing import where_to_get
from mentionlens_data.corpora.on_disk import disk_state

__all__ = ["SUMMARY", "add_arguments", "run"]

SUMMARY = "everything the ledger says about one corpus"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("name", metavar="NAME")
    parser.add_argument(
        "--corpora",
        type=Path,
        metavar="DIR",
        help="say whether DIR/NAME/data.jsonl.gz is there with the recorded content",
    )
    parser.add_argument("--format", choices=["text", "markdown", "jsonl"], default="text")


def run(arguments: argparse.Namespace) -> int:
    """Print the card; return the exit code."""
    entry = find_corpus(load_ledger(), arguments.name)
    more: dict[str, str] = {}
    if arguments.corpora is not None:
        more["on_disk"] = disk_state(entry, arguments.corpora)
        if more["on_disk"] == "missing":
            print(f"missing: {where_to_get(entry)}", file=sys.stderr)
    if arguments.format == "jsonl":
        print(json.dumps(entry.model_dump(mode="json") | more, ensure_ascii=False))
    else:
        show = card_markdown if arguments.format == "markdown" else card_text
        print(show(entry, **more))
    return 0

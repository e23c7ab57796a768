"""`mentionlens data card`: all that is known of a corpus, or of the project's own labels."""

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

SUMMARY = "all that is known of a corpus, or of the project's own mentions and annotations"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("name", nargs="?", metavar="NAME", help="a corpus of the ledger")
    parser.add_argument(
        "--of",
        choices=("sample-mentions", "annotations"),
        help="the card of the project's own mentions, or of its annotations, as Markdown",
    )
    parser.add_argument(
        "--corpora",
        type=Path,
        metavar="DIR",
        help="say whether DIR/NAME/data.jsonl.gz is there with the recorded content",
    )
    parser.add_argument("--format", choices=["text", "markdown", "jsonl"], default="text")


def run(arguments: argparse.Namespace) -> int:
    """Print the card; return the exit code."""
    if (arguments.name is None) == (arguments.of is None):
        print("mentionlens data card: name a corpus, or give --of", file=sys.stderr)
        return 2
    if arguments.of is not None:
        from mentionlens_data.labelling.card import annotations_card, sample_mentions_card

        own = sample_mentions_card if arguments.of == "sample-mentions" else annotations_card
        print(own(), end="")
        return 0
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

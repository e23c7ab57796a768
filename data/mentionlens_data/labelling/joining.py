"""Put the text of the corpora beside the annotations, which hold none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mentionlens_data.corpora.entry import LedgerEntry
from mentionlens_data.corpora.ledger import find_corpus
from mentionlens_data.corpora.mapping import Mapped, map_row
from mentionlens_data.corpora.missing import missing_corpora
from mentionlens_data.corpora.reading import CorpusReader
from mentionlens_data.hashing import text_hash
from mentionlens_data.labelling.annotations import Annotation
from mentionlens_data.schema import LabelledMention

__all__ = ["Joined", "join_annotations"]


@dataclass
class Joined:
    """What came of a join.

    Attributes:
        mentions: annotated mentions with their text; the part is the corpus's own, or `train`.
        changed: ids whose text is another than the one that was read.
        missing: ids that the corpus does not hold.
        absent: corpora that are not on disk.
    """

    mentions: list[LabelledMention] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)


def join_annotations(
    annotations: Mapping[str, Annotation], folder: Path, ledger: Mapping[str, LedgerEntry]
) -> Joined:
    """Join annotations with the corpora in a folder.

    Raises:
        LedgerError: an annotation names a corpus that the ledger does not know.
        CorpusFormatError: a corpus is damaged.
    """
    joined = Joined()
    for name in sorted({own_id.partition("/")[0] for own_id in annotations}):
        entry = find_corpus(ledger, name)
        wanted = {i: a for i, a in annotations.items() if i.startswith(f"{name}/")}
        if missing_corpora([entry], folder):
            joined.absent.append(name)
            joined.missing += sorted(wanted)
            continue
        found = _join_corpus(entry, folder, wanted, joined)
        joined.missing += sorted(wanted.keys() - found)
    return joined


def _join_corpus(
    entry: LedgerEntry, folder: Path, wanted: Mapping[str, Annotation], joined: Joined
) -> set[str]:
    found: set[str] = set()
    for own_id, raw in CorpusReader(entry, folder).identified():
        if own_id not in wanted:
            continue
        mapped = map_row(entry, raw, seed=0)
        if not isinstance(mapped, Mapped):
            continue
        found.add(own_id)
        annotation = wanted[own_id]
        if annotation.text_sha != text_hash(mapped.full_text):
            joined.changed.append(own_id)
            continue
        part = raw.get("split") or "train"
        joined.mentions.append(
            LabelledMention(
                id=own_id,
                text=mapped.full_text,
                lang=raw["lang"],
                source=entry.name,
                split=entry.splits.official.get(part, part),
                group=own_id,
                labels=annotation.labels,
            )
        )
    return found

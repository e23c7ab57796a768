"""The project's own mentions as a source of candidates."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from mentionlens_data.corpora.entry import SplitPlan
from mentionlens_data.labelling.folders import sample_mentions_folder
from mentionlens_data.labelling.sample_mentions import SOURCE, read_sample_mentions
from mentionlens_data.preparation.candidates import Candidate, Removal
from mentionlens_data.preparation.grouping import text_keys
from mentionlens_data.preparation.source import Found, SourceAccount

__all__ = ["SampleMentionsSource"]

_ALL = 2**62


class SampleMentionsSource:
    """Reads the project's own mentions; their parts stand.

    Args:
        folder: one file a language; by default the project's own.
    """

    name = SOURCE
    plan = SplitPlan(test_share=0, validation_share=0, max_test=_ALL, max_validation=_ALL)

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or sample_mentions_folder()
        self._read = 0

    def account(self) -> SourceAccount:
        """Return what the manifest says of it; complete once all rows were read."""
        digest = hashlib.sha256()
        for path in sorted(self._folder.glob("*.jsonl")):
            digest.update(path.read_bytes())
        return SourceAccount(
            name=self.name,
            title="mentions written for mentionlens",
            licence="Apache-2.0",
            policy="open",
            address="",
            revision="",
            citation="",
            read=self._read,
            content_sha256=digest.hexdigest(),
        )

    def rows(self) -> Iterator[Found | Removal]:
        """Yield every mention.

        Raises:
            LabellingError: a row breaks the schema.
        """
        for sample in read_sample_mentions(self._folder):
            self._read += 1
            mention = sample.mention
            keys = text_keys(mention.text, mention.lang)
            own = f"together|{mention.group}"
            candidate = Candidate(
                id=mention.id,
                text=mention.text,
                lang=mention.lang,
                source=mention.source,
                labels=dict(mention.labels),
                weight=mention.weight,
                split=mention.split,
                duplicate=keys.duplicate,
                joins=(own,) if keys.short else (*keys.joins, own),
                slices=mention.slices,
            )
            yield Found(candidate, keys)

"""Records of a file to scored rows: what cannot be scored is kept, and says why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mentionlens import MentionClassifier

from mentionlens_data.files.record import Record
from mentionlens_data.scoring.answers import ScoredRow

__all__ = ["RowScorer"]


@dataclass(frozen=True)
class RowScorer:
    """Scores records.

    Attributes:
        classifier: answers.
        text: column of the mentions.
        lang: column of their languages, if there is one.
        added: names that the answers take; an object that has one already is not scored.
    """

    classifier: MentionClassifier
    text: str
    lang: str | None
    added: frozenset[str]

    def score(self, records: Sequence[Record]) -> list[ScoredRow]:
        """Return a row for every record, in order."""
        mentions = [self._mention(record) for record in records]
        answers = iter(self.classifier.predict([m for m in mentions if isinstance(m, dict)]))
        rows = []
        for record, mention in zip(records, mentions, strict=True):
            # A row that could not be divided is kept as it stood, where people look for the text.
            values = {self.text: record.raw} if record.fault else record.values
            if isinstance(mention, dict):
                answer = next(answers)
                rows.append(ScoredRow(values, answer, answer.flags))
            else:
                rows.append(ScoredRow(values, None, (mention,)))
        return rows

    def _mention(self, record: Record) -> dict[str, Any] | str:
        """Return the mention, or the flag that says why there is none."""
        if record.fault:
            return f"bad_row:{record.fault.kind.replace(' ', '_')}"
        if taken := sorted(self.added & record.values.keys()):
            return f"column_taken:{taken[0]}"
        text = record.values.get(self.text)
        if not isinstance(text, str):
            return "no_text"
        lang = record.values.get(self.lang) if self.lang else None
        return {"text": text, "lang": lang if isinstance(lang, str) and lang.strip() else None}

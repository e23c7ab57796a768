"""A corpus of the ledger as a source of candidates."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mentionlens_data.corpora.entry import LedgerEntry, SplitPlan
from mentionlens_data.corpora.mapping import Dropped, Mapped, map_row
from mentionlens_data.corpora.reading import CorpusReader
from mentionlens_data.errors import CorpusFormatError
from mentionlens_data.hashing import text_hash
from mentionlens_data.labelling.annotations import Annotation
from mentionlens_data.preparation.candidates import Candidate, Removal
from mentionlens_data.preparation.grouping import TextKeys, text_keys
from mentionlens_data.preparation.source import Found, SourceAccount
from mentionlens_data.schema import SPLITS

__all__ = ["CorpusSource"]


class CorpusSource:
    """Reads a corpus and maps its rows as the ledger says.

    Args:
        entry: what the ledger knows.
        folder: holds one folder a corpus.
        languages: ISO 639-1 codes to keep; rows in others are removed.
        seed: decides which rows stand with their alternative text.
        annotations: by row id; settled answers that replace the corpus's own.
    """

    def __init__(
        self,
        entry: LedgerEntry,
        folder: Path,
        *,
        languages: frozenset[str],
        seed: int,
        annotations: Mapping[str, Annotation] | None = None,
    ) -> None:
        self.name = entry.name
        self._entry = entry
        self._reader = CorpusReader(entry, folder)
        self._languages = languages
        self._seed = seed
        self._annotations = {
            own_id: annotation
            for own_id, annotation in (annotations or {}).items()
            if own_id.startswith(f"{entry.name}/")
        }
        self._joined = self._changed = 0

    @property
    def plan(self) -> SplitPlan:
        """How its rows are divided."""
        return self._entry.splits

    def account(self) -> SourceAccount:
        """Return what the manifest says of it; complete once all rows were read."""
        entry = self._entry
        return SourceAccount(
            name=entry.name,
            title=entry.title,
            licence=entry.licence,
            policy=entry.policy,
            address=entry.address,
            revision=entry.revision,
            citation=entry.citation,
            read=self._reader.rows_read,
            content_sha256=self._reader.content_sha256 or "",
            as_recorded=self._reader.matches_ledger,
            annotations=self._annotation_counts(),
        )

    def rows(self) -> Iterator[Found | Removal]:
        """Yield every row of the corpus, as a candidate or as a removal.

        Raises:
            CorpusNotFoundError: the folder lacks the corpus.
            CorpusFormatError: a row is not what the ledger says.
        """
        for row_id, raw in self._reader.identified():
            yield self._row(raw, row_id)

    def _row(self, raw: Mapping[str, Any], row_id: str) -> Found | Removal:
        entry = self._entry
        if raw["lang"] not in self._languages:
            return Removal(row_id, self.name, f"language {raw['lang']} is not a target")
        try:
            mapped = map_row(entry, raw, seed=self._seed)
        except (KeyError, IndexError, TypeError) as error:
            raise CorpusFormatError(
                f"corpus {entry.name!r}, row {raw['id']!r}: the mapping met {error!r}"
            ) from error
        if isinstance(mapped, Dropped):
            return Removal(row_id, self.name, mapped.reason)
        labels, excluded, weight = self._answers(row_id, mapped)
        keys = text_keys(mapped.text, raw["lang"])
        candidate = Candidate(
            id=row_id,
            text=mapped.text,
            lang=raw["lang"],
            source=self.name,
            labels=labels,
            excluded=excluded,
            weight=weight,
            split=self._own_part(raw),
            # A probe asks the same in many spellings, on purpose: every row of it counts.
            duplicate=row_id if entry.use == "probe" else keys.duplicate,
            joins=self._joins(raw, mapped, keys),
            cut=_tied(self.name, entry.splits.cut_by, raw),
        )
        return Found(candidate, keys)

    def _answers(
        self, row_id: str, mapped: Mapped
    ) -> tuple[dict[str, str], dict[str, tuple[str, ...]], float]:
        """Return labels, excluded labels and trust: a reader's, where this very text was read."""
        annotation = self._annotations.get(row_id)
        if annotation is None:
            return mapped.labels, mapped.excluded, mapped.weight
        if annotation.text_sha != text_hash(mapped.full_text):
            self._changed += 1
            return mapped.labels, mapped.excluded, mapped.weight
        self._joined += 1
        return dict(annotation.labels), {}, 1.0

    def _annotation_counts(self) -> dict[str, int] | None:
        if not self._annotations:
            return None
        missing = len(self._annotations) - self._joined - self._changed
        return {"joined": self._joined, "changed": self._changed, "missing": missing}

    def _own_part(self, raw: Mapping[str, Any]) -> str:
        if self._entry.use == "probe":
            return "test"
        part = raw.get("split") or "train"
        part = self._entry.splits.official.get(part, part)
        if part not in SPLITS:
            raise CorpusFormatError(
                f"corpus {self.name!r}, row {raw['id']!r}: split {part!r} is none of {SPLITS}; "
                f"name it under [splits.official]"
            )
        return str(part)

    def _joins(self, raw: Mapping[str, Any], mapped: Mapped, keys: TextKeys) -> tuple[str, ...]:
        """Add what else ties the row to others; a short text stays out of all but itself."""
        plan = self._entry.splits
        joins = keys.joins
        if mapped.full_text != mapped.text:
            full = text_keys(mapped.full_text, raw["lang"])
            joins += () if full.short else full.joins
        if keys.short:
            return joins
        if plan.group_by:
            joins += (f"together|{_tied(self.name, plan.group_by, raw)}",)
        if plan.parallel is not None:
            number = re.search(plan.parallel.id_pattern, raw["id"])
            if number is None:
                raise CorpusFormatError(
                    f"corpus {self.name!r}, row {raw['id']!r}: id does not match "
                    f"{plan.parallel.id_pattern!r}"
                )
            line = f"{plan.parallel.name} {number[1]}"
            joins += (f"parallel|{_tied(line, plan.parallel.fields, raw)}",)
        return joins


def _tied(name: str, fields: Sequence[str], raw: Mapping[str, Any]) -> str:
    return "|".join([name, *(str(raw.get(field)) for field in fields)]) if fields else ""

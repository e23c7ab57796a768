"""A user's own labelled file as a source of candidates."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from mentionlens_data.corpora.entry import SplitPlan
from mentionlens_data.files.bad_row import BadRow
from mentionlens_data.files.labelled_file import FileRow, LabelledFile
from mentionlens_data.files.mapping import FileMapping
from mentionlens_data.preparation.candidates import Candidate, Removal
from mentionlens_data.preparation.grouping import text_keys
from mentionlens_data.preparation.source import Found, SourceAccount
from mentionlens_data.tasks import Task

__all__ = ["FileSource"]

_ALL = 2**62


class FileSource:
    """Reads a labelled file; bad rows become removals.

    Args:
        path_or_name: what `LabelledFile` reads.
        mapping: their columns and labels to ours; guessed where none is given.
        tasks: questions and their labels; by default those that mentionlens ships with.
        test_share: share of the groups that are cut for testing, where the file names no part.
        validation_share: the same for validation.
        on_bad: is called for every bad row.

    Raises:
        LabelledFileError: no such file, or one that cannot be read at all.
        FileMappingError: the mapping names something that does not exist.
    """

    def __init__(
        self,
        path_or_name: Path | str,
        *,
        mapping: FileMapping | None = None,
        tasks: Sequence[Task] | None = None,
        test_share: float = 0.1,
        validation_share: float = 0.1,
        on_bad: Callable[[BadRow], None] | None = None,
    ) -> None:
        self._file = LabelledFile(path_or_name, mapping=mapping, tasks=tasks)
        self._path = Path(path_or_name)
        self._on_bad = on_bad
        self._read = 0
        self.name = self._path.name
        self.plan = SplitPlan(
            test_share=test_share,
            validation_share=validation_share,
            max_test=_ALL,
            max_validation=_ALL,
        )

    @property
    def taken(self) -> str:
        """Which of their columns and constants become which of our fields, in words.

        Raises:
            LabelledFileError: no column is plainly the text.
        """
        mapping = self._file.mapping
        columns = [f"{field} from {column!r}" for field, column in mapping.columns.items()]
        constants = [f"{field} is {value!r}" for field, value in mapping.constants.items()]
        return ", ".join(columns + constants)

    def account(self) -> SourceAccount:
        """Return what the manifest says of it; complete once all rows were read."""
        content = ""
        if self._path.is_file():
            with self._path.open("rb") as file:
                content = hashlib.file_digest(file, "sha256").hexdigest()
        return SourceAccount(
            name=self.name,
            title=f"a user's own file, {self.name}",
            licence="the user's own",
            policy="own",
            address="",
            revision="",
            citation="",
            read=self._read,
            content_sha256=content,
        )

    def rows(self) -> Iterator[Found | Removal]:
        """Yield every row of the file, as a candidate or as a removal.

        Raises:
            LabelledFileError: no column is plainly the text.
        """
        bad: list[BadRow] = []
        for row in self._file.read(bad.append):
            yield from self._removals(bad)
            self._read += 1
            yield self._found(row)
        yield from self._removals(bad)

    def _removals(self, bad: list[BadRow]) -> Iterator[Removal]:
        for item in bad:
            self._read += 1
            if self._on_bad is not None:
                self._on_bad(item)
            yield Removal(f"{self.name}/line {item.line}", self.name, f"bad row: {item.kind}")
        bad.clear()

    def _found(self, row: FileRow) -> Found:
        keys = text_keys(row.text, row.lang)
        joins = keys.joins
        if row.group is not None:
            own = f"together|{self.name}|{row.group}"
            # A few words must not tie the groups of everyone who wrote them.
            joins = (own,) if keys.short else (*joins, own)
        candidate = Candidate(
            id=f"{self.name}/{row.id}",
            text=row.text,
            lang=row.lang,
            source=self.name,
            labels=dict(row.labels),
            weight=row.weight,
            split=row.split or "train",
            duplicate=keys.duplicate,
            joins=joins,
            slices=row.slices,
        )
        return Found(candidate, keys)

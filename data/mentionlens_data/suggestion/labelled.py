"""What is labelled already, so that nothing like it is suggested."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from mentionlens_data.files.labelled_file import LabelledFile
from mentionlens_data.prepared import open_prepared
from mentionlens_data.schema import SPLITS
from mentionlens_data.suggestion.copies import copy_key

__all__ = ["labelled_keys"]


def labelled_keys(names: Sequence[str], text_column: str) -> Iterator[str]:
    """Yield the `copy_key` of every text of some labelled files or prepared sets.

    Labels are not looked at. The texts of a file stand in the column `text_column` or, where there
    is none, in the one that `LabelledFile` takes for them; rows that cannot be read are skipped.

    Args:
        names: files that `LabelledFile` reads, or folders that `data prepare` wrote.
        text_column: as in the unlabelled files.

    Raises:
        LabelledFileError: a file cannot be read, or no column is plainly the text.
        PreparedSetError: a folder is damaged.
    """
    for name in names:
        texts = (
            _prepared_texts(Path(name))
            if (Path(name) / "manifest.json").is_file()
            else _file_texts(name, text_column)
        )
        yield from map(copy_key, texts)


def _prepared_texts(folder: Path) -> Iterator[str]:
    prepared = open_prepared(folder)
    for split in SPLITS:
        for row in prepared.read(split):
            yield row.text


def _file_texts(name: str, text_column: str) -> Iterator[str]:
    file = LabelledFile(name)
    has_it = text_column in file.source.columns
    column = text_column if has_it else file.mapping.columns["text"]
    for record in file.source.records():
        text = record.values.get(column)
        if isinstance(text, str) and text.strip():
            yield text

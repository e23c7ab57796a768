"""The table of augmentations, each with an example in every language it is for."""

from __future__ import annotations

from collections.abc import Iterator

from mentionlens_data.augmentation.registry import augment, augmentations
from mentionlens_data.augmentation.table_files import read_table

__all__ = ["example_table"]


def example_table(seed: int) -> Iterator[str]:
    """Yield the lines of the table; the sentences are the project's own."""
    sentences = read_table("examples")
    yield "the sentences"
    yield from (f"  {code:<7}  {sentence}" for code, sentence in sentences.items())
    for entry in augmentations().values():
        yield f"\n{entry.name}: {entry.title}"
        for code, sentence in sentences.items():
            lang = code.split("-")[0]
            changed = augment(sentence, lang, entry.name, seed=seed, key=code)
            if changed != sentence:
                yield f"  {code:<7}  {changed}"

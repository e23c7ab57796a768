"""What counts as a mention: a string, or a mapping with `text` and perhaps `id` and `lang`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from mentionlens.errors import InputError

__all__ = ["Item", "Mention", "check_stream", "read_chunks", "read_item"]

Mention: TypeAlias = str | Mapping[str, Any]

# Characters that are held at a time, so that a stream of huge texts stays small in memory.
_MOST_CHARACTERS = 1 << 20


@dataclass(frozen=True, slots=True)
class Item:
    """One mention, checked."""

    text: str
    id: str | None = None
    lang: str | None = None


def check_stream(mentions: object) -> None:
    """Check that this is a stream of mentions, without reading any.

    Raises:
        InputError: it is something else.
    """
    # Bytes are an iterable of numbers and a string one of letters: mistakes, not streams.
    if isinstance(mentions, str | bytes | bytearray | Mapping) or not isinstance(
        mentions, Iterable
    ):
        raise InputError(
            f"expected an iterable of mentions (strings, or mappings with `text`), "
            f"found {type(mentions).__name__}"
        )


def read_chunks(mentions: Iterable[Mention], size: int) -> Iterator[list[Item]]:
    """Read a stream in chunks of at most `size` mentions, fewer when they are very long.

    Raises:
        InputError: something is not a mention; the message names its index in the stream.
    """
    chunk: list[Item] = []
    characters = 0
    for index, mention in enumerate(mentions):
        item = read_item(mention, index)
        chunk.append(item)
        characters += len(item.text)
        if len(chunk) == size or characters >= _MOST_CHARACTERS:
            yield chunk
            chunk, characters = [], 0
    if chunk:
        yield chunk


def read_item(mention: object, index: int) -> Item:
    """Check one mention.

    Args:
        mention: anything.
        index: its place, for the message.

    Raises:
        InputError: it is not a mention.
    """
    if isinstance(mention, str):
        return Item(mention)
    if not isinstance(mention, Mapping):
        raise InputError(
            f"mention {index}: expected a string, or a mapping with `text`, "
            f"found {type(mention).__name__}"
        )
    text, identifier, lang = (mention.get(key) for key in ("text", "id", "lang"))
    if not isinstance(text, str):
        found = type(text).__name__ if "text" in mention else f"the keys {list(mention)}"
        raise InputError(f"mention {index}: `text` must be a string, found {found}")
    if isinstance(identifier, int) and not isinstance(identifier, bool):
        identifier = str(identifier)
    if not isinstance(identifier, str | None):
        raise InputError(
            f"mention {index}: `id` must be a string or a whole number, "
            f"found {type(identifier).__name__}"
        )
    if not isinstance(lang, str | None):
        raise InputError(f"mention {index}: `lang` must be a string, found {type(lang).__name__}")
    return Item(text, identifier, lang or None)

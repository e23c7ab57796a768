"""What a cell of a labelled file says of the slices of its row."""

from __future__ import annotations

import re

from mentionlens_data.files.text import canonical_text, short

__all__ = ["names_in"]

_SEPARATOR = re.compile(r"[|;,]")
_LONGEST = 60
_LISTS_AS_TEXT = re.compile(r"""[][{}"]""")


def names_in(value: object) -> tuple[str, ...]:
    """Return the names of slices in a cell, each once, in their order.

    Args:
        value: a list of names, one text of names separated by `|`, `;` or `,`, or None.

    Raises:
        ValueError: anything else, or a name that is longer than 60 characters, has characters that
            cannot be printed, or brackets or double quotes, as a list has that became a text.
    """
    if value is None:
        return ()
    if not isinstance(value, (str, list)):
        raise ValueError(f"{short(value)} is neither a list nor a text")
    names = []
    for part in _SEPARATOR.split(value) if isinstance(value, str) else value:
        if not isinstance(part, str):
            raise ValueError(f"{short(part)} in the list is no text")
        name = canonical_text(" ".join(part.split()))
        if len(name) > _LONGEST or not name.isprintable() or _LISTS_AS_TEXT.search(name):
            raise ValueError(f"{short(name)} is no name of a slice")
        if name:
            names.append(name)
    return tuple(dict.fromkeys(names))

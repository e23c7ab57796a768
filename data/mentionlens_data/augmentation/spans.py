"""What augmentations leave alone: addresses of pages, people and mailboxes, and hashtags.

Every pattern starts at a fixed place or only where a run of its characters starts, so that the
time is linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable

__all__ = ["ADDRESS", "HANDLE", "HASHTAG", "LINK", "blank_out", "change_outside"]

# A bare `http` is what corpora, and the normaliser, put in the place of a link.
LINK = (
    r"(?:(?:https?://|(?<!\w)www\.(?=\w)|(?<![\w.@/-])t\.co/(?=\w))[^\s<>\"]*"
    r"|(?<!\w)https?(?!\w))"
)
HANDLE = r"(?<!\w)@\w+"
HASHTAG = r"(?<!\w)#\w+"
_MAIL = r"(?<![\w.+-])[\w.+-]+@\w[\w.-]*"

# Links, e-mail addresses and handles: never rewritten by any augmentation.
ADDRESS = f"{LINK}|{_MAIL}|{HANDLE}"


def change_outside(text: str, pattern: re.Pattern[str], change: Callable[[str], str]) -> str:
    """Apply `change` to what lies between the matches of `pattern`, and keep the matches."""
    parts = []
    end = 0
    for match in pattern.finditer(text):
        if match.start() > end:
            parts.append(change(text[end : match.start()]))
        parts.append(match[0])
        end = match.end()
    if end < len(text):
        parts.append(change(text[end:]))
    return "".join(parts)


def blank_out(text: str, pattern: re.Pattern[str]) -> str:
    """Return a text of the same length in which the matches are NUL characters.

    What another pattern finds there lies outside of the matches, at the same places.
    """
    return pattern.sub(lambda match: "\0" * len(match[0]), text)

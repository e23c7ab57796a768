"""What hurried writers leave out: punctuation, the handle of whom they write to, links.

None of it carries the label alone. Question marks stay, since a question without one may read as
a claim; so do quotation marks, which may be ironic, and emoticons. A mark right after a negation
stays, too: "Nie. Polecam" is not "Nie Polecam".
"""

from __future__ import annotations

import random
import re

from mentionlens_data.augmentation.emoticons import EMOTICON
from mentionlens_data.augmentation.negations import is_negation
from mentionlens_data.augmentation.spans import ADDRESS, HANDLE, LINK, blank_out

__all__ = ["drop_handles", "drop_links", "drop_punctuation"]

# Faces that no table need know: their punctuation is what they are made of.
_FACE = r"[:;=8]['^o-]?[()\[\]dpos*/|\\@3]+(?!\w)|\^[._]?\^|[-;][._][-;]|\._\."
_KEPT = re.compile(f"(?:{ADDRESS})|{EMOTICON}|{_FACE}", re.IGNORECASE)
# With the word before, and blanks between, as the French leave one. A single mark inside numbers,
# times and abbreviations stays: 12,50 and 10:30 and т.е.
_MARKS = re.compile(
    r"(?<![^\W\d_])(?P<word>[^\W\d_]*(?:['’][^\W\d_]+)?)(?P<marks>[^\S\n]{0,3}"
    r"(?:[.,;:!…]{2,}|[.,;:!…](?!\w)|[,;!…](?=[^\W\d_])|(?<=\s)[-–—](?=\s))|[¡¿])"
)
_HANDLES = re.compile(rf"(?:\b(?:RT|via)\s+)?\.?{HANDLE}(?:[,:](?=\s|\Z))?")
_LINKS = re.compile(LINK, re.IGNORECASE)


def drop_punctuation(text: str, lang: str, generator: random.Random) -> str:
    """Return the text without full stops, commas, colons, exclamation marks and dashes."""
    parts = []
    end = 0
    for match in _MARKS.finditer(blank_out(text, _KEPT)):
        if is_negation(match["word"], lang):
            continue
        parts.append(text[end : match.start("marks")])
        end = match.end()
        if match["word"] and text[end : end + 1].isalnum():
            parts.append(" ")
    return ("".join(parts) + text[end:]).strip() if parts else text


def drop_handles(text: str, lang: str, generator: random.Random) -> str:
    """Return the text without handles, and without what only joined them to it."""
    return _without(text, _HANDLES)


def drop_links(text: str, lang: str, generator: random.Random) -> str:
    """Return the text without addresses of pages."""
    return _without(text, _LINKS)


def _without(text: str, pattern: re.Pattern[str]) -> str:
    """Cut the matches out, with the blank before each that would be one too many."""
    parts = []
    end = 0
    for match in pattern.finditer(text):
        kept = text[end : match.start()]
        parts.append(kept.rstrip(" ") if text[match.end() : match.end() + 1] in " " else kept)
        end = match.end()
    return ("".join(parts) + text[end:]).strip() if parts else text

"""Emoji written as emoticons and the other way round.

Both stand for one feeling (`tables/emoticons.toml` groups them by it), so the labels hold. What no
group names, and emoji that are joined to others, stay.
"""

from __future__ import annotations

import functools
import random
import re
from dataclasses import dataclass

from mentionlens_data.augmentation.drawing import chance, pick
from mentionlens_data.augmentation.spans import ADDRESS, change_outside
from mentionlens_data.augmentation.table_files import read_table

__all__ = ["EMOTICON", "emoji_to_emoticon", "emoticon_to_emoji"]

_ADDRESS = re.compile(ADDRESS, re.IGNORECASE)
# Languages in which a bare bracket is a smile.
_BRACKET_LANGUAGES = frozenset({"ru", "uk"})
# How many of the first emoji of a group an emoticon may become.
_USUAL = 3
_MOST_MOUTHS = 4
_CLOSING = '.,;:!?…)]»”"'


@dataclass(frozen=True)
class _Group:
    emoji: tuple[str, ...]
    emoticons: tuple[str, ...]
    mouth: str


@functools.cache
def _groups() -> tuple[_Group, ...]:
    return tuple(
        _Group(tuple(item["emoji"]), tuple(item["emoticons"]), item.get("mouth", ""))
        for item in read_table("emoticons")["group"]
    )


def _emoticon_pattern() -> str:
    patterns = []
    for group in _groups():
        for emoticon in sorted(group.emoticons, key=len, reverse=True):
            more = f"{re.escape(group.mouth)}*" if emoticon.endswith(group.mouth or " ") else ""
            # One that starts with a letter is no end of a word, and none goes on as a word.
            before = r"(?<!\w)" if emoticon[0].isalnum() else ""
            patterns.append(f"{before}{re.escape(emoticon)}{more}")
    return rf"(?:{'|'.join(patterns)})(?![\w/])"


EMOTICON = _emoticon_pattern()
_EMOTICON = re.compile(EMOTICON)
_BRACKETS = re.compile(r"(?<=[\w!?. ])(\){2,}|\({2,})")
# Emoji that are no part of a joined sequence, and what says how they are drawn.
_EMOJI = "".join(emoji for group in _groups() for emoji in group.emoji)
_RUN = re.compile(f"(?<!\u200d)(?:[{_EMOJI}]\ufe0f?+)+(?![\u200d\U0001f3fb-\U0001f3ff])")


def emoji_to_emoticon(text: str, lang: str, generator: random.Random) -> str:
    """Return the text with emoji as emoticons; a run of one feeling becomes ":)))" or "<3 <3"."""
    brackets = lang in _BRACKET_LANGUAGES and chance(generator, 0.5)
    faces = {group: pick(generator, group.emoticons) for group in _groups()}

    def replace(match: re.Match[str]) -> str:
        run = [_group_of(c) for c in match[0] if c != "\ufe0f"]
        signs: list[str] = []
        for i, group in enumerate(run):
            if i and run[i - 1] is group:
                if group.mouth and signs[-1].count(group.mouth) <= _MOST_MOUTHS:
                    signs[-1] += group.mouth
                elif not group.mouth and signs.count(faces[group]) < 2:
                    signs.append(faces[group])
            elif brackets and group.mouth and group.mouth in "()":
                signs.append(group.mouth)
            else:
                signs.append(faces[group])
        before = text[max(0, match.start() - 1) : match.start()]
        after = text[match.end() : match.end() + 1]
        apart = before and not before.isspace() and signs[0][0] not in "()"
        goes_on = after and not after.isspace() and after not in _CLOSING
        return (" " if apart else "") + " ".join(signs) + (" " if goes_on else "")

    return _RUN.sub(replace, text)


def emoticon_to_emoji(text: str, lang: str, generator: random.Random) -> str:
    """Return the text with emoticons as emoji; in Russian and Ukrainian "))" is one, too."""
    chosen = {group: pick(generator, group.emoji[:_USUAL]) for group in _groups()}

    def replace(match: re.Match[str]) -> str:
        for group in _groups():
            for emoticon in group.emoticons:
                if match[0] == emoticon or (
                    group.mouth
                    and match[0].startswith(emoticon)
                    and not match[0][len(emoticon) :].strip(group.mouth)
                ):
                    return _drawn(chosen[group])
        return match[0]

    text = change_outside(text, _ADDRESS, lambda part: _EMOTICON.sub(replace, part))
    if lang in _BRACKET_LANGUAGES and text.count("(") * text.count(")") == 0:
        smile, sadness = _group_of("🙂"), _group_of("🙁")
        text = _BRACKETS.sub(
            lambda m: " " + _drawn(chosen[smile if m[0][0] == ")" else sadness]), text
        )
    return text


def _group_of(emoji: str) -> _Group:
    return next(group for group in _groups() if emoji in group.emoji)


def _drawn(emoji: str) -> str:
    # These are text signs by default and emoji with the selector.
    return emoji + "\ufe0f" if emoji in "☺☹❤♥" else emoji

"""The text normaliser: the one way from a mention as written to the text that the model reads.

Version 1, in this order:

1. lone surrogates become U+FFFD (halves of one character are joined), control characters go
   (tabs and line ends count as spaces), runs of more than 30 combining marks are cut;
2. Unicode NFC; the cedilla letters of old Romanian texts become the comma-below ones;
3. the HTML entities `&amp; &lt; &gt; &quot; &#39;` are decoded, doubly encoded ones too;
4. white space becomes single spaces, none at the ends;
5. runs of one character that is no digit are cut to `max_repeats`;
6. addresses (`http://`, `https://`, `www.`, `t.co/`) become `http`;
7. handles become `@user`; e-mail addresses are left alone.

Nothing else is touched: no letter, emoji (with its joiners, skin tones and variation selectors),
hashtag or punctuation mark is lost. The result is a fixed point, `normalize(normalize(x)) ==
normalize(x)`, and the time is linear in the length of the text, whatever the text.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from mentionlens.errors import BundleFormatError, InputError

__all__ = ["DEFAULT_OPTIONS", "VERSIONS", "TextNormalizer"]

VERSIONS = (1,)
DEFAULT_OPTIONS: Mapping[str, Any] = {"mask_urls": True, "mask_handles": True, "max_repeats": 8}

# `www` holds three equal letters, so a shorter limit would change what counts as an address.
_LEAST_REPEATS = 3
# The Stream-Safe Text Format of Unicode (UAX 15) allows so many. More of them are no text, and
# sorting them takes Python's unicodedata quadratic time.
_MOST_MARKS = 30

_SURROGATE = re.compile("[\ud800-\udfff]")
# Control characters that str.split() does not take for white space.
_CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
_AMPERSAND = re.compile("&(?:amp;)+")
_ENTITY = re.compile("&(lt|gt|quot|#39);")
_ENTITIES = {"lt": "<", "gt": ">", "quot": '"', "#39": "'"}
_COMMA_BELOW = str.maketrans("\u015e\u015f\u0162\u0163\u0327", "\u0218\u0219\u021a\u021b\u0326")
_ADDRESS = re.compile(
    r"""(?: https?:// | (?<!\w)www\.(?=\w) | (?<![\w.@/-])t\.co/(?=\w) ) [^\s<>"]*""",
    re.IGNORECASE | re.VERBOSE,
)
# Punctuation at the end of an address belongs to the sentence. No slash: what is kept must not
# look like the rest of an address again.
_SENTENCE_END = ".,;:!?)]}'»”’…"


class TextNormalizer:
    """Normalises mentions; immutable, safe to share between threads and to pickle.

    Args:
        version: version of the rules, one of `VERSIONS`.
        options: `mask_urls`, `mask_handles` (true or false) and `max_repeats` (3 or more, or null
            to keep every run); what is absent takes its value from `DEFAULT_OPTIONS`.

    Raises:
        BundleFormatError: an unknown version or option, or a value of the wrong type.
    """

    def __init__(self, version: int = 1, options: Mapping[str, Any] | None = None) -> None:
        if version not in VERSIONS:
            raise BundleFormatError(
                f"normalizer.version: {version!r} is unknown, possible are {list(VERSIONS)}"
            )
        self.version = version
        self.options = _checked({**DEFAULT_OPTIONS, **(options or {})})
        repeats = self.options["max_repeats"]
        self._repeats = repeats
        self._run = re.compile(rf"([^\d\s])\1{{{repeats},}}") if repeats else None

    def normalize(self, text: str) -> str:
        """Return the text that the tokenizer reads.

        Raises:
            InputError: `text` is not a string.
        """
        if not isinstance(text, str):
            raise InputError(f"expected a string, found {type(text).__name__}")
        text = _canonical(text)
        text = _AMPERSAND.sub("&", text)
        text = _ENTITY.sub(lambda match: _ENTITIES[match[1]], text)
        text = unicodedata.normalize("NFC", text)
        text = " ".join(text.split())
        text = self._shorten(text)
        if self.options["mask_urls"]:
            text, found = _ADDRESS.subn(_mask_address, text)
            if found:
                # The letters before `HTTP://` and the mask can form a run that was none before.
                text = self._shorten(text)
        if self.options["mask_handles"]:
            text = _patterns().handle.sub("@user", text)
        return text

    def _shorten(self, text: str) -> str:
        if self._run is None:
            return text
        return self._run.sub(lambda match: match[1] * self._repeats, text)

    def __reduce__(self) -> tuple[type[TextNormalizer], tuple[int, dict[str, Any]]]:
        return TextNormalizer, (self.version, self.options)


class _Patterns:
    """Patterns that need every combining mark of Unicode, a class that `re` does not have."""

    def __init__(self) -> None:
        marks = _ranges([c for c in range(0x300, 0x1E94B) if unicodedata.combining(chr(c))])
        self.excess_marks = re.compile(f"([{marks}]{{{_MOST_MARKS}}})[{marks}]+")
        self.cedilla = re.compile(f"[\u015e\u015f\u0162\u0163][{marks}]*")
        # Marks belong to the name: left behind, they would combine with the mask's last letter.
        self.handle = re.compile(rf"(?<![\w{marks}])@[\w{marks}]+")


@functools.cache
def _patterns() -> _Patterns:
    return _Patterns()


def _ranges(points: list[int]) -> str:
    """Write sorted code points as the inside of a character class."""
    ranges: list[list[int]] = []
    for point in points:
        if ranges and point == ranges[-1][1] + 1:
            ranges[-1][1] = point
        else:
            ranges.append([point, point])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)


def _canonical(text: str) -> str:
    """Steps 1 and 2: valid Unicode in its canonical form."""
    if text.isascii():
        return _CONTROL.sub("", text)
    if _SURROGATE.search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    text = _CONTROL.sub("", text)
    patterns = _patterns()
    text = unicodedata.normalize("NFC", patterns.excess_marks.sub(r"\1", text))
    # Again, as one mark may stand for two.
    text = patterns.excess_marks.sub(r"\1", text)
    # The marks that follow are mapped too: another cedilla would only combine again.
    text = patterns.cedilla.sub(lambda match: match[0].translate(_COMMA_BELOW), text)
    return unicodedata.normalize("NFC", text)


def _mask_address(match: re.Match[str]) -> str:
    address = match[0]
    end = address[len(address.rstrip(_SENTENCE_END)) :]
    return "http" + end


def _checked(options: Mapping[str, Any]) -> dict[str, Any]:
    unknown = sorted(set(options) - set(DEFAULT_OPTIONS))
    if unknown:
        raise BundleFormatError(
            f"normalizer.options.{unknown[0]}: unknown option, "
            f"possible are {sorted(DEFAULT_OPTIONS)}"
        )
    for name in ("mask_urls", "mask_handles"):
        if not isinstance(options[name], bool):
            raise BundleFormatError(
                f"normalizer.options.{name}: expected true or false, found {options[name]!r}"
            )
    repeats = options["max_repeats"]
    if repeats is not None and (type(repeats) is not int or repeats < _LEAST_REPEATS):
        raise BundleFormatError(
            f"normalizer.options.max_repeats: expected null or a whole number of "
            f"{_LEAST_REPEATS} or more, found {repeats!r}"
        )
    return dict(options)

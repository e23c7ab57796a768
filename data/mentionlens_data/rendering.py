"""The one place that makes text of unknown origin fit to be shown in a page or a table.

A mention may hold anything: markup, characters that HTML must not contain, and directional
controls that turn the line around which they stand in. Every page is rendered by
`html_environment`, which takes care of all three wherever a value is put into a template.

A page gives each such text an element of its own that isolates its direction, and breaks words
that are too long: `<bdi>{{ text }}</bdi>` (or `dir="auto"` and `unicode-bidi: isolate` on another
element) with `overflow-wrap: anywhere`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import jinja2

__all__ = ["fit_text", "html_environment", "markdown_text", "shown_text"]

_LINE_END = re.compile("\r\n?")
# Controls, lone surrogates and the two noncharacters that no XML or HTML parser accepts.
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# Embeddings, overrides and isolates turn text around; the three marks only do it to their
# neighbours, but nobody could see why. Joiners stay: emoji are made with them.
_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# What begins emphasis, code, links, HTML, cells, formulas, addresses and mentions of users inside a
# cell; all other punctuation is only itself there.
_MARKDOWN = re.compile(r"[\\`*_\[\]{}<>|&~#@:$]")
_ZERO_WIDTH_SPACE = "&#8203;"


def fit_text(text: str) -> str:
    r"""Return a text with every character that a page cannot hold made visible.

    Line ends become `\n`; controls and lone surrogates become U+FFFD; directional controls and
    marks are written out as `⟨U+202E⟩`. A text that was made fit stays as it is.
    """
    plain = _UNFIT.sub("\ufffd", _LINE_END.sub("\n", text))
    return _DIRECTION.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", plain)


def shown_text(text: str, most: int = 600) -> str:
    """Return a text made fit and cut to its beginning; how long it was stands behind it.

    Args:
        text: as it was written.
        most: characters that are left of a longer text.
    """
    if len(text) <= most:
        return fit_text(text)
    return f"{fit_text(text[:most])}… ({len(text):,} characters)"


def html_environment(package: str, folder: str) -> jinja2.Environment:
    """Return an environment whose templates can be given any text.

    Values are escaped and made fit, a name that is not defined is an error, and the filter
    `shown` cuts a text as `shown_text` does.

    Args:
        package: import name of the package that holds the templates.
        folder: of the templates inside it.
    """
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader(package, folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_fit_value,
    )
    environment.filters["shown"] = shown_text
    return environment


def _fit_value(value: object) -> str:
    """Return what a template is about to write; what is markup already stays markup."""
    from markupsafe import Markup

    if hasattr(value, "__html__"):
        return Markup(fit_text(value.__html__()))
    return fit_text(str(value))


def markdown_text(text: str) -> str:
    """Return a text as one line for a cell of a Markdown table, where nothing of it is rendered.

    Characters with a meaning in Markdown are written as numeric references, which CommonMark
    never takes for structure (section 2.5 of its specification). A zero-width space follows `@`
    and `#`, since sites look for users and issues once the references are read, and the `www` of
    an address.
    """
    line = " ".join(fit_text(text).split())
    line = _MARKDOWN.sub(lambda found: _reference(found[0]), line)
    return re.sub(r"(?i)www\.", lambda found: f"{found[0][:3]}{_ZERO_WIDTH_SPACE}.", line)


def _reference(character: str) -> str:
    return f"&#{ord(character)};{_ZERO_WIDTH_SPACE if character in '@#' else ''}"

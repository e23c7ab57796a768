"""The page as one file: styles, scripts and what they draw, and nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from mentionlens.overview.bundling import bundled

__all__ = ["PAGE_FOLDER", "overview_page"]

PAGE_FOLDER = Path(__file__).parent / "page"
"""What the page is made of; the service sends these files as they are."""

# The look, and what builds elements, are those of the service's page.
_FOLDERS = (PAGE_FOLDER, Path(__file__).parents[1] / "server" / "page")
_SURROGATE = re.compile("[\ud800-\udfff]")
# Ends a script, begins a comment, or is a line end in older scripts.
_ESCAPED = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


def overview_page(overview: Mapping[str, Any]) -> str:
    """Return the HTML file of an overview, which works from a disk without any other file.

    Its policy lets only its own scripts and styles run, and nothing be loaded or sent.

    Args:
        overview: what `build_overview` returned.
    """
    script = bundled("overview-file.js", _read)
    style = f"{_read('style.css')}\n{_read('overview.css')}"
    data = json.dumps(overview, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    policy = (
        f"default-src 'none'; script-src '{_digest(script)}'; style-src '{_digest(style)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    icon = base64.b64encode(_read("icon.svg").encode()).decode()
    return Template(_read("overview-file.html")).substitute(
        policy=escape(policy),
        now=escape(str(overview["now"])),
        icon=f"data:image/svg+xml;base64,{icon}",
        style=style,
        data=_SURROGATE.sub("\ufffd", data.translate(_ESCAPED)),
        script=script,
    )


def _read(name: str) -> str:
    for folder in _FOLDERS:
        if (path := folder / name).is_file():
            return path.read_text("utf-8")
    raise FileNotFoundError(f"{name}: the page has no such file")


def _digest(content: str) -> str:
    digest = hashlib.sha256(content.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"

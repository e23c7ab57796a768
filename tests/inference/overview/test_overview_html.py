"""The page as one file."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mentionlens.overview import build_overview, overview_page
from mentionlens.overview.bundling import bundled
from mentionlens.scored_mention import Columns, from_row
from overview_mentions import NOW

COLUMNS = Columns.find(
    ["id", "text", "brand", "author", "time", "complaint", "complaint_score", "complaint_none"]
)


def page_of(text: str, **about: str) -> str:
    row = {"id": "1", "text": text, "time": (NOW - timedelta(hours=1)).isoformat()} | about
    row |= {"complaint": "delivery", "complaint_score": "0.9"}
    return overview_page(build_overview([from_row(row, COLUMNS)], now=NOW))


class Reader(HTMLParser):
    """Collects the tags of a page with their attributes, and the contents of its scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.contents: dict[str, list[str]] = {"script": [], "style": []}
        self._inside = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._inside = tag if tag in self.contents else ""
        if self._inside:
            self.contents[tag].append("")

    def handle_endtag(self, tag):
        if tag == self._inside:
            self._inside = ""

    def handle_data(self, data):
        if self._inside:
            self.contents[self._inside][-1] += data


PLAIN = [tag for tag, _ in Reader(page_of("plain")).tags]


@given(text=st.text(max_size=300), brand=st.text(max_size=40), author=st.text(max_size=40))
def test_no_text_adds_a_tag_and_the_data_is_what_was_given(text, brand, author):
    hostile = f"{text}</script><script>alert(1)</script><!--<script>&lt;{brand}"
    reader = Reader(page_of(hostile, brand=brand, author=author))
    assert [tag for tag, _ in reader.tags] == PLAIN
    [data, _] = reader.contents["script"]
    row = json.loads(data)["queue"]["rows"][0]
    assert row["text"] == hostile


def test_the_policy_lets_its_own_scripts_and_styles_run_and_nothing_else():
    reader = Reader(page_of("x"))
    [policy] = [
        attributes["content"]
        for tag, attributes in reader.tags
        if attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy is not None
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    for kind, content in (
        ("script-src", reader.contents["script"][1]),
        ("style-src", reader.contents["style"][0]),
    ):
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert rules[kind] == f"'sha256-{digest}'"


def test_the_page_asks_for_nothing():
    page = re.sub(r"/\*.*?\*/", "", page_of("x"), flags=re.DOTALL)  # comments name types
    for _, attributes in Reader(page).tags:
        for name in ("src", "href", "srcset", "action"):
            assert (attributes.get(name) or "#").startswith(("data:", "#"))
    assert not re.search(r"@import|url\(|\bfetch\(|XMLHttpRequest|import\(", page)


def test_modules_see_only_what_they_import_and_run_once():
    modules = {
        "start.js": 'import { one as uno,\n  two } from "./a.js";\nimport "./b.js";\n'
        "export const told = [uno(), two];\n",
        "a.js": 'import { hidden } from "./b.js";\nconst own = 1;\n'
        "export function one() {\n  return own + hidden;\n}\nexport const two = 2;\n",
        "b.js": "const own = 10;\nexport const hidden = own;\nexport class C {}\n",
    }
    script = bundled("start.js", modules.__getitem__)
    assert script.count("const own = 10;") == 1
    assert script.index("$b") < script.index("$a") < script.index("$start")
    assert "const { one: uno, two } = $a;" in script
    assert "return { hidden, C };" in script


@pytest.mark.parametrize(
    "text",
    [
        'import def from "./a.js";\n',
        "export default 1;\n",
        "export { x };\n",
        'import { x } from "https://elsewhere.example/a.js";\n',
    ],
)
def test_a_form_that_cannot_be_put_together_is_refused(text):
    with pytest.raises(ValueError, match=r"start\.js"):
        bundled("start.js", {"start.js": text, "a.js": ""}.__getitem__)


def test_modules_that_import_each_other_are_refused():
    modules = {"a.js": 'import { b } from "./b.js";\n', "b.js": 'import { a } from "./a.js";\n'}
    with pytest.raises(ValueError, match="imports itself"):
        bundled("a.js", modules.__getitem__)

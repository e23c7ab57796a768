from __future__ import annotations

import html
import re
from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from mentionlens_data.languages import language_name, target_languages
from mentionlens_data.rendering import fit_text, html_environment, markdown_text, shown_text

PARTS = (
    "<script>alert(1)</script>", "</script>", "</p></bdi>", "<img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)', "' autofocus onfocus='", "<!--", "-->", "<![CDATA[", "&lt;b&gt;",
    "&#60;", "&amp", "javascript:alert(1)", "{{ 7 * 7 }}", "{% raw %}", "\x00", "\x1b[31m",
    "\r\n", "\r", "\x85", "\u202e", "\u2067", "\u2069", "\u200e", "\u200f", "\u061c", "\u200b",
    "\u200d", "\ufeff", "\ud800", "\uffff", "ته", "👩‍👩‍👧", "Z̸̛̬a", "a" * 10_000,
    "[a](http://x.example)", "![a](b)", "`code`", "a|b", "**b**", "<http://x.example>",
    "www.x.example", "@someone", "#12", "$x$", "\\|", "\\", "~~s~~", "[^1]", "mail@x.example",
)  # fmt: skip
TEXTS = st.lists(st.one_of(st.sampled_from(PARTS), st.text(max_size=8)), max_size=8).map("".join)
DANGER = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
TEMPLATE = (
    '<!doctype html><p title="{{ text }}"><bdi>{{ text }}</bdi></p>'
    "{% macro again() %}<i>{{ text }}</i>{% endmacro %}{{ again() }}"
)


class Outline(HTMLParser):
    """Elements with their attributes, and the text inside each of them."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.texts: dict[str, str] = {}
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, attrs))
        self.texts.setdefault(tag, "")

    def handle_data(self, data: str) -> None:
        self.texts[self.elements[-1][0]] += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data!r}")


@pytest.fixture(scope="module")
def render(tmp_path_factory: pytest.TempPathFactory):
    package = tmp_path_factory.mktemp("somewhere") / "package_with_a_page"
    (package / "pages").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "pages" / "page.html").write_text(TEMPLATE, encoding="utf-8")
    (package / "pages" / "cut.html").write_text("<b>{{ text|shown(most=4) }}</b>", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(package.parent))
        environment = html_environment("package_with_a_page", "pages")
        yield lambda name, **values: environment.get_template(name).render(**values)


@given(text=TEXTS)
def test_a_page_shows_any_text_and_nothing_of_it_becomes_markup(render, text: str) -> None:
    page = render("page.html", text=text)
    page.encode("utf-8")
    assert not DANGER.search(page)
    outline = Outline(page)
    assert outline.elements == [("p", [("title", fit_text(text))]), ("bdi", []), ("i", [])]
    assert outline.texts["bdi"] == outline.texts["i"] == fit_text(text)


@given(text=TEXTS)
def test_what_was_made_fit_stays_and_only_what_is_unfit_changes(text: str) -> None:
    fit = fit_text(text)
    assert fit_text(fit) == fit
    harmless = DANGER.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    assert re.sub("⟨U\\+[0-9A-F]{4}⟩|[\ufffd\uffff\ufffe]", "", fit) == re.sub(
        "⟨U\\+[0-9A-F]{4}⟩|[\ufffd\uffff\ufffe]", "", harmless
    )


def test_directional_characters_are_written_out_and_joiners_stay() -> None:
    assert fit_text("a\u202eb\u200fc\x00d\ud800") == "a⟨U+202E⟩b⟨U+200F⟩c\ufffdd\ufffd"
    assert fit_text("👩‍👩‍👧 مرحبا\ttab\nline") == "👩‍👩‍👧 مرحبا\ttab\nline"


@given(text=st.text(max_size=40), most=st.integers(1, 50))
def test_a_long_text_is_cut_and_says_how_long_it_was(text: str, most: int) -> None:
    shown = shown_text(text, most)
    if len(text) <= most:
        assert shown == fit_text(text)
    else:
        assert shown == f"{fit_text(text[:most])}… ({len(text)} characters)"


def test_a_template_cuts_texts_too(render) -> None:
    assert render("cut.html", text="<<<<<") == "<b>&lt;&lt;&lt;&lt;… (5 characters)</b>"


def test_a_name_that_is_not_defined_is_an_error(render) -> None:
    with pytest.raises(Exception, match="'text' is undefined"):
        render("page.html")


def test_markup_stays_markup_but_loses_what_is_unfit(render) -> None:
    from markupsafe import Markup

    assert render("page.html", text=Markup("<b>\u202e</b>")).count("<b>⟨U+202E⟩</b>") == 3


@settings(max_examples=300)
@given(text=TEXTS)
@example("| --- |")
@example("\n\n# heading\n- item\n    code\n")
def test_markdown_shows_any_text_in_its_cell_and_nothing_of_it_is_rendered(text: str) -> None:
    cell = markdown_text(text)
    # Every character that could begin something in a cell is gone, but for those of references.
    rest = re.sub(r"&#\d+;", "", cell)
    assert not re.search(r"[\\`*_\[\]{}<>|&~#@:$\n]", rest)
    assert not DANGER.search(rest)
    assert "www." not in cell.lower()
    read = html.unescape(re.sub("&#8203;", "", cell))
    assert read == " ".join(fit_text(text).split())


def test_a_cell_of_plain_words_stays_readable() -> None:
    assert markdown_text('It\'s 5.0 (or "6") - fine!\nYes?') == 'It\'s 5.0 (or "6") - fine! Yes?'


def test_every_target_language_has_a_name() -> None:
    names = [language_name(language.code) for language in target_languages()]
    assert len(set(names)) == len(names)
    assert all(name[0].isupper() and len(name) > 4 for name in names)
    assert language_name("ro") == "Romanian"
    assert language_name("und") == "Language not stated"
    assert language_name("xx") == "xx"

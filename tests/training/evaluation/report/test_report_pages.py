from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest
from example_evaluation import example_evaluation
from hypothesis import given
from hypothesis import strategies as st
from mentionlens_training.evaluation.predictions import EvaluationError
from mentionlens_training.evaluation.report import write_report
from mentionlens_training.evaluation.report.pages import page_names
from mentionlens_training.evaluation.schema import Evaluation, LanguageResult

VOID = {"meta", "link", "input", "br", "img"}


class Outline(HTMLParser):
    """What stands in a page, and whether every element is closed where it should be."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: Counter[str] = Counter()
        self.open: list[str] = []
        self.handlers: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        values = dict(attrs)
        self.ids += [values["id"] or ""] if "id" in values else []
        self.links += [values["href"] or ""] if "href" in values else []
        self.handlers += [name for name in values if name.startswith("on")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, (tag, self.getpos())


def words(html: str) -> str:
    """Return what is read on a page, without markup."""
    body = html[html.index("<main") : html.index("</main>")]
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", body).replace("\u00a0", " "))
    return text.replace("&#39;", "'").replace("&amp;", "&")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder: Path = tmp_path_factory.mktemp("report")
    written = write_report(example_evaluation(), folder)
    assert written == [folder / f"{n}.html" for n in ("index", "pl", "ro", "ru", "es", "bg", "cs")]
    return {path.stem: path.read_text(encoding="utf-8") for path in written}


def test_pages_are_whole_and_lead_to_each_other(pages: dict[str, str]) -> None:
    outlines = {name: Outline(html) for name, html in pages.items()}
    for outline in outlines.values():
        assert outline.open == []
        assert len(outline.ids) == len(set(outline.ids))
        for link in outline.links:
            file, _, anchor = link.partition("#")
            if link == "data:,":
                continue
            target = outlines[file.removesuffix(".html")] if file else outline
            assert not anchor or anchor in target.ids, link


def test_nothing_comes_from_elsewhere_and_nothing_of_a_text_becomes_markup(
    pages: dict[str, str],
) -> None:
    for html in pages.values():
        outline = Outline(html)
        assert outline.tags["script"] == 1
        assert outline.handlers == []
        assert not outline.tags.keys() & {"img", "iframe", "object", "base"}
        assert not re.search(r"url\(|@import|https?://", html)
        assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069]", html)
    assert "&lt;script&gt;document.title" in pages["ro"]
    assert "{{ 7 * 7 }} {% raw %}" in words(pages["ro"])
    assert "⟨U+202E⟩Text întors" in pages["ro"]
    assert "(10,176 characters)" in pages["ro"]


def test_pages_are_small(pages: dict[str, str]) -> None:
    assert max(len(html.encode("utf-8")) for html in pages.values()) < 400_000


def test_the_overview_counts_and_compares(pages: dict[str, str]) -> None:
    text = words(pages["index"])
    assert "better than TF-IDF" in pages["index"]
    assert re.search(r"<dd>9 of 10 cells", pages["index"])
    assert "TF-IDF is ahead in Spanish complaint (by 5.0 points)" in text
    assert "(100.0 %)" in text  # Russian trolls: too few rows
    assert "3 of 30, 10.0 % 3.5–25.6" in text
    # Only what can be compared stands in the overview; the language's page names the other, too.
    assert "quoted from memory" not in text
    assert "quoted from memory" in words(pages["ro"])
    assert "Example et al. 2024, &lt;Reviews&gt; &amp; More" in pages["ro"]
    assert "in the worst cell" in text
    assert "fedcba98" * 8 in text


def test_agreement_over_all_languages_is_shown_where_it_is_known(tmp_path: Path) -> None:
    evaluation = example_evaluation()
    assert evaluation.precision is not None
    precision = evaluation.precision.model_copy(update={"agreement": {"troll": 0.9871}})
    write_report(evaluation.model_copy(update={"precision": precision}), tmp_path)
    text = words((tmp_path / "index.html").read_text(encoding="utf-8"))
    assert "all languages – 98.7 % equal –" in text


def test_a_language_shows_its_figures(pages: dict[str, str]) -> None:
    evaluation = example_evaluation()
    found = evaluation.language("ro")
    assert found is not None
    text = words(pages["ro"])
    for result in found.tasks:
        assert f"{100 * result.scores.macro_f1.value:.1f} %" in text
        assert f"{100 * result.scores.ece.value:.1f} %" in text
        for part in result.slices:
            assert part.description in text
        for source in result.sources:
            assert source.source in text
    assert "furious customers taken for trolls 3 of 30" in text
    assert "no row has it" in text
    assert "no threshold reaches it on these rows" in text
    # As many lines as there are mistakes.
    count = sum(len(result.confident_mistakes) for result in found.tasks)
    assert pages["ro"].count("data-gold=") == count


def test_what_was_not_measured_is_left_out_or_a_dash(pages: dict[str, str]) -> None:
    assert "Most frequent mistakes" not in words(pages["cs"])
    assert words(pages["cs"]).count("nothing could be measured") == 1
    assert "<table" not in pages["cs"]
    assert "180 rows of a single label" in words(pages["es"])
    whole = example_evaluation()
    bare = whole.model_copy(
        update={
            "precision": None,
            "speed": None,
            "baseline": None,
            "languages": tuple(_bare(found) for found in whole.languages),
        }
    )
    assert "h-glance" in pages["ro"]
    for heading in ("robustness", "confusion", "thresholds", "published", "plot", "data-mistakes"):
        assert f'class="{heading}"' in pages["ro"] or heading in pages["ro"]
        page = _page(bare, "ro")
        assert f'class="{heading}"' not in page and f"<div {heading}" not in page


def _bare(found: LanguageResult) -> LanguageResult:
    """Return what a file of the first schema version holds of a language."""
    empty: dict[str, object] = {
        "confusion": (), "reliability": (), "coverage": (), "thresholds": (), "false_alarms": (),
        "slices": (), "rivals": (), "confident_mistakes": (), "typical_mistakes": (), "notes": (),
        "any_complaint": None,
    }  # fmt: skip
    tasks = tuple(result.model_copy(update=empty) for result in found.tasks)
    return found.model_copy(update={"tasks": tasks, "robustness": ()})


def _page(evaluation: Evaluation, lang: str) -> str:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        write_report(evaluation, Path(folder))
        return (Path(folder) / f"{lang}.html").read_text(encoding="utf-8")


def test_the_same_evaluation_gives_the_same_pages(pages: dict[str, str], tmp_path: Path) -> None:
    written = write_report(example_evaluation(), tmp_path / "deep" / "folder")
    assert {path.stem: path.read_text(encoding="utf-8") for path in written} == pages


@given(st.lists(st.text(max_size=60), unique=True))
def test_every_language_gets_a_page_of_its_own_inside_the_folder(langs: list[str]) -> None:
    names = page_names(langs)
    assert list(names) == langs
    folded = [name.casefold() for name in names.values()]
    assert len(set(folded)) == len(folded)
    for name in folded:
        assert re.fullmatch(r"[a-z0-9-]+\.html", name) and name != "index.html"


@pytest.mark.parametrize("code", ["../../etc", "<b>x", 'a"b', "index"])
def test_a_language_may_be_called_anything(tmp_path: Path, code: str) -> None:
    evaluation = example_evaluation()
    odd = evaluation.languages[1].model_copy(update={"lang": code})
    folder = tmp_path / "report"
    written = write_report(evaluation.model_copy(update={"languages": (odd,)}), folder)
    assert {path.parent for path in written} == {folder}
    for path in written:
        outline = Outline(path.read_text(encoding="utf-8"))
        assert outline.open == [] and outline.handlers == []
        assert "b" not in outline.links


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(EvaluationError, match="cannot be written"):
        write_report(example_evaluation(), tmp_path / "file" / "report")


def test_no_heavy_library_is_needed() -> None:
    code = (
        "import sys; import mentionlens_training.evaluation.report; "
        "print([name for name in ('torch', 'matplotlib', 'jinja2', 'sklearn', 'transformers') "
        "if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"

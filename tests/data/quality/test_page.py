from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from mentionlens_data.cli import main
from mentionlens_data.quality.charts import percent
from mentionlens_data.quality.conflicts import find_conflicts
from mentionlens_data.quality.page import render_page
from mentionlens_data.quality.review_file import ReviewLine, write_review
from mentionlens_data.quality.statistics import collect_statistics
from mentionlens_data.schema import LabelledMention
from mentionlens_data.tasks import default_tasks
from quality_sets import mention, opinions, write_set

TASKS = {task.name: task.labels for task in default_tasks()}
EVIL = "</p><script>document.title = 'run'</script><img src=x onerror=\"document.title='run'\">"
ROWS = [
    *opinions(40),
    mention("b", "Приложението не работи вече втори ден", lang="bg", source=f"a$b$ {EVIL[:40]}"),
    mention("c", "Пак работи добре 😡", lang="bg", labels={"complaint": "technical"}, split="test"),
    mention("d", "пак работи, добре 😡", lang="bg", labels={"complaint": "none"}, split="test"),
]
REVIEW = [
    ReviewLine(
        "x/1", lang="pl", text=EVIL, task="sentiment", label="negative", reason="suspicious"
    ),
    ReviewLine("x/2", lang="pl", text="\u202eodwrócony \u2067tekst", note=EVIL, suggested=EVIL),
    ReviewLine("x/3", lang="pl", text="a" * 10_000),
    ReviewLine("x/4", lang="pl", text="ת" * 300 + "\x00\x1b\ud800"),
]


def page(rows: list[LabelledMention] = ROWS) -> str:
    statistics = collect_statistics(rows, TASKS)
    statistics.conflicts = find_conflicts(rows).agreements
    return render_page(statistics, title=EVIL, review=REVIEW)


class Outline(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.tags.add(tag)
        self.ids += [values["id"] or ""] if "id" in values else []
        self.links += [values["href"] or ""] if "href" in values else []


def test_the_page_is_self_contained_and_its_anchors_exist() -> None:
    outline = Outline()
    outline.feed(page())
    assert len(outline.ids) == len(set(outline.ids))
    for link in outline.links:
        assert link == "data:," or link[1:] in outline.ids
    assert {"lang-pl", "lang-bg", "conflicts"} <= set(outline.ids)
    assert "script" not in outline.tags
    assert not outline.tags & {"img", "iframe", "object"}
    assert "default-src 'none'" in page()


def test_text_is_escaped_cut_and_fit_for_html() -> None:
    html = page()
    assert "&lt;script&gt;" in html and "<script" not in html
    assert "⟨U+202E⟩odwrócony" in html
    assert "a" * 601 not in html
    assert "10,000 characters" in html
    html.encode("utf-8")
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069]", html)


def test_figures_take_their_colours_from_the_page() -> None:
    figures = re.findall(r"<svg.*?</svg>", page(), flags=re.DOTALL)
    assert len(figures) >= 8
    for figure in figures:
        assert "var(--c-" in figure
        assert "#0a0b" not in figure and "DejaVu" not in figure
    assert "a$b$" in page()


def test_numbers_of_the_set_are_on_the_page() -> None:
    rows = opinions(1200)
    html = page(rows)
    assert "<dt>rows</dt><dd>1,200</dd>" in html
    assert "50 % · 600" in html


def test_the_same_statistics_give_the_same_page() -> None:
    assert page() == page()


def test_an_empty_set_has_a_page() -> None:
    assert "<dt>rows</dt><dd>0</dd>" in page([])


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [(0, 0, "–"), (0, 5, "0.0 %"), (1, 5000, "<0.1 %"), (1, 30, "3.3 %"), (1, 2, "50 %"),
     (199, 200, "99.5 %"), (99_999, 100_000, ">99.9 %"), (5, 5, "100 %")],
)  # fmt: skip
def test_percent(part: int, whole: int, shown: str) -> None:
    assert percent(part, whole) == shown


def test_the_command_writes_page_and_counts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import json

    folder = write_set(tmp_path / "set", ROWS)
    write_review(tmp_path / "review.csv", REVIEW)
    output, counts = tmp_path / "page.html", tmp_path / "counts.json"
    arguments = ["page", str(folder), "-o", str(output), "--json", str(counts)]
    assert main([*arguments, "--review", str(tmp_path / "review.csv")]) == 0
    assert capsys.readouterr().out == f"{output}\n"
    html = output.read_text(encoding="utf-8")
    assert "CC0-1.0" in html and "0" * 64 in html
    assert json.loads(counts.read_text(encoding="utf-8"))["languages"]["bg"]["emoji"] == 2

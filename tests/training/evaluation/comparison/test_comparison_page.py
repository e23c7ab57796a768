"""The page and the tables of a comparison: any text is shown, and none of it acts."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from hypothesis import given, settings
from hypothesis import strategies as st
from mentionlens_training.evaluation.comparison.gate import apply_gate
from mentionlens_training.evaluation.comparison.markdown import render_comparison
from mentionlens_training.evaluation.comparison.page import render_page
from mentionlens_training.evaluation.comparison.schema import Comparison
from versions import answer, compared, random_rows, sentiment

EVIL = '</td><script>document.title = "run"</script><img src=x onerror="document.title=1">'
TURNED = "\u202eabc\u2066 \u200fdef \x00\ud800"
LONG = "Lung" * 2500


def example(texts: dict[str, str] | None = None) -> Comparison:
    """Return a comparison of random versions, with hostile texts and a gate that fails."""
    old, new = random_rows(1, 300, 0.8), random_rows(2, 300, 0.55)
    hostile = [EVIL, TURNED, LONG, "Ordinary words about a parcel."]
    shown = texts or {row.id: hostile[n % 4] for n, row in enumerate(old)}
    found = compared(old, new, texts=shown)
    return found.model_copy(update={"gate": apply_gate(found, 1.0)})


class Tags(HTMLParser):
    """Counts elements and attributes that could act."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.scripts, self.handlers, self.addresses = 0, [], []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        self.handlers += [name for name, _ in attrs if name.startswith("on")]
        self.addresses += [value for name, value in attrs if name in ("src", "href") and value]


def test_the_page_holds_one_script_and_loads_nothing() -> None:
    tags = Tags(render_page(example()))
    assert tags.scripts == 1
    assert tags.handlers == []
    assert all(address.startswith(("#", "data:,")) for address in tags.addresses)


@settings(deadline=None, max_examples=20)
@given(st.text(max_size=200), st.text(max_size=30))
def test_no_text_and_no_name_becomes_markup(text: str, name: str) -> None:
    gold, wrong = {"sentiment": "negative"}, {"sentiment": name}
    labels = {"sentiment": ("negative", f"{name}!", name)} if name != "negative" else None
    wrong = wrong if labels else {"sentiment": "positive"}
    old = [answer(n, gold, gold, labels=labels, slices=(name,), lang=name) for n in range(8)]
    new = [answer(n, gold, wrong, labels=labels, slices=(name,), lang=name) for n in range(8)]
    found = compared(old, new, texts={"made/1": text + EVIL})
    tags = Tags(render_page(found))
    assert (tags.scripts, tags.handlers) == (1, [])
    assert "<script" not in render_comparison(found)


def test_long_texts_are_cut_and_directions_are_written_out() -> None:
    page = render_page(example())
    assert "(10,000 characters)" in page
    assert "⟨U+202E⟩" in page
    assert not re.search("[\u202a-\u202e\u2066-\u2069\ud800-\udfff\x00]", page)
    page.encode("utf-8")


def test_page_and_table_say_the_same() -> None:
    found = example()
    page, table = render_page(found), render_comparison(found)
    for cell in found.cells:
        figure = f"{100 * cell.macro_f1.b:.1f}"
        assert figure in page
        assert f"| {figure} |" in table
    assert "Gate failed" in page
    assert "fails: the mean over all counted cells loses" in table


def test_every_row_of_a_table_has_as_many_cells_as_its_head() -> None:
    width = 0
    for line in render_comparison(example()).splitlines():
        cells = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else 0
        assert cells == width or not (cells and width), line
        width = cells


def test_a_comparison_without_counted_cells_and_without_changes_is_a_page() -> None:
    rows = sentiment("-+" * 3, "-+" * 3)
    page = render_page(compared(rows, rows))
    assert "nothing can be said" in page
    assert "Changed mentions" not in page

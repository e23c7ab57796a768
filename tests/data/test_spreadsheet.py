from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mentionlens_data.spreadsheet import neutralise, restore


@pytest.mark.parametrize("text", ["=1+1", "+48 600", "-5", "@shop", "\tx", "\rx", "\nx", "＝1"])
def test_what_may_be_a_formula_is_neutralised(text: str) -> None:
    assert neutralise(text) == f"'{text}"


@given(st.text() | st.text(alphabet="'=+-@ a\t\r\n"))
def test_every_text_survives_and_none_is_a_formula(text: str) -> None:
    cell = neutralise(text)
    assert restore(cell) == text
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


@pytest.mark.parametrize("cell", ["'tis late", "keep", ""])
def test_a_cell_that_a_person_typed_stays(cell: str) -> None:
    assert restore(cell) == cell

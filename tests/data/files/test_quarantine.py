from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mentionlens_data.errors import LabelledFileError
from mentionlens_data.files.bad_row import BadRow
from mentionlens_data.files.quarantine import (
    open_quarantine,
    read_quarantine,
)

words = st.text(max_size=20) | st.sampled_from(
    ["=1+1", "+1", "-1", "@a", "\tx", "\rx", "'=1", "''="]
)
rows = st.builds(
    BadRow,
    file=words,
    line=st.integers(1, 10**9),
    field=st.none() | words.filter(bool),
    problem=words,
    allowed=words,
    row=words.filter(lambda text: not text.startswith("{")) | st.dictionaries(words, words),
    kind=words,
)


@pytest.mark.parametrize("ending", ["jsonl", "csv"])
@given(bad=st.lists(rows, max_size=5))
def test_what_is_kept_comes_back(
    tmp_path_factory: pytest.TempPathFactory, ending: str, bad: list[BadRow]
) -> None:
    path = tmp_path_factory.mktemp("q") / f"q.{ending}"
    with open_quarantine(path) as write:
        for row in bad:
            write(row)
    assert list(read_quarantine(path)) == bad
    if ending == "csv":
        with path.open(encoding="utf-8", newline="") as file:
            cells = [cell for line in csv.reader(file) for cell in line]
        assert not [cell for cell in cells if cell[:1] in tuple("=+-@\t\r") and cell]


def test_only_known_endings_and_files(tmp_path: Path) -> None:
    with (
        pytest.raises(LabelledFileError, match=r"\.jsonl or \.csv"),
        open_quarantine(tmp_path / "q.xlsx"),
    ):
        pass
    (tmp_path / "q.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(LabelledFileError, match="no quarantine"):
        list(read_quarantine(tmp_path / "q.csv"))

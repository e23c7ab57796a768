"""A file is there as a whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from mentionlens_data.atomic import written_atomically


def test_nothing_half_written(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("before", encoding="utf-8")
    with pytest.raises(RuntimeError), written_atomically(path) as file:
        file.write("half")
        raise RuntimeError
    assert path.read_text("utf-8") == "before"
    assert [item.name for item in tmp_path.iterdir()] == ["a.txt"]


def test_the_file_is_for_all_to_read_and_keeps_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with written_atomically(path, errors="backslashreplace") as file:
        file.write("one\r\ntwo\n\ud800")
        assert not path.exists()
    assert path.read_bytes() == b"one\r\ntwo\n\\ud800"
    assert path.stat().st_mode & 0o777 == 0o644

from __future__ import annotations

import pytest
from mentionlens_training.evaluation import progress
from mentionlens_training.evaluation.progress import Progress


def test_items_pass_unchanged_and_the_time_is_taken() -> None:
    passing = Progress(range(1200), 1200, "rows answered")
    assert list(passing) == list(range(1200))
    assert 0 < passing.seconds < 60


def test_long_work_says_how_far_it_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "_LOG_SECONDS", 0.0)
    list(Progress(range(1200), 1200, "rows answered"))
    captured = capsys.readouterr()
    assert captured.out == ""
    lines = captured.err.splitlines()
    assert [line.split(",")[0] for line in lines] == ["500 of 1", "1"]
    assert all(line.endswith("minutes left") for line in lines)


def test_short_work_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    list(Progress(range(3), 3, "rows answered"))
    assert capsys.readouterr().err == ""

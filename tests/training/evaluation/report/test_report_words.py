from __future__ import annotations

import re

import pytest
from example_evaluation import example_evaluation
from hypothesis import given
from hypothesis import strategies as st
from mentionlens_training.evaluation.report.figures import (
    coverage_curve,
    interval_bar,
    reliability_diagram,
)
from mentionlens_training.evaluation.report.findings import find
from mentionlens_training.evaluation.report.standings import standing
from mentionlens_training.evaluation.report.wording import interval, percent, points
from mentionlens_training.evaluation.schema import (
    CoveragePoint,
    Estimate,
    ReliabilityBin,
    Threshold,
)

SHARES = st.floats(0, 1)


def test_figures_are_written_with_one_decimal_and_a_dash_for_none() -> None:
    assert percent(0.8125) == "81.2\u00a0%"
    assert percent(None) == "–"
    assert percent(Estimate(value=1)) == "100.0\u00a0%"
    assert interval(Estimate(value=0.5, low=0.4, high=0.61)) == "40.0–61.0"
    assert interval(Estimate(value=0.5)) == interval(None) == ""
    assert [points(d) for d in (0.0391, -0.02, 0.0001, None)] == ["+3.9", "−2.0", "±0.0", "–"]


@pytest.mark.parametrize(
    ("ours", "other", "words"),
    [
        (Estimate(value=0.8, low=0.75, high=0.85), 0.74, "clearly better"),
        (Estimate(value=0.8, low=0.75, high=0.85), 0.75, "no clear difference"),
        (Estimate(value=0.8, low=0.75, high=0.85), 0.85, "no clear difference"),
        (Estimate(value=0.8, low=0.75, high=0.85), 0.86, "clearly worse"),
        (Estimate(value=0.8), 0.79, "better"),
        (Estimate(value=0.8), 0.81, "worse"),
        (Estimate(value=0.8), 0.8, "no clear difference"),
    ],
)
def test_a_difference_is_clear_only_outside_the_interval(
    ours: Estimate, other: float, words: str
) -> None:
    found = standing(ours, other)
    assert found.words == words
    assert found.clear == words.startswith("clearly")


def test_a_summary_names_what_is_weakest() -> None:
    romanian = example_evaluation().language("ro")
    assert romanian is not None
    result = romanian.tasks[0]
    told = {finding.name: finding.text for finding in find(result)}
    weakest = min(result.labels, key=lambda scores: scores.f1.value if scores.f1 else 2)
    assert told["Weakest label"].startswith(weakest.label)
    kind = result.typical_mistakes[0]
    assert told["Most frequent mistake"].startswith(f"{kind.gold} taken for {kind.predicted}")
    assert "code switched" in told["Weakest kind of text"]
    assert told["Against TF-IDF"].startswith("clearly better")


@pytest.mark.parametrize(
    ("coverage", "told"),
    [(None, "no threshold reaches it"), (0.69, "hand 31\u00a0% to a person (threshold 0.87)"),
     (1.0, "nothing need be handed")],
)  # fmt: skip
def test_a_summary_says_how_many_to_hand_over(coverage: float | None, told: str) -> None:
    romanian = example_evaluation().language("ro")
    assert romanian is not None
    wanted = Threshold(accuracy=0.95, threshold=0.874 if coverage else None, coverage=coverage)
    result = romanian.tasks[0].model_copy(update={"thresholds": (wanted,)})
    (line,) = [finding for finding in find(result) if finding.name.startswith("To be right")]
    assert line.text.startswith(told)


def test_what_is_not_counted_is_not_called_better() -> None:
    spanish = example_evaluation().language("es")
    assert spanish is not None
    told = {finding.name for finding in find(spanish.tasks[0])}
    assert not any(name.startswith("Against") for name in told)
    assert "Weakest label" not in told


def coordinates(svg: str) -> list[float]:
    width, height = map(float, re.findall(r'viewBox="0 0 (\S+) (\S+?)"', svg)[0])
    xs = [float(x) for x in re.findall(r' (?:x|cx)="(-?[\d.]+)"', svg)]
    ys = [float(y) for y in re.findall(r' (?:y|cy)="(-?[\d.]+)"', svg)]
    assert all(0 <= x <= width for x in xs)
    assert all(0 <= y <= height for y in ys)
    return xs + ys


@given(st.lists(st.tuples(SHARES, SHARES, st.integers(1, 10**6)), max_size=20))
def test_reliability_stays_inside_its_figure(bins: list[tuple[float, float, int]]) -> None:
    svg = reliability_diagram(
        [ReliabilityBin(low=0, high=1, rows=n, confidence=c, accuracy=a) for c, a, n in bins]
    )
    assert svg.count("<circle") == len(bins)
    coordinates(svg)


@given(
    st.lists(st.tuples(SHARES, SHARES, SHARES), max_size=20),
    st.lists(st.tuples(SHARES, SHARES | st.none()), max_size=4),
)
def test_coverage_stays_inside_its_figure(
    curve: list[tuple[float, float, float]], wanted: list[tuple[float, float | None]]
) -> None:
    svg = coverage_curve(
        [CoveragePoint(threshold=t, coverage=c, accuracy=a) for t, c, a in curve],
        [Threshold(accuracy=a, threshold=c, coverage=c) for a, c in wanted],
    )
    coordinates(svg)


@given(SHARES, SHARES, SHARES)
def test_a_band_spans_its_interval(low: float, value: float, high: float) -> None:
    low, value, high = sorted((low, value, high))
    svg = interval_bar(Estimate(value=value, low=low, high=high))
    assert f'class="mark" d="M{100 * round(value, 4):.1f} ' in svg
    assert "range" not in interval_bar(Estimate(value=value))

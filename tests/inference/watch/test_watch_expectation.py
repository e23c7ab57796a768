"""What is usual is learned early and without bias, since every alarm is held against it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from mentionlens.watch import Watch
from mentionlens.watch.expectation import WINDOWS
from mentionlens.watch.rhythm import HOURS, brand_rhythms
from mentionlens.watch.series import COMPLAINT, MENTIONS, Series
from watched_mentions import START, together, usual

BRANDS = 12
SHARE = 0.5
HOUR_0 = int(START.timestamp() // 3600)


def watched(days: int) -> Watch:
    """Return a watch that has seen brands of 60 mentions a day for some weeks."""
    brands = [usual(days, share=SHARE, brand=f"b{i}", seed=300 + i) for i in range(BRANDS)]
    watch = Watch()
    for mention in together(*brands):
        watch.add(mention)
    return watch


def rows(watch: Watch, measure: str) -> list[int]:
    found = [watch.parts.table.find(Series(f"b{i}", None, measure)) for i in range(BRANDS)]
    return [row for row in found if row is not None]


@pytest.mark.parametrize("days", [8, 11, 16, 23, 37])
def test_every_day_of_the_week_is_expected_as_it_will_be(days: int) -> None:
    watch = watched(days)
    found = rows(watch, MENTIONS)
    first = HOUR_0 + days * 24
    for day in range(7):
        hours = range(first + day * 24, first + day * 24 + 24)
        means = [watch.parts.expectation.means(hour)[found].mean() for hour in hours]
        # 14 busy hours of 3.75 and 10 quiet ones of 0.75.
        assert sum(means) == pytest.approx(60, rel=0.15)
        # Hour 0 and hour 23 are quiet; noon and the afternoon are not.
        by_day = sum(mean for hour, mean in zip(hours, means, strict=True) if 8 <= hour % 24 < 22)
        assert by_day == pytest.approx(52.5, rel=0.15)


def test_counts_that_vary_by_chance_alone_are_not_taken_for_restless() -> None:
    watch = watched(42)
    dispersion = watch.parts.expectation.dispersion()[:, rows(watch, COMPLAINT)]
    # Truth is 0; what is left of the cautious beginning may remain.
    assert np.median(dispersion, axis=1) == pytest.approx(0.0, abs=0.05)


def test_mentions_that_bring_others_are_reckoned_with() -> None:
    # Whoever writes goes on with a chance of one half: 1, 2, 3 ... mentions within the hour.
    draw = np.random.default_rng(1)
    brands = [usual(56, daily=5, share=0.5, brand=f"b{i}", seed=400 + i) for i in range(BRANDS)]
    again = [
        replace(one, id=f"{one.id} {copy}")
        for brand in brands
        for one in brand
        for copy in range(draw.geometric(0.5))
    ]
    watch = Watch()
    alerts = list(watch.watch(together(again)))
    clustering = [watch.parts.expectation.spread(place, 0)[1] for place in range(len(WINDOWS))]
    # The mean of the squares over the mean, less 1, is 2; the largest are not believed.
    assert all(0.8 < found < 2.2 for found in clustering)
    settled = [a for a in alerts if a.at > START + timedelta(days=28) and a.event == "opened"]
    # In four weeks; if each mention were for itself it would be twice as many.
    assert len(settled) <= 3 * BRANDS


def test_what_varies_is_careful_before_it_is_measured() -> None:
    watch = watched(8)
    dispersion = watch.parts.expectation.dispersion()[:, rows(watch, COMPLAINT)]
    assert (dispersion > 0.15).all()


def test_a_day_of_which_the_night_alone_was_seen_is_no_quiet_day() -> None:
    day = np.where(np.arange(24) < 8, 1.0, 10.0)
    counts, weeks = np.zeros((HOURS, 3)), np.zeros((HOURS, 3))
    seen = 24 + 8  # Monday, and the night to Tuesday
    counts[:seen] = np.concatenate([day, day])[:seen, None] * 20
    weeks[:seen] = 20
    rhythm = brand_rhythms(counts, weeks)
    assert rhythm[24 + 8 : 48].mean() == pytest.approx(rhythm[8:24].mean(), rel=0.1)
    assert rhythm.mean(axis=0) == pytest.approx(1.0)

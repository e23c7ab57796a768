"""A watch that was stored goes on as one that never stopped."""

from __future__ import annotations

import stat
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from mentionlens.scored_mention import ScoredMention
from mentionlens.watch import Watch, WatchOptions, WatchStateError, load_watch, save_watch
from watched_mentions import START, burst, mention, together, usual


@pytest.fixture(scope="module")
def history() -> list[ScoredMention]:
    return together(
        usual(24, langs=("pl", "ro")),
        usual(20, daily=4, brand="Avirelle", seed=9),
        burst(22 * 24 + 10, 40),
        burst(22 * 24 + 14, 25, brand="Avirelle", name="other", text="Nu mai cumpărați de aici!"),
        # Something for every part of the state: far ahead, late, a lone surrogate.
        [replace(mention(0, number="wrong"), time=START + timedelta(days=900), text="\ud83d")],
        [mention(10, number="late")],
    )


@pytest.mark.parametrize("seed", range(4))
def test_stopped_anywhere_and_loaded_it_says_the_same(
    tmp_path: Path, history: list[ScoredMention], seed: int
) -> None:
    draw = Random(seed)
    shuffled = sorted(
        history,
        key=lambda one: one.time.timestamp() + draw.uniform(0, 9000),  # type: ignore[union-attr]
    )
    whole = Watch()
    expected = [a.to_dict() for one in shuffled for a in whole.add(one)]
    expected += [a.to_dict() for a in whole.finish()]
    assert expected
    watch, found = Watch(), []
    stops = sorted(draw.sample(range(len(shuffled)), 6))
    for number, one in enumerate(shuffled):
        found += [a.to_dict() for a in watch.add(one)]
        if number in stops:
            save_watch(watch, tmp_path / "state", {"records": number})
            watch, position = load_watch(tmp_path / "state")
            assert position == {"records": number}
    found += [a.to_dict() for a in watch.finish()]
    assert found == expected
    assert watch.report == whole.report


def test_only_the_owner_may_read_the_texts_of_a_state(
    tmp_path: Path, history: list[ScoredMention]
) -> None:
    save_watch(Watch(), tmp_path / "state")
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [tmp_path / "state"]


def test_other_options_are_refused_by_name(tmp_path: Path) -> None:
    save_watch(Watch(WatchOptions(alarms=2.0)), tmp_path / "state")
    with pytest.raises(WatchStateError, match=r"begun with alarms 2.0, now it is 1.0"):
        load_watch(tmp_path / "state")
    with pytest.raises(WatchStateError, match="begun with texts True"):
        load_watch(tmp_path / "state", WatchOptions(alarms=2.0), texts=False)


def test_a_damaged_state_is_an_error_and_no_crash(tmp_path: Path) -> None:
    path = tmp_path / "state"
    watch = Watch()
    for one in usual(3):
        watch.add(one)
    save_watch(watch, path)
    whole = path.read_bytes()
    draw = Random(0)
    for _ in range(40):
        cut = bytearray(whole)
        for _ in range(3):
            cut[draw.randrange(len(cut))] ^= 1 << draw.randrange(8)
        path.write_bytes(cut[: draw.randrange(len(cut))] if draw.random() < 0.5 else cut)
        try:
            load_watch(path)
        except WatchStateError as error:
            assert str(path) in str(error)
    path.write_bytes(b"")
    with pytest.raises(WatchStateError, match="no state of a watch"):
        load_watch(path)

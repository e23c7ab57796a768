"""Speed is measured by the real path, one mention at a time."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from mentionlens.cpu import available_cpus, default_threads
from mentionlens_training.evaluation.predictions import EvaluationError
from mentionlens_training.evaluation.speed import machine_name, measure_speed, milliseconds

TEXTS = [f"Paczka numer {i} nie przyszła {'na czas ' * (i % 5)}" for i in range(60)]


def test_a_bundle_is_timed(committed_bundle: Path) -> None:
    speed = measure_speed(committed_bundle, TEXTS, bulk_rate=812.345, mentions=40)
    assert speed.mentions == 40
    assert 0 < speed.p50_ms <= speed.p95_ms < 10_000
    assert min(map(len, TEXTS)) <= speed.median_characters <= max(map(len, TEXTS))
    assert speed.bulk_mentions_per_second == 812.3
    assert speed.threads == default_threads()
    # A busy machine is called so, behind its name.
    assert speed.machine.startswith(machine_name())


def test_fewer_texts_are_all_timed(committed_bundle: Path) -> None:
    speed = measure_speed(committed_bundle, ["a", "bbb", "ccccc"], bulk_rate=None, threads=3)
    assert (speed.mentions, speed.median_characters, speed.threads) == (3, 3, 3)
    assert speed.bulk_mentions_per_second is None


def test_the_draw_depends_on_the_seed_alone(committed_bundle: Path) -> None:
    lengths = ["x" * i for i in range(1, 400)]
    first, again, other = (
        measure_speed(committed_bundle, lengths, bulk_rate=None, mentions=3, seed=seed)
        for seed in (1, 1, 2)
    )
    assert first.median_characters == again.median_characters != other.median_characters


@pytest.mark.parametrize(("texts", "mentions"), [([], 200), (["a"], 0)])
def test_nothing_to_time_is_refused(
    committed_bundle: Path, texts: list[str], mentions: int
) -> None:
    with pytest.raises(EvaluationError, match="1 or more texts"):
        measure_speed(committed_bundle, texts, bulk_rate=None, mentions=mentions)


@pytest.mark.parametrize(("load", "said"), [(0.3, False), (99.5, True)])
def test_a_busy_machine_is_called_so(
    committed_bundle: Path, monkeypatch: pytest.MonkeyPatch, load: float, said: bool
) -> None:
    monkeypatch.setattr("os.getloadavg", lambda: (load, load, load), raising=False)
    machine = measure_speed(committed_bundle, ["a"], bulk_rate=None).machine
    assert machine.endswith("busy with other work (load 99.5)") is said


def test_a_call_is_timed_in_milliseconds() -> None:
    assert 20 <= milliseconds(lambda _: time.sleep(0.02), "") < 2_000


def test_the_processor_has_a_name(tmp_path: Path) -> None:
    info = tmp_path / "cpuinfo"
    info.write_text("processor\t: 0\nmodel name\t: Zeta 9 @ 3: fast\nmodel name : b\n", "utf-8")
    cores = "1 core" if available_cpus() == 1 else f"{available_cpus()} cores"
    assert machine_name(info) == f"Zeta 9 @ 3: fast, {cores}"


@pytest.mark.parametrize("content", [None, b"", b"Hardware : board\n", b"model name :\n\xff"])
def test_without_that_name_there_is_another(tmp_path: Path, content: bytes | None) -> None:
    info = tmp_path / "cpuinfo"
    if content is not None:
        info.write_bytes(content)
    name, _, cores = machine_name(info).rpartition(", ")
    assert name
    assert cores.split()[0] == str(available_cpus())

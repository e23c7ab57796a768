"""How many threads are taken: what was asked for, or what affinity and control groups grant."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from mentionlens.cpu import available_cpus
from tiny_bundle import COMMITTED

needs_affinity = pytest.mark.skipif(
    not hasattr(os, "sched_setaffinity"), reason="no affinity on this platform"
)
needs_proc = pytest.mark.skipif(
    not Path("/proc/self/task").is_dir(), reason="threads are counted in /proc"
)

# Prints how many threads of the operating system answering many batches has added.
COUNT = """
import os, sys
cpus, threads = eval(sys.argv[1]), eval(sys.argv[2])
if cpus:
    os.sched_setaffinity(0, cpus)
import numpy, onnxruntime, tokenizers
from mentionlens import MentionClassifier
from mentionlens.cpu import default_threads
before = len(os.listdir("/proc/self/task"))
classifier = MentionClassifier(sys.argv[3], threads=threads)
rows = list(classifier.predict_iter([f"paczka {i}" for i in range(2000)], batch_size=2))
assert len(rows) == 2000
print(default_threads(), len(os.listdir("/proc/self/task")) - before)
"""


def count_threads(cpus, threads):
    """Return the default, and the threads that were started, in a process on these processors."""
    command = [sys.executable, "-c", COUNT, repr(cpus), repr(threads), str(COMMITTED)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    default, started = map(int, done.stdout.split())
    return default, started


@needs_affinity
@needs_proc
def test_a_process_on_one_processor_starts_no_thread():
    one = set(sorted(os.sched_getaffinity(0))[:1])
    assert count_threads(one, None) == (1, 0)


@needs_affinity
@needs_proc
def test_a_process_on_two_processors_starts_two():
    two = set(sorted(os.sched_getaffinity(0))[:2])
    if len(two) < 2 or available_cpus() < 2:
        pytest.skip("one processor is all there is")
    assert count_threads(two, None) == (2, 2)


@needs_proc
@pytest.mark.parametrize(("threads", "started"), [(1, 0), (3, 3), (7, 7)])
def test_as_many_threads_as_asked_for_are_started(threads, started):
    assert count_threads(None, threads)[1] == started


@needs_affinity
def test_the_affinity_of_the_calling_thread_counts():
    everything = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, set(sorted(everything)[:1]))
        assert available_cpus() == 1
    finally:
        os.sched_setaffinity(0, everything)


def grant(folder, quota):
    """Write the quota of a version 2 group."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cpu.max").write_text(f"{quota}\n")


@pytest.fixture
def plenty(monkeypatch):
    """Let the machine have eight processors, so that every quota below tells."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)


def test_the_quota_of_a_nested_group_counts(tmp_path, plenty):
    membership = tmp_path / "membership"
    membership.write_text("0::/system.slice/mentions.service\n")
    root = tmp_path / "cgroup"
    grant(root / "system.slice/mentions.service", "300000 100000")
    assert available_cpus(root, membership) == 3
    # The group above grants less.
    grant(root / "system.slice", "150000 100000")
    assert available_cpus(root, membership) == 2
    grant(root / "system.slice", "max 100000")
    assert available_cpus(root, membership) == 3
    grant(root / "other.slice", "100000 100000")
    assert available_cpus(root, membership) == 3


def test_a_group_named_as_the_host_sees_it_is_the_root_in_a_container(tmp_path, plenty):
    membership = tmp_path / "membership"
    membership.write_text("4:cpu,cpuacct:/docker/0123abcd\n0::/docker/0123abcd\n")
    root = tmp_path / "cgroup"
    (root / "cpu").mkdir(parents=True)
    (root / "cpu/cpu.cfs_quota_us").write_text("200000\n")
    (root / "cpu/cpu.cfs_period_us").write_text("100000\n")
    assert available_cpus(root, membership) == 2


def test_a_nested_group_of_the_older_layout_counts(tmp_path, plenty):
    membership = tmp_path / "membership"
    membership.write_text("9:name=systemd:/a\n5:devices:/b\n3:cpu,cpuacct:/jobs/one\n")
    group = tmp_path / "cgroup/cpu/jobs/one"
    group.mkdir(parents=True)
    (group / "cpu.cfs_quota_us").write_text("350000\n")
    (group / "cpu.cfs_period_us").write_text("100000\n")
    assert available_cpus(tmp_path / "cgroup", membership) == 4


@pytest.mark.parametrize("content", ["", "nonsense\n", "0::\n", "0::/\n", "::::\n", "\x00\n"])
def test_a_membership_that_says_nothing_limits_nothing(tmp_path, plenty, content):
    membership = tmp_path / "membership"
    membership.write_text(content)
    assert available_cpus(tmp_path / "nothing", membership) == 8
    assert available_cpus(tmp_path / "nothing", tmp_path / "absent") == 8

"""How many processors this process may use."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

__all__ = ["available_cpus", "default_threads"]

_MOST_THREADS = 4
_CGROUP = Path("/sys/fs/cgroup")
_MEMBERSHIP = Path("/proc/self/cgroup")


def available_cpus(cgroup: Path = _CGROUP, membership: Path = _MEMBERSHIP) -> int:
    """Return the processors granted by the affinity mask and the quotas of the control groups.

    Args:
        cgroup: root of the cgroup file system; version 2 and version 1 layouts are read.
        membership: file that names the groups of this process below that root, as
            `/proc/self/cgroup` does. The quota of each group above its own holds too.

    Returns:
        1 or more; a quota of 1.5 processors counts as 2.
    """
    cpus = os.cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):  # not on macOS and Windows
        cpus = len(os.sched_getaffinity(0))
    for folder in _groups(cgroup, membership):
        quota = _quota(folder)
        if quota is not None:
            cpus = min(cpus, math.ceil(quota))
    return max(1, cpus)


def default_threads() -> int:
    """Return the runs side by side: the available processors, but no more than four.

    Whoever has the machine to themselves asks for more; a library does not take it all.
    """
    return min(available_cpus(), _MOST_THREADS)


def _groups(cgroup: Path, membership: Path) -> Iterator[Path]:
    """Yield the folders that may hold a quota for this process, the root's included.

    In a container the root is often the process's own group, and the named one is not there.
    """
    roots = {"": cgroup, "cpu": cgroup / "cpu"}
    yield from roots.values()
    try:
        lines = membership.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:  # only Linux has control groups
        return
    for line in lines:
        _, controllers, path = [*line.split(":", 2), "", ""][:3]
        # Version 2 names no controllers.
        version = "cpu" if "cpu" in controllers.split(",") else controllers
        if version in roots:
            parts = PurePosixPath(path).parts[1:]
            for end in range(1, len(parts) + 1):
                yield roots[version].joinpath(*parts[:end])


def _quota(folder: Path) -> float | None:
    """Return the quota of a group in processors; None where there is no limit."""
    try:
        if (folder / "cpu.max").is_file():
            quota, period = (folder / "cpu.max").read_text().split()
        else:
            quota = (folder / "cpu.cfs_quota_us").read_text().strip()
            period = (folder / "cpu.cfs_period_us").read_text().strip()
        if quota in ("max", "-1"):
            return None
        return int(quota) / int(period)
    except (OSError, ValueError, ZeroDivisionError):
        return None

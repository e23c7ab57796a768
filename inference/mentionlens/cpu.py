"""How many processors this process may use."""

from __future__ import annotations

import math
import os
from pathlib import Path

__all__ = ["available_cpus", "default_threads"]

_MOST_THREADS = 4
_CGROUP = Path("/sys/fs/cgroup")


def available_cpus(cgroup: Path = _CGROUP) -> int:
    """Return the processors granted by the affinity mask and the quota of the control group.

    Args:
        cgroup: root of the cgroup file system; version 2 and version 1 layouts are read.

    Returns:
        1 or more; a quota of 1.5 processors counts as 2.
    """
    cpus = os.cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):  # not on macOS and Windows
        cpus = len(os.sched_getaffinity(0))
    quota = _quota(cgroup)
    return max(1, cpus if quota is None else min(cpus, math.ceil(quota)))


def default_threads() -> int:
    """Return the runs side by side: the available processors, but no more than four.

    Whoever has the machine to themselves asks for more; a library does not take it all.
    """
    return min(available_cpus(), _MOST_THREADS)


def _quota(cgroup: Path) -> float | None:
    """Return the quota in processors; None where there is no limit."""
    try:
        if (cgroup / "cpu.max").is_file():
            quota, period = (cgroup / "cpu.max").read_text().split()
        else:
            quota = (cgroup / "cpu/cpu.cfs_quota_us").read_text().strip()
            period = (cgroup / "cpu/cpu.cfs_period_us").read_text().strip()
        if quota in ("max", "-1"):
            return None
        return int(quota) / int(period)
    except (OSError, ValueError, ZeroDivisionError):
        return None

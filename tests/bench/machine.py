"""What processes cost: CPU seconds by group with their children, resident memory, and what strangers took meanwhile."""

from __future__ import annotations

import platform
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Reading:
    """One look at the machine."""

    at: float
    cpu_s: Mapping[str, float]
    ours_s: float
    machine_s: float


@dataclass(frozen=True, slots=True)
class Used:
    """What happened between two readings."""

    wall_s: float
    cpu_s: Mapping[str, float]
    strangers_share: float
    """Of all cores together, what processes took that this measurement did not start; also what a host stole."""

    def per_message(self, count: int) -> dict[str, float]:
        """CPU microseconds per message of each group."""
        return {name: round(seconds / count * 1e6, 1) for name, seconds in self.cpu_s.items()}


class Meter:
    """Reads the CPU time of groups of processes, each named by the root of its tree."""

    def __init__(self, roots: Mapping[str, int]) -> None:
        self._roots = {name: psutil.Process(pid) for name, pid in roots.items()}

    def read(self) -> Reading:
        """CPU seconds of every group, of all that this process started, and of the whole machine."""
        cpu = {name: tree_cpu_s(root) for name, root in self._roots.items()}
        return Reading(time.monotonic(), cpu, tree_cpu_s(psutil.Process()), _machine_cpu_s())


def between(before: Reading, after: Reading) -> Used:
    """What was used between two readings of the same meter."""
    wall = max(after.at - before.at, 1e-9)
    cpu = {name: after.cpu_s[name] - before.cpu_s[name] for name in after.cpu_s}
    strangers = (after.machine_s - before.machine_s) - (after.ours_s - before.ours_s)
    share = max(0.0, strangers) / (wall * (psutil.cpu_count() or 1))
    return Used(wall, cpu, round(min(share, 1.0), 3))


def tree_cpu_s(root: psutil.Process) -> float:
    """CPU seconds of a process, its living descendants, and the dead ones that were waited for."""
    found = 0.0
    for process in [root, *root.children(recursive=True)]:
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue  # it is in the children's time of its parent from now on
        found += times.user + times.system + times.children_user + times.children_system
    return found


def memory_mb(pid: int) -> float:
    """Resident memory of one process in megabytes."""
    return float(psutil.Process(pid).memory_info().rss) / MEGABYTE


def _machine_cpu_s() -> float:
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - times.iowait - times.guest - times.guest_nice)


def description() -> dict[str, object]:
    """The machine, as far as a reader of the numbers needs to know it."""
    models = [line.partition(":")[2].strip() for line in _cpuinfo() if line.startswith("model name")]
    return {
        "cores": psutil.cpu_count(),
        "cpu": models[0] if models else platform.machine(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


def _cpuinfo() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text().splitlines() if path.exists() else []

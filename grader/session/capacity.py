"""How many processes of the grader the machine, or the container that this one is in, has room for."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

_GIGABYTE = 1 << 30  # of memory, that one process takes with its zygotes and a worker
_MOST_UNKNOWN = 4  # processes where the system does not tell its memory, as macOS and Windows
_GROUPS = Path("/sys/fs/cgroup")


def room() -> int:
    """As many processes as there are cores and gigabytes of memory, and at least one."""
    memory = free_memory()
    return max(1, min(cores(), _MOST_UNKNOWN if memory is None else memory // _GIGABYTE))


def cores() -> int:
    """The cores that this process may use, by its affinity and its group's share."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    for folder in _groups("cpu"):
        words = _text(folder / "cpu.max").split() or [
            _text(folder / "cpu.cfs_quota_us").strip(),
            _text(folder / "cpu.cfs_period_us").strip(),
        ]
        if len(words) == 2 and words[0].isdecimal() and words[1].isdecimal() and int(words[1]) > 0:
            allowed = min(allowed, int(words[0]) // int(words[1]))
    return max(1, allowed)


def free_memory() -> int | None:
    """The bytes of memory that can still be had; None where the system does not tell."""
    lines = _text(Path("/proc/meminfo")).splitlines()
    free = [int(line.split()[1]) << 10 for line in lines if line.startswith("MemAvailable:")]
    for folder in _groups("memory"):
        for limit, used in (("memory.max", "memory.current"), ("memory.limit_in_bytes", "memory.usage_in_bytes")):
            most, taken = _text(folder / limit).strip(), _text(folder / used).strip()
            if most.isdecimal() and taken.isdecimal():
                free.append(max(0, int(most) - int(taken)))
    return min(free, default=None)


def _groups(controller: str) -> Iterator[Path]:
    """The folders of this process's control group and of those above it, in both versions.

    In a container the group's name may be the host's, and the container's own group is at the top.
    """
    for line in _text(Path("/proc/self/cgroup")).splitlines():
        _, controllers, name = line.split(":", 2)
        if controllers and controller not in controllers.split(","):
            continue
        top = _GROUPS / controller if controllers else _GROUPS
        path = Path(name.strip("/"))
        for part in (path, *path.parents):
            if (top / part).is_dir():
                yield top / part


def _text(path: Path) -> str:
    with contextlib.suppress(OSError, UnicodeDecodeError):
        return path.read_text()
    return ""

"""What a command costs: CPU time of all its processes, and the memory of the largest.

Whoever outlives the process that started it would escape `wait`: this process adopts such orphans and counts them too.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

_PR_SET_CHILD_SUBREAPER = 36
_PATIENCE = 10.0  # seconds that orphans have to end by themselves


class Usage(NamedTuple):
    """CPU seconds, seconds on the clock, and the peak of the largest process in MB."""

    cpu: float = 0.0
    wall: float = 0.0
    peak: float = 0.0

    def plus(self, other: Usage) -> Usage:
        """Both, one after the other."""
        return Usage(self.cpu + other.cpu, self.wall + other.wall, max(self.peak, other.peak))


class Ended(NamedTuple):
    """How a command ended: the exit code, negative for a signal, and its usage."""

    code: int
    usage: Usage


def _counted(found: resource.struct_rusage, wall: float = 0.0) -> Usage:
    return Usage(found.ru_utime + found.ru_stime, wall, found.ru_maxrss / 1024)


def adopt_orphans() -> None:
    """Become the parent of every descendant that loses its own. Called once, before anything is measured."""
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise SystemExit("prctl(PR_SET_CHILD_SUBREAPER) failed: what orphans use would not be counted")


def _orphans() -> Usage:
    """Wait for adopted processes, and end those that do not end."""
    total, until = Usage(), time.monotonic() + _PATIENCE
    while True:
        try:
            pid, _, found = os.wait4(-1, os.WNOHANG)
        except ChildProcessError:
            return total
        if pid:
            total = total.plus(_counted(found))
        elif time.monotonic() > until:
            for child in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split():
                os.kill(int(child), signal.SIGKILL)
            time.sleep(0.1)
        else:
            time.sleep(0.01)


def activated(python: Path) -> dict[str, str]:
    """The surroundings that `activate` makes of a virtual environment."""
    return {**os.environ, "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}"}


def measured(
    command: Sequence[str | Path], folder: Path, log: Path, environment: Mapping[str, str] | None = None
) -> Ended:
    """Run a command in a folder, its output appended to ``log``."""
    started = time.perf_counter()
    with log.open("ab") as out:
        child = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, env=environment
        )
        _, status, found = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    usage = _counted(found, time.perf_counter() - started)
    return Ended(child.returncode, usage.plus(_orphans()))

"""What several exercises at a time save, as a ratio of wall time within one run of this file.

    python benchmarks/parallel.py [--rounds 3] [--jobs 2] [lecture7 all]

Runs with one process and with several alternate, so that a busy machine is busy for both. Beside the ratio stands what
it would be on as many idle cores: there a run takes as long as its CPU time shared out among them, or, with one
process, as the first process takes when what it waited for a core is left out. That is a bound from below for several,
for a check that trains is one piece: what one core can do no sooner, none can.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GRADE = [sys.executable, "-c", "from grader.cli.main import main; main()"]


def waited(pid: int, until: threading.Event) -> list[float]:
    """How long others have kept a process's first thread from a core, in seconds; the last entry counts."""
    found = [0.0]
    while not until.wait(0.05):
        try:
            found.append(int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9)
        except OSError:
            break
    return found


def measured(units: list[str], jobs: int, folder: str) -> tuple[float, float, float]:
    """Wall time, CPU time of all processes, and what the first one waited for a core."""
    words = [*units, "--submission", str(ROOT / "solutions"), "--course", str(ROOT), "--jobs", str(jobs)]
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    child = subprocess.Popen([*GRADE, *words], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    ended, waits = threading.Event(), [0.0]
    watch = threading.Thread(target=lambda: waits.extend(waited(child.pid, ended)))
    watch.start()
    code = child.wait()
    seconds = time.perf_counter() - started
    ended.set()
    watch.join()
    if code != 0:
        raise SystemExit(f"grade {' '.join(words)} ended with exit code {code}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, waits[-1]


def compare(units: list[str], jobs: int, rounds: int) -> None:
    """Print the ratio of several processes to one."""
    runs: dict[int, list[tuple[float, float, float]]] = {1: [], jobs: []}
    with tempfile.TemporaryDirectory() as folder:
        measured(units, jobs, folder)  # warms the file cache
        for _ in range(rounds):
            for number, found in runs.items():
                found.append(measured(units, number, folder))
    one, several = ([statistics.median(column) for column in zip(*runs[n], strict=True)] for n in (1, jobs))
    idle = one[0] - one[2]
    print(
        f"grade {' '.join(units)}, -j {jobs} / -j 1: {several[0]:.1f} s / {one[0]:.1f} s = {several[0] / one[0]:.2f}   "
        f"CPU {several[1]:.1f} s / {one[1]:.1f} s; on {jobs} idle cores at least "
        f"{several[1] / jobs:.1f} s / {idle:.1f} s = {several[1] / jobs / idle:.2f}, "
        f"and {one[1] / jobs / idle:.2f} if a process cost nothing"
    )


def main() -> None:
    """Print a line for each unit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("units", nargs="*", default=["lecture7", "all"])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args()
    print(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores, medians of {given.rounds} rounds")
    for unit in given.units:
        compare([unit], given.jobs, given.rounds)


if __name__ == "__main__":
    main()

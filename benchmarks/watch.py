"""From a save to its verdict under `grade watch`, beside a cold run of the same exercise.

    python benchmarks/watch.py [--saves 50] [--cold 3] [UNIT|UNIT.EXERCISE …]

For every exercise without a training check: the solution is saved so many times, each time with another comment, and
each time the verdict is waited for; all of the way is in it, the file system's event, reading, grading and what the
screen is told. Then the median of some runs of `grade EXERCISE` on the same folder. Times of a busy machine say
little; the ratio says what watching is worth.
"""

from __future__ import annotations

import argparse
import io
import os
import queue
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from rich.console import Console

from grader.course import find_course
from grader.session.options import RunOptions
from grader.study.terminal import Terminal
from grader.study.watching import Watch

ROOT = Path(__file__).resolve().parents[1]
GRADE = [sys.executable, "-c", "from grader.cli.main import main; main()"]
PATIENCE = 300.0


class Watched:
    """A watch in a thread, and its verdicts."""

    def __init__(self, course, exercises, folder):
        self.folder = folder
        self.verdicts = queue.SimpleQueue()
        nowhere = Terminal(Console(file=io.StringIO()))
        self.watch = Watch(course, exercises, folder, RunOptions(), nowhere, lambda whole, *_: self.verdicts.put(whole))
        self.thread = threading.Thread(target=self.watch.run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.watch.is_done = True
        self.watch.events.put(None)
        self.thread.join()

    def seconds(self, exercise, text):
        """Save a text; the time until its verdict is there."""
        path = self.folder / exercise.unit / f"{exercise.name}.py"
        new = path.with_suffix(".new")
        new.write_text(text)
        before = self.watch.standing.results.get(exercise.id)
        started = time.perf_counter()
        new.replace(path)
        while True:
            report = self.verdicts.get(timeout=PATIENCE)
            result = next((one for one in report.exercises if one.exercise == exercise.id), None)
            if result is not None and result is not before:
                return time.perf_counter() - started, result.status


def cold(exercise, folder, runs):
    """The median time of a run that starts from nothing."""
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        subprocess.run([*GRADE, exercise.id, "--submission", str(folder)], check=True, capture_output=True, cwd="/tmp")
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*")
    parser.add_argument("--saves", type=int, default=50)
    parser.add_argument("--cold", type=int, default=3)
    arguments = parser.parse_args()
    course = find_course(ROOT)
    exercises = [e for e in course.resolve(arguments.names) if "@training" not in e.checks.read_text("utf-8")]
    print(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores, {arguments.saves} saves, {arguments.cold} cold runs")
    print(f"{'exercise':32} {'median':>7} {'95 %':>7} {'cold':>7} {'ratio':>6}")
    medians, ratios = [], []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place, "exercises")
        shutil.copytree(ROOT / "exercises", folder, ignore=shutil.ignore_patterns("__pycache__"))
        for exercise in course.exercises:  # what others build on is done
            if exercise not in exercises:
                shutil.copy(exercise.solution, folder / exercise.unit / f"{exercise.name}.py")
        with Watched(course, exercises, folder) as watched:
            for exercise in exercises:
                text = exercise.solution.read_text("utf-8")
                watched.seconds(
                    exercise, text
                )  # its checks and its solution are imported, and what it builds on graded
                times = []
                for number in range(arguments.saves):
                    seconds, status = watched.seconds(exercise, f"{text}\n# {number}\n")
                    assert status == "passed", (exercise.id, status)
                    times.append(seconds)
                median = statistics.median(times)
                late = sorted(times)[max(round(0.95 * len(times)) - 1, 0)]
                whole = cold(exercise, folder, arguments.cold)
                medians.append(median)
                ratios.append(median / whole)
                row = f"{exercise.id:32} {median:7.3f} {late:7.3f} {whole:7.2f} {median / whole:6.3f}"
                print(row, flush=True)
    print(f"{'median of all':32} {statistics.median(medians):7.3f} {'':7} {'':7} {statistics.median(ratios):6.3f}")
    print(f"within 0.3 s: {sum(m <= 0.3 for m in medians)} of {len(medians)}; ", end="")
    print(f"within 0.15 of a cold run: {sum(r <= 0.15 for r in ratios)} of {len(ratios)}")


if __name__ == "__main__":
    main()

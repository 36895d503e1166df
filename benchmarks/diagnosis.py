"""What diagnosis adds to a failing check, and to a passing one; how long failing checks take.

    python benchmarks/diagnosis.py [lecture5 …] [--every 1]

Grades every wrong answer of the banks and measures how long the engine thinks about each failed check, then the time
in it while the solutions are graded, which is none: it is not called.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from pathlib import Path
from typing import Any

from grader.author.gallery import with_answer
from grader.course import find_course, read_submission
from grader.diagnosis.bank import read_bank
from grader.session import outcome
from grader.session.grading import Session
from grader.session.options import RunOptions

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Print median, 95th percentile and maximum."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", default=["lecture5"])
    parser.add_argument("--every", type=int, default=1, help="take every so manieth wrong answer")
    options = parser.parse_args()
    course = find_course(ROOT)
    exercises = course.resolve(options.names)
    solutions = read_submission(course.root / "solutions", course)
    times: list[tuple[float, str]] = []
    searched: list[tuple[float, str]] = []
    now = ""
    diagnose = outcome.diagnose

    def timed(*args: Any, **kwargs: Any) -> Any:
        started = time.perf_counter()
        found = diagnose(*args, **kwargs)
        times.append((time.perf_counter() - started, now))
        return found

    outcome.diagnose = timed
    with Session(course, exercises, RunOptions(alone=True)) as session:
        session.grade(exercises, solutions, 1000)
        print(f"passing checks: diagnosis was called {len(times)} times")
        times.clear()
        for exercise in exercises:
            for entry in read_bank(exercise.bank, exercise.solution)[:: options.every]:
                now = f"{exercise.id} {entry.name}"
                report = session.grade([exercise], with_answer(solutions, exercise, entry.source), 1000)
                searched += [
                    (check.seconds, f"{now} {check.name}")
                    for result in report.exercises
                    for check in result.checks
                    if check.failure is not None and check.failure.counterexample is not None
                ]
    taken = sorted(seconds * 1e3 for seconds, _ in times)
    print(
        f"failing checks: {len(taken)}, load {os.getloadavg()[0]:.1f}: median {statistics.median(taken):.1f} ms, "
        f"95 % {taken[int(0.95 * len(taken))]:.0f} ms, most {taken[-1]:.0f} ms   goal: median ≤ 100 ms"
    )
    for seconds, what in sorted(times, reverse=True)[:5]:
        print(f"  {seconds * 1e3:6.0f} ms  {what}")
    if searched:
        whole = sorted(searched)
        print(
            f"whole checks, the search for a smaller input included: median {whole[len(whole) // 2][0]:.2f} s, "
            f"95 % {whole[int(0.95 * len(whole))][0]:.2f} s, most {whole[-1][0]:.2f} s ({whole[-1][1]})"
        )


if __name__ == "__main__":
    main()

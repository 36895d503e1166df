"""Draws docs/failing-check.svg: what a learner sees, from a real run on a real mistake.

python docs/picture.py
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import msgspec
from rich.console import Console

from grader.course import find_course, read_submission
from grader.reports.model import ExerciseResult
from grader.reports.terminal import print_report
from grader.session.grading import GradingSession, Options

ROOT = Path(__file__).resolve().parents[1]
DONE = ("tokenizer", "batches", "bigram", "averaging")


def main() -> None:
    """Grade a half-done lecture7 whose attention forgets its mask, and save the terminal's picture."""
    course = find_course(ROOT)
    exercises = course.resolve(["lecture7"])
    solutions = read_submission(ROOT / "solutions", course)
    files = dict(read_submission(ROOT / "exercises", course).files)
    for name in DONE:
        files[f"lecture7.{name}"] = dataclasses.replace(
            solutions.files[f"lecture7.{name}"], display=f"exercises/lecture7/{name}.py"
        )
    right = solutions.files["lecture7.head"]
    wrong = "".join(
        line for line in right.text.splitlines(keepends=True) if "masked_fill" not in line or "#   " in line
    )
    assert wrong != right.text
    files[right.module] = dataclasses.replace(right, text=wrong, display="exercises/lecture7/head.py")
    submission = dataclasses.replace(solutions, files=files)
    with GradingSession(course, exercises, Options(seed=8123)) as session:
        report = session.grade(exercises, submission)
    shown = [_first_failure_only(result) for result in report.exercises]
    console = Console(width=88, record=True, force_terminal=True)
    print_report(msgspec.structs.replace(report, exercises=tuple(shown)), console)
    console.save_svg(str(ROOT / "docs" / "failing-check.svg"), title="grade lecture7")


def _first_failure_only(result: ExerciseResult) -> ExerciseResult:
    """Keep the picture small: of several failed checks the first, which has the smallest input."""
    failed = [check for check in result.checks if check.failure is not None and check.failure.counterexample]
    if len(failed) < 2:
        return result
    kept = tuple(check for check in result.checks if check not in failed[1:])
    return msgspec.structs.replace(result, checks=kept)


if __name__ == "__main__":
    main()

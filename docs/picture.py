"""Draws what a learner sees, from real runs on real mistakes: docs/failing-check.svg and docs/report.png.

python docs/picture.py        (the page wants a Chromium on the PATH)
"""

from __future__ import annotations

import dataclasses
import sys
import tempfile
from pathlib import Path

import msgspec
from rich.console import Console

from grader.author.gallery import with_answer
from grader.course import find_course, read_submission
from grader.diagnosis.bank import read_bank
from grader.reports.html import to_html
from grader.reports.model import ExerciseResult
from grader.reports.terminal import print_report
from grader.session.grading import Session
from grader.session.options import RunOptions

ROOT = Path(__file__).resolve().parents[1]
DONE = ("tokenizer", "batches", "bigram", "averaging")


MISTAKES = {"cross_entropy": "The loss is a mean", "atomic": "counts is used twice"}  # how their sentences begin
WIDTH, HEIGHT = 1290, 1400


def terminal() -> None:
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
    with Session(course, exercises, RunOptions(seed=8123)) as session:
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


def page() -> None:
    """Grade lecture5 with two mistakes, and take a picture of the page."""
    sys.path.insert(0, str(ROOT / "tests" / "grader"))
    from chromium import browser, find_chromium

    if find_chromium() is None:
        raise SystemExit("There is no Chromium here: docs/report.png stays as it is.")
    course = find_course(ROOT)
    exercises = course.resolve([f"lecture5.{name}" for name in MISTAKES])
    submission = read_submission(ROOT / "solutions", course)
    for exercise in exercises:
        bank = read_bank(exercise.bank, exercise.solution)
        mistake = next(entry for entry in bank if entry.sentence.startswith(MISTAKES[exercise.name]))
        submission = with_answer(submission, exercise, mistake.source)
    with Session(course, exercises, RunOptions(seed=8123, alone=True)) as session:
        report = session.grade(exercises, submission)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:  # Chromium writes on
        file = Path(folder) / "page.html"
        file.write_bytes(to_html(report, graphs={e.id: e.graph for e in exercises if e.graph}))
        with browser(Path(folder) / "profile") as opened:
            opened.open(file, WIDTH)
            opened.picture(ROOT / "docs" / "report.png", HEIGHT)


if __name__ == "__main__":
    terminal()
    page()

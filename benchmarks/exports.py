"""Seconds of each export of a gradebook of 2,000 hand-ins, 14 exercises and 6 checks each; feedback per learner.

    python benchmarks/exports.py [HAND-INS]

Of the processor and, in brackets, of the clock: a busy machine makes the second longer.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path

from grader.cohort.exports.canvas import fill_canvas
from grader.cohort.exports.class_grades import class_grades
from grader.cohort.exports.csv_format import to_csv, to_long_csv
from grader.cohort.exports.feedback import feedback
from grader.cohort.exports.file_names import plain_naming
from grader.cohort.exports.json_format import to_json
from grader.cohort.exports.moodle import fill_moodle
from grader.cohort.gradebook import Gradebook
from grader.cohort.policies import read_policies
from grader.course import find_course
from grader.reports.model import CheckResult, Counterexample, ExerciseResult, Failure, Finding, Value, Verdict

CHECKS, EXERCISES, PAGES = 6, 14, 100
POLICIES = """
zone = "Europe/Berlin"
late_days = 3
penalty = "10%"
round_to = 0.5
[units.lecture5]
due = 2026-11-03T12:00:00
[units.lecture7]
due = 2026-11-05T12:00:00
"""


def fill(book: Gradebook, exercises, people: int) -> None:
    """A class; a third of the checks fails."""
    random_ = random.Random(1)
    run = book.begin_run(started="2026-11-01T10:00:00+00:00", seed=1, options="{}", isolation="full")
    book.query("PRAGMA synchronous = OFF")
    example = Counterexample((Value("logits", "[[0, 0], [0, 0]]"),), "[[1, 2]]", "[[3, 4]]", "autograd")
    for number in range(people):
        learner = book.learner(f"canvas:{number}", name=f"Müller, Kim {number}", number=str(number), enrolled=True)
        content, day = f"{number:064x}", 1 + number % 9
        source = f"hand-ins/kim_{number}_{9000 + number}_all.zip"
        book.hand_in(learner, source, content, run, time=f"2026-11-0{day}T12:00:00+00:00")
        for exercise in exercises:
            grading = book.begin(
                run, learner=learner, content=content, exercise=exercise.id, course="c", grader="g", options="o",
                seed=number,
            )  # fmt: skip
            checks = []
            for place in range(CHECKS):
                name, demand = f"test_{place}", f"Demand {place} of {exercise.id} holds for any batch."
                if random_.random() < 2 / 3:
                    checks.append(CheckResult(name, demand, Verdict.PASSED, 1, seconds=0.01))
                    continue
                found = (Finding("misconception", "N is divided by twice.", "twice"),)
                failure = Failure("It differs in 4 of 4 values.", found, example, location=f"{exercise.name}.py:3")
                checks.append(CheckResult(name, demand, Verdict.FAILED, 1, failure=failure, seconds=0.01))
            book.end(grading, ExerciseResult(exercise.id, exercise.title, f"{exercise.name}.py", tuple(checks)))
    book.end_run(run, ended="2026-11-01T11:00:00+00:00")


def timed(name: str, call) -> object:
    """Call it, and print how long that took."""
    begun, cpu = time.perf_counter(), time.process_time()
    made = call()
    size = f", {len(made) / 1e6:.1f} MB" if isinstance(made, bytes) else ""
    print(f"{name:<10} {time.process_time() - cpu:6.2f} s ({time.perf_counter() - begun:.2f} s){size}")
    return made


def main() -> None:
    """Fill a gradebook, and time what is made of it."""
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    course = find_course(None)
    exercises = course.resolve(["lecture5", "lecture7"])[:EXERCISES]
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        (here / "cohort.toml").write_text(POLICIES)
        with Gradebook(here / "grades.db", write=True) as book:
            timed("filling", lambda: fill(book, exercises, people))
            rules = read_policies(here / "cohort.toml", course)
            grades = timed("grades", lambda: class_grades(book, rules, exercises))
            timed("csv", lambda: to_csv(grades))
            timed("csv --long", lambda: to_long_csv(book, grades))
            timed("json", lambda: to_json(grades))
            head = "Student,ID,SIS User ID,SIS Login ID,Section,Homework (1)\r\n    Points Possible,,,,,84\r\n"
            rows = "".join(f'"Müller, Kim {n}",{n},s{n},k{n},One,\r\n' for n in range(people))
            (here / "canvas.csv").write_text(head + rows)
            timed("canvas", lambda: fill_canvas(here / "canvas.csv", "", grades).content)
            head = "Identifier,Full name,Grade,Maximum Grade,Grade can be changed,Feedback comments\n"
            rows = "".join(f'Participant {n},"Müller, Kim {n}",,84,Yes,""\n' for n in range(people))
            (here / "moodle.csv").write_text(head + rows)
            timed("moodle", lambda: fill_moodle(here / "moodle.csv", grades).content)
            begun, made, size = time.process_time(), feedback(book, grades, course, plain_naming()), 0
            pages = min(PAGES, people)
            for _ in range(pages):
                size += len(next(made).files[0][1])
            seconds = (time.process_time() - begun) / pages
            print(f"feedback   {1000 * seconds:6.0f} ms a learner, {size / pages / 1000:.0f} kB a page")


if __name__ == "__main__":
    main()

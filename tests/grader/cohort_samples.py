"""A gradebook of a made-up class, for tests of what is made of it."""

from __future__ import annotations

import random

from grader.reports.model import CheckResult, ExerciseResult, Failure, Finding, Verdict

EXERCISES = (("lecture5.linear", "a Linear layer"), ("lecture5.cross_entropy", "cross-entropy in one step"))
MISTAKES = (
    ("no-mean", "The loss is a mean over the batch, so its gradient carries 1/N."),
    ("twice", "N is divided by twice."),
    ("sign", "The target's probability is subtracted, not added."),
)
NAMES = ("Zoë O’Brien", "Müller, Jörg", "=cmd()", "ליאור כהן", "Ana María", "李雷", "x <b>y</b>", "Kim")


def checks(random_, exercise, points=(3, 2, 1)):
    """What became of the checks of an exercise."""
    mistake = random_.choice([None, None, *MISTAKES, ("", "")])
    for place, worth in enumerate(points):
        name, demand = f"test_{exercise}_{place}", f"Demand {place} of {exercise} holds for any batch."
        if mistake is None or place == 2:
            yield CheckResult(name, demand, Verdict.PASSED, worth, seconds=0.01)
        elif place == 0:
            found = (Finding("misconception", mistake[1], mistake[0]),) if mistake[0] else ()
            failure = Failure("dlogits is wrong in 12 of 12 numbers.", found, location="linear.py:3", output="π")
            yield CheckResult(name, demand, Verdict.FAILED, worth, failure=failure, seconds=0.02)
        else:
            failure = Failure("Not run: it waits for another.")
            yield CheckResult(name, demand, Verdict.BLOCKED, worth, failure=failure, waits_for=f"test_{exercise}_0")


def fill(book, people=8, exercises=EXERCISES, seed=1, start="2026-11-01T10:00:00+00:00", platform="canvas"):
    """Put a class in a gradebook: each learner with one hand-in, the last with an empty one, one with none."""
    random_ = random.Random(seed)
    run = book.begin_run(started=start, seed=7, options="{}", command="grade batch hand-ins", isolation="full")
    for number in range(people):
        name = NAMES[number % len(NAMES)] + (f" {number}" if number >= len(NAMES) else "")
        learner = book.learner(
            f"{platform}:{1000 + number}", enrolled=True, name=name, number=str(1000 + number), email=f"{number}@x.org"
        )
        if number == people - 2:
            continue  # handed in nothing
        empty = number == people - 1
        content = "" if empty else f"{number:064x}"
        fault = "The folder is empty." if empty else ""
        time = f"2026-11-0{1 + number % 7}T12:00:00+00:00"
        book.hand_in(learner, f"hand-ins/{number}", content, run, time=time, attempt=1, fault=fault)
        for exercise, title in () if empty else exercises:
            grading = book.begin(
                run, learner=learner, content=content, exercise=exercise, course="c1", grader="g1", options="o1",
                seed=random_.randrange(10**12),
            )  # fmt: skip
            found = tuple(checks(random_, exercise.partition(".")[2]))
            book.end(grading, ExerciseResult(exercise, title, "linear.py", found))
    book.end_run(run, ended="2026-11-01T10:05:00+00:00")
    return run

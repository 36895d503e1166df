"""A gradebook of a crowd: mistakes of all kinds, crashes, time-outs, faults of the grader; written at a stroke."""

from __future__ import annotations

import random
import zlib

import msgspec
from cohort_samples import NAMES

from grader.reports.model import (
    CheckResult,
    Counterexample,
    ErrorMap,
    ExerciseResult,
    Failure,
    Finding,
    Frame,
    Value,
    Verdict,
)

EXERCISES = (
    *(f"lecture5.{name}" for name in ("forward", "atomic", "linear", "tanh_embedding", "cross_entropy", "batchnorm")),
    *(f"lecture7.{name}" for name in (
        "tokenizer", "batches", "bigram", "averaging", "head", "multi_head", "feed_forward", "block",
    )),
)  # fmt: skip
MISTAKES = (
    (
        "divides-twice",
        "The loss is a mean over the batch, so its gradient carries 1/N once. Here N is divided by twice.",
    ),
    ("no-mean", "The loss is a mean over the batch, so its gradient carries 1/N."),
    ("sign", "The one-hot target is subtracted from the probabilities, not added to them."),
    ("axis", "The softmax runs along the last axis, over the classes; here it runs along the batch."),
    ("state-kept", "A second call gives another answer: what the first one added up is still there."),
)
KINDS = (
    ("passed", 55), ("named", 18), ("ratio", 5), ("other", 5), ("raised", 6), ("timeout", 3), ("crashed", 2),
    ("missing", 2), ("idle", 3), ("blocked", 1), ("fault", 0.2),
)  # fmt: skip
COLUMNS = (
    "id, learner, content, exercise, title, file, course, grader, options, seed, run, state, status, points, earned, "
    "bonus_points, bonus_earned, seconds, blocked_by, notes, fault"
)


def error_map(random_, rows=12, columns=27):
    """Where an answer is wrong, as large as those of real runs."""
    errors = tuple(tuple(random_.choice([0.0, random_.random()]) for _ in range(columns)) for _ in range(rows))
    near = tuple(tuple(f"{random_.gauss(0, 1):.6g}" for _ in range(8)) for _ in range(8))
    return ErrorMap("dlogits", (rows, columns), errors, 0.9, 1.0, 1e-6, 170, (0, 3), near, near)


def first_failure(random_, kind, name):
    """What became of the first check of an exercise."""
    numbers = [random_.gauss(0, 1) for _ in range(4)]
    ratio = random_.choice([2.0, -1.0])
    yours = {"ratio": [ratio * value for value in numbers], "other": [random_.gauss(0, 1) for _ in numbers]}
    shown = Counterexample(
        (Value("logits", "[[0, 0], [0, 1]]"), Value("targets", "[0, 1]")),
        str([float(f"{value:.6g}") for value in yours.get(kind, [value / 3 for value in numbers])]),
        str([float(f"{value:.6g}") for value in numbers]),
        "autograd",
    )
    headline = f"dlogits is wrong in {random_.randrange(1, 12)} of 12 numbers."
    frame = Frame("linear.py", 3, "backward", f"return x @ {name}  # SOURCE-OF-A-LEARNER")
    about = {"location": "hand-ins/SECRET-FILE.py:3", "output": "PRINTED-BY-A-LEARNER", "errors": error_map(random_)}
    match kind:
        case "named":
            found = random_.choices(MISTAKES, [9, 5, 4, 2, 1])[0]
            return Verdict.FAILED, Failure(headline, (Finding("misconception", found[1], found[0]),), shown, **about)
        case "ratio":
            law = Finding("pattern", f"Yours is {ratio:g} times what is expected.", "ratio")
            return Verdict.FAILED, Failure(headline, (law,), shown, **about)
        case "other":
            return Verdict.FAILED, Failure(headline, (), shown, **about)
        case "raised":
            word = random_.choice(["lgits", "dlogit", "tragets"])
            said = random_.choice(
                [
                    f"NameError: name '{word}' is not defined",
                    f"RuntimeError: mat1 and mat2 shapes cannot be multiplied ({random_.randrange(9)}x4 and 5x6)",
                    f"FileNotFoundError: [Errno 2] No such file: '/home/{name}/data.txt'",
                ]
            )
            return Verdict.RAISED, Failure(said, (), Counterexample(shown.inputs), (frame,), "linear.py:3")
        case "timeout":
            return Verdict.TIMEOUT, Failure("No answer within 6 s in backward(logits, targets).")
        case "crashed":
            return Verdict.CRASHED, Failure("No answer from backward(logits, targets): killed by signal 11.")
        case "missing":
            return Verdict.MISSING, Failure("linear.py is not there.", location="linear.py")
        case "idle":
            return Verdict.NOT_STARTED, Failure("backward is not written yet.")
        case "fault":
            return Verdict.GRADER_FAULT, Failure("The check itself failed (KeyError). This is not your mistake.")
    return Verdict.PASSED, None


def result(random_, exercise, kind, name, checks=6):
    """What became of an exercise."""
    verdict, failure = first_failure(random_, kind, name)
    found = [
        CheckResult("test_value", f"{exercise} gives the right values.", verdict, 3, failure=failure, seconds=0.02)
    ]
    whole = kind in {"missing", "idle", "blocked"}
    for place in range(1, checks):
        named = (f"test_property_{place}", f"Property {place} of {exercise} holds for any batch.")
        bonus = place == checks - 1
        if kind == "blocked":
            waits = Failure("Not run: lecture5.forward is not done.")
            found.append(CheckResult(*named, Verdict.BLOCKED, 1, failure=waits, bonus=bonus))
        elif whole:
            found.append(CheckResult(*named, verdict, 1, failure=failure, bonus=bonus))
        elif place == 1 and verdict is not Verdict.PASSED:
            waits = Failure("Not run: it waits for “the right values”.")
            found.append(CheckResult(*named, Verdict.BLOCKED, 1, failure=waits, waits_for="test_value"))
        else:
            found.append(CheckResult(*named, Verdict.PASSED, 1, seconds=0.01, bonus=bonus))
    if kind == "blocked":
        found[0] = CheckResult(*[found[0].name, found[0].demand], Verdict.BLOCKED, 3, failure=found[1].failure)
    blocker = "lecture5.forward" if kind == "blocked" else ""
    return ExerciseResult(exercise, f"title of {exercise}", "linear.py", tuple(found), blocked_by=blocker)


def crowd(book, people=2000, exercises=EXERCISES, seed=3, pool=40):
    """Fill a gradebook: one of forty hands in nothing, one an empty folder; two runs, the second of a third of them."""
    random_ = random.Random(seed)
    kinds, weights = zip(*KINDS, strict=True)
    samples = {
        (exercise, kind): [
            packed(result(random_, exercise, kind, NAMES[number % len(NAMES)]))
            for number in range(1 if kind in {"passed", "missing", "idle", "blocked", "timeout"} else pool)
        ]
        for exercise in exercises
        for kind in kinds
    }
    runs = [
        book.begin_run(started=f"2026-11-0{day}T10:00:00+00:00", seed=7, options="{}", command="grade batch hand-ins")
        for day in (1, 8)
    ]
    learners, hand_ins, gradings, results, findings = [], [], [], [], []
    for number in range(1, people + 1):
        name = NAMES[number % len(NAMES)] + f" {number}"
        email = f"{number}@example.org"
        learners.append(
            (number, f"canvas:{number + 90000}", name, str(number + 90000), f"login{number}", email, "A", 1)
        )
        if number % 40 == 7:
            continue
        content = "" if number % 40 == 9 else f"{number:064x}"
        fault = "" if content else "The folder is empty."
        time = f"2026-11-01T09:{number % 60:02}:00+00:00"
        run = runs[number % 3 == 0]
        hand_ins.append((number, number, f"hand-ins/{name}", content, time, fault, run))
        for exercise in exercises if content else ():
            kind = random_.choices(kinds, weights)[0]
            found, checks = random_.choice(samples[exercise, kind])
            grading = len(gradings) + 1
            fault = "Traceback (most recent call last)\n  …\n\nMemoryError" if kind == "fault" else ""
            gradings.append(
                (
                    grading, number, content, exercise, found.title, found.file, "c", "g", "o", len(gradings),
                    run, "fault" if fault else "done", found.status.value, found.points, found.earned,
                    found.bonus_points, found.bonus_earned, random_.expovariate(2), found.blocked_by, "[]", fault,
                )
            )  # fmt: skip
            for place, (columns, told) in enumerate(checks):
                results.append((len(results) + 1, grading, place, *columns))
                findings += [(len(results), rank, one.kind, one.name, one.text) for rank, one in enumerate(told)]
    with book.transaction() as do:
        for table, rows in (("learner", learners), ("result", results), ("finding", findings)):
            marks = ", ".join("?" * len(rows[0])) if rows else ""
            if table == "result":
                write(do, "hand_in (id, learner, source, content, time, fault, run)", hand_ins)
                write(do, f"grading ({COLUMNS})", gradings)
            do.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
    for run, day in zip(runs, (1, 8), strict=True):
        book.end_run(run, ended=f"2026-11-0{day}T10:20:00+00:00", isolation="full")


def write(do, table, rows):
    """Insert rows, if there are any."""
    if rows:
        do.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)


def packed(found):
    """An exercise's result, and its checks as the gradebook keeps them."""
    checks = []
    for check in found.checks:
        plain = check.verdict is Verdict.PASSED
        body = None if plain else zlib.compress(msgspec.msgpack.encode(check), 1)
        columns = (
            check.name, check.demand, check.verdict.value, check.points, check.bonus, check.waits_for, check.seconds,
            check.failure.headline if check.failure else "", body,
        )  # fmt: skip
        checks.append((columns, check.failure.findings if check.failure else ()))
    return found, checks

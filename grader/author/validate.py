"""`grade validate`: a course proves itself before anyone is graded by it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from grader.author.proof import FIRST_SEED, STABILITY_SEEDS, Problem, Proof, WrongAnswer
from grader.course import Course, Exercise
from grader.errors import UsageError
from grader.reports.matrix import Matrix
from grader.session.grading import Session
from grader.session.options import RunOptions
from grader.session.pool import Ended, Job, Pool

if TYPE_CHECKING:
    from grader.session.pool_process import Place

SEEDS = 20
TRAINING_SEEDS = 2  # a training check takes seconds; `--repeat` runs it as often as one likes
_AT_A_TIME = 10  # runs of one exercise, when solutions are graded again and again


class Validation(msgspec.Struct, frozen=True):
    """What validation found.

    Attributes:
        problems: empty when the course can be trusted.
        matrix: which check rejects which misconception, and names it.
        runs: how often the solutions were graded.
        alternatives: how many correct solutions written differently passed.
        trivial: how many answers without thought were graded.
        seconds: wall time.
        wrong_answers: every misconception, with what it was told.
        costs: exercise and seconds, where each was validated by itself.
    """

    problems: tuple[Problem, ...]
    matrix: Matrix
    runs: int
    alternatives: int
    trivial: int
    seconds: float
    wrong_answers: tuple[WrongAnswer, ...] = ()
    costs: tuple[tuple[str, float], ...] = ()


class Conduct(msgspec.Struct, frozen=True):
    """How the work is done, whatever it is.

    Attributes:
        say: told what is being done.
        isolation: as in ``RunOptions``.
        jobs: exercises at a time, each in a process of its own; 1 for all of them in this one.
        stability: with how many seeds every mistake is graded.
    """

    say: Callable[[str], None] = lambda _: None
    isolation: str = "auto"
    jobs: int = 1
    stability: int = STABILITY_SEEDS


_ALONE = Conduct()


def validate(course: Course, exercises: Sequence[Exercise], seeds: int = SEEDS, how: Conduct = _ALONE) -> Validation:
    """Prove a course: solutions pass, stubs do not, wrong answers are rejected by name.

    Args:
        course: the course, with solutions.
        exercises: what to validate.
        seeds: with how many seeds the solutions are graded.
        how: who is told, how far to confine, and how many processes work.
    """
    _demand_solutions(course)
    if how.jobs > 1 and len(exercises) > 1:
        return _validate_in_parallel(course, exercises, seeds, how)
    with Session(course, exercises, _options(how.isolation)) as session:
        return _prove(session, course, exercises, seeds, how.say, how.stability)


def repeat(course: Course, exercises: Sequence[Exercise], times: int, how: Conduct = _ALONE) -> Validation:
    """Grade the solutions again and again, each time with a new seed and with every check: none may ever fail."""
    _demand_solutions(course)
    started = time.perf_counter()
    problems: list[Problem] = []
    seconds = dict.fromkeys((exercise.id for exercise in exercises), 0.0)
    work = [
        Job(_repeat_one, (course.root, exercise.id, start, min(_AT_A_TIME, times - start), how.isolation), exercise.id)
        for start in range(0, times, _AT_A_TIME)
        for exercise in exercises
    ]
    with Pool(how.jobs) as pool:
        for number, ended in enumerate(pool.as_ended(work), 1):
            part = _found(ended)
            problems += part.problems
            seconds[ended.job.about] += part.seconds
            how.say(f"{100 * number // len(work)} % of {times} runs, {len(problems)} problems")
    return Validation(
        tuple(problems), Matrix(), times, 0, 0, time.perf_counter() - started, costs=tuple(seconds.items())
    )


def _found(ended: Ended[Validation]) -> Validation:
    """What a process of the pool found; that it died is a problem of its exercise, and the others' proofs stand."""
    if ended.lost:
        return Validation((Problem(ended.job.about, str(ended.error)),), Matrix(), 0, 0, 0, 0.0)
    return ended.result()


def _demand_solutions(course: Course) -> None:
    if not (course.root / "solutions").is_dir():
        raise UsageError(f"{course.root} has no solutions/, so there is nothing to validate it with.")


def _options(isolation: str) -> RunOptions:
    return RunOptions(alone=True, isolation=isolation)


def _prove(
    session: Session,
    course: Course,
    exercises: Sequence[Exercise],
    seeds: int,
    say: Callable[[str], None] = lambda _: None,
    stability: int = STABILITY_SEEDS,
) -> Validation:
    started = time.perf_counter()
    work = Proof(session, course, tuple(exercises), say, stability)
    work.solutions(seeds, TRAINING_SEEDS)
    work.stubs()
    work.completeness()
    work.wrong_answers()
    work.trivial_answers()
    work.recorded_answers()
    work.alternative_answers()
    return Validation(
        tuple(work.problems), Matrix(tuple(work.rows)), seeds, work.alternatives, work.trivial,
        time.perf_counter() - started, tuple(work.told),
    )  # fmt: skip


def _validate_in_parallel(course: Course, exercises: Sequence[Exercise], seeds: int, how: Conduct) -> Validation:
    started = time.perf_counter()
    found: dict[str, Validation] = {}
    work = [
        Job(_validate_one, (course.root, exercise.id, seeds, how.isolation, how.stability), exercise.id)
        for exercise in sorted(exercises, key=_cost, reverse=True)
    ]
    with Pool(how.jobs) as pool:
        for ended in pool.as_ended(work):
            found[ended.job.about] = _found(ended)
            how.say(f"{len(found)} of {len(exercises)} exercises, {ended.job.about} last")
    parts = [found[exercise.id] for exercise in exercises]
    return Validation(
        tuple(problem for part in parts for problem in part.problems),
        Matrix(tuple(row for part in parts for row in part.matrix.rows)),
        seeds,
        sum(part.alternatives for part in parts),
        sum(part.trivial for part in parts),
        time.perf_counter() - started,
        tuple(answer for part in parts for answer in part.wrong_answers),
        tuple((exercise.id, part.seconds) for exercise, part in zip(exercises, parts, strict=True)),
    )


def _cost(exercise: Exercise) -> int:
    """A guess at how long an exercise takes, for the longest to begin first."""
    bank = exercise.bank.stat().st_size if exercise.bank.is_file() else 0
    return bank + 20_000 * (exercise.checks.is_file() and "@training" in exercise.checks.read_text("utf-8"))


def _validate_one(place: Place, root: Path, exercise: str, seeds: int, isolation: str, stability: int) -> Validation:
    course = place.course(root)
    wanted = course.exercise(exercise)
    session = place.session(course, wanted, _options(isolation))
    return _prove(session, course, [wanted], seeds, stability=stability)


def _repeat_one(place: Place, root: Path, exercise: str, start: int, times: int, isolation: str) -> Validation:
    started = time.perf_counter()
    course = place.course(root)
    wanted = course.exercise(exercise)
    work = Proof(place.session(course, wanted, _options(isolation)), course, (wanted,), lambda _: None)
    work.solutions(times, times, FIRST_SEED + start)
    return Validation(tuple(work.problems), Matrix(), times, 0, 0, time.perf_counter() - started)

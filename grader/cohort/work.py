"""What a process does for a cohort: it grades exercises of one hand-in, and tells of each check as it ends."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import msgspec

from grader.course import Course, Exercise, Submission
from grader.reports.model import CheckResult, Environment, ExerciseResult, Isolation, Status, Verdict
from grader.session.grading import in_order
from grader.session.options import Hooks, RunOptions

if TYPE_CHECKING:
    from grader.session.grading import Session

_LOST = {Verdict.TIMEOUT}
_MANY = 2  # time-outs in an exercise


class Work(msgspec.Struct, frozen=True):
    """Exercises of one hand-in.

    Attributes:
        course: the course's folder.
        exercises: what to grade, by id.
        submission: the learner's files.
        options: how.
        seed: decides every input.
        standing: how other exercises stand that have been graded, and that these may build on.
        patient: whether to go on after an exercise that ran out of time; else the rest is left for later.
        prints: the fingerprints that the exercises must have where the work is done.
        grader_print: the same of the grader.
    """

    course: str
    exercises: tuple[str, ...]
    submission: Submission
    options: RunOptions
    seed: int
    standing: Mapping[str, Status] = {}
    patient: bool = True
    prints: Mapping[str, str] = {}
    grader_print: str = ""


class Begun(msgspec.Struct, frozen=True):
    """A check begins."""

    exercise: str
    check: str


class Checked(msgspec.Struct, frozen=True):
    """A check has ended; it is the exercise's number ``place``."""

    exercise: str
    place: int
    check: CheckResult


class Graded(msgspec.Struct, frozen=True):
    """An exercise has been graded; ``fault`` says what failed on our side."""

    result: ExerciseResult
    fault: str = ""


Event = Begun | Checked | Graded


class Done(msgspec.Struct, frozen=True):
    """A hand-in has been graded, as far as it was.

    Attributes:
        left: exercises that are left for later.
        isolation: what was found of the confinement; None where nothing was graded.
        environment: what it was graded on.
    """

    left: tuple[str, ...] = ()
    isolation: Isolation | None = None
    environment: Environment | None = None


class Workplace(Protocol):
    """Where work is done: see ``session.pool_process.Place``."""

    def course(self, root: Path) -> Course:
        """The course in a folder, read once."""

    def session(self, course: Course, exercise: Exercise, options: RunOptions) -> Session:
        """The session for an exercise and all that want the same of a zygote."""

    def tell(self, event: Event) -> None:
        """Tell something to whoever wants the work done."""


def grade_hand_in(place: Workplace, work: Work) -> Done:
    """Grade exercises of a hand-in, those of one kind of zygote together as far as their order allows.

    Raises:
        GraderError: grading could not begin.
    """
    course = place.course(Path(work.course))
    plan = in_order([course.exercise(name) for name in work.exercises], work.submission, course)
    plan = tuple(exercise for exercise in plan if exercise.id in work.exercises)
    telling = _Telling(place, patient=work.patient)
    standing = dict(work.standing)
    isolation, environment = None, None
    for exercises in _of_one_kind(plan):
        if telling.enough:
            break
        session = place.session(course, exercises[0], work.options)
        run = session.run(exercises, work.submission, work.seed, work.options, telling.hooks, standing)
        isolation, environment = run.report.isolation, run.report.environment
        standing |= {result.exercise: result.status for result in run.report.exercises}
        for result in () if telling.enough else run.report.exercises:
            if result.exercise not in telling.graded:  # its checks could not even be collected
                telling.grade(result, run.report.faults or ("No check of it was run.",))
    left = tuple(exercise.id for exercise in plan if exercise.id not in telling.graded)
    return Done(left, isolation, environment)


def _of_one_kind(plan: Sequence[Exercise]) -> Iterator[tuple[Exercise, ...]]:
    for _, exercises in itertools.groupby(plan, key=lambda exercise: (exercise.packages, exercise.preload)):
        yield tuple(exercises)


class _Telling:
    """Tells of checks and exercises; says when it is enough."""

    def __init__(self, place: Workplace, *, patient: bool) -> None:
        self._place = place
        self._patient = patient
        self._places: dict[str, int] = {}
        self.graded: set[str] = set()
        self.enough = False
        self.hooks = Hooks(on_start=self._begin, on_check=self._check, on_exercise=self.grade)

    def _begin(self, exercise: str, check: str) -> None:
        self._place.tell(Begun(exercise, check))

    def _check(self, exercise: str, check: CheckResult) -> None:
        place = self._places[exercise] = self._places.get(exercise, -1) + 1
        self._place.tell(Checked(exercise, place, check))

    def grade(self, result: ExerciseResult, faults: Sequence[str]) -> bool:
        self.graded.add(result.exercise)
        checks = msgspec.structs.replace(result, checks=())  # they have been told
        self._place.tell(Graded(checks if result.checks else result, "\n".join(faults)))
        lost = sum(check.verdict in _LOST for check in result.checks)
        self.enough = not self._patient and lost >= _MANY
        return not self.enough

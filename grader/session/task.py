"""A task: what a process of the pool is told to grade, and how it grades it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from grader.course import Submission
from grader.reports.model import CheckResult, Report, Status
from grader.session.options import Hooks, Run, RunOptions

if TYPE_CHECKING:
    from grader.session.pool_process import Place


class Task(msgspec.Struct, frozen=True):
    """Exercises of one submission that want the same of a zygote.

    Attributes:
        course: the course's folder.
        exercises: what to grade, by id.
        submission: the learner's files, or the full path to them.
        options: how.
        seed: decides every input; the options' when None, else drawn.
        standing: how other exercises stand that have been graded.
        soon: exercises that the same process is likely to grade next: their zygotes start at once.
        tells: whether anybody wants to know of each check, before and after.
        keeps: whether anybody keeps results of full mode.
    """

    course: str
    exercises: tuple[str, ...]
    submission: Submission | Path
    options: RunOptions
    seed: int | None = None
    standing: Mapping[str, Status] = {}
    soon: tuple[str, ...] = ()
    tells: bool = False
    keeps: bool = False


class Started(msgspec.Struct, frozen=True):
    """A check begins; see ``Hooks.on_start``."""

    exercise: str
    check: str


class Wanted(msgspec.Struct, frozen=True):
    """Is there a result of full mode?"""

    fingerprint: str


class Kept(msgspec.Struct, frozen=True):
    """A result of full mode, to be kept."""

    fingerprint: str
    result: CheckResult


Event = Started | Report | Wanted | Kept


def make_ready(place: Place, course: str, exercises: Sequence[str], options: RunOptions) -> None:
    """Start what exercises want, and import what their checks do, before the first of them can begin."""
    known = place.course(Path(course))
    for session in [place.session(known, known.exercise(exercise), options) for exercise in exercises]:
        session.prepare()


def grade_task(place: Place, task: Task) -> Run:
    """Grade a task. A report so far is told after each check.

    Raises:
        GraderError: grading could not begin.
    """
    course = place.course(Path(task.course))
    exercises = [course.exercise(exercise) for exercise in task.exercises]
    session = place.session(course, exercises[0], task.options)
    for exercise in task.soon:
        place.session(course, course.exercise(exercise), task.options)
    hooks = Hooks(
        on_start=(lambda exercise, check: place.tell(Started(exercise, check))) if task.tells else None,
        on_progress=place.tell if task.tells else None,
        kept=_KeptElsewhere(place) if task.keeps else None,
    )
    return session.run(exercises, task.submission, task.seed, task.options, hooks, task.standing)


class _KeptElsewhere:
    """Results of full mode, which the process keeps that the pool works for: one alone writes the file."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def get(self, fingerprint: str) -> CheckResult | None:
        found = self._place.ask(Wanted(fingerprint))
        assert found is None or isinstance(found, CheckResult)
        return found

    def put(self, fingerprint: str, result: CheckResult) -> None:
        self._place.tell(Kept(fingerprint, result))


def answer(hooks: Hooks, event: Started | Wanted | Kept) -> CheckResult | None:
    """Hand what a task tells to whoever watches; what there is of what it asks."""
    if isinstance(event, Started):
        if hooks.on_start is not None:
            hooks.on_start(event.exercise, event.check)
    elif hooks.kept is not None:
        if isinstance(event, Wanted):
            return hooks.kept.get(event.fingerprint)
        hooks.kept.put(event.fingerprint, event.result)
    return None

"""Grades one submission with several exercises at a time, in a pool; the report is that of a ``Session``.

An exercise begins when all that it builds on is graded, and is told how that stands: what is blocked is the same. One
that trains does not wait, for it takes as long as all others: it begins as if what it builds on were done, and nothing
of it is told before that is known. Where it was not, the exercise is graded again, which is blocked then.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import msgspec

from grader.course import Course, Exercise, Submission, imports_of, read_submission
from grader.reports.model import (
    GRADER_FAILED,
    CheckResult,
    Environment,
    ExerciseResult,
    Isolation,
    Report,
    Status,
    Verdict,
)
from grader.session.capacity import room
from grader.session.grading import draw_seed, environment, in_order, now, units_of
from grader.session.options import Hooks, Run, RunOptions
from grader.session.pool import Ended, Job, Pool
from grader.session.task import Event, Started, Task, answer, grade_task, make_ready

_GETTING_READY = "getting ready"  # no exercise's id
Kind = tuple[str, tuple[str, ...]]

# CPU seconds, measured on the course's own solutions. They decide nothing but how many processes there are.
_START = 3.0  # torch, in a process of the pool and in its zygote
_USUAL, _TRAINING, _FULL = 0.3, 3.0, 60.0  # of an exercise; more, where it trains


class ParallelSession:
    """Grades with so many exercises at a time; to be used as a ``Session``.

    Args:
        course: the course.
        options: how; not in this process, so that nothing can be debugged.
        hooks: who watches. What stands between a check and its worker cannot be sent.
        processes: how many.
    """

    def __init__(self, course: Course, options: RunOptions, hooks: Hooks, processes: int) -> None:
        if options.debug or hooks.select or hooks.watch or hooks.wrap:
            raise ValueError("what is debugged, selected, watched or wrapped runs in this process: use a Session")
        self.course = course
        self.options = options
        self.hooks = hooks
        self._processes = processes
        self._pool = Pool(processes)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.close()

    def grade(self, exercises: Sequence[Exercise], submission: Submission | Path) -> Report:
        """Grade a submission; see ``run``."""
        return self.run(exercises, submission).report

    def run(self, exercises: Sequence[Exercise], submission: Submission | Path) -> Run:
        """Grade a submission.

        Returns:
            The report, and what else is known of the run. The loss of a process costs the exercise that it was at.

        Raises:
            GraderError: grading could not begin.
        """
        if isinstance(submission, Path):
            submission = read_submission(submission, self.course)
        plan = tuple(exercises) if self.options.alone else in_order(exercises, submission, self.course)
        work = _ParallelRun(self, exercises, plan, submission, self._processes)
        for ended in self._pool.run(work.take):
            work.take_note(ended)
        return work.run()


class _Early:
    """What an exercise has told that was begun before all is known that it builds on, and how it ended."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.ended: Ended[Run | None] | None = None


class _ParallelRun:
    """One run: what waits, what is known, and which process does what.

    A process does the exercises of its own kinds first, and those of another's only where many are left, or it has
    none: each kind wants a zygote of its own.
    """

    def __init__(
        self,
        session: ParallelSession,
        exercises: Sequence[Exercise],
        plan: tuple[Exercise, ...],
        submission: Submission,
        processes: int,
    ) -> None:
        self.session = session
        self.exercises = exercises
        self.plan = {exercise.id: exercise for exercise in plan}
        self.submission = submission
        self.seed = draw_seed() if session.options.seed is None else session.options.seed
        self.started, self.when = time.perf_counter(), now()
        self._needs = {} if session.options.alone else _needs(plan, submission, session.course)
        self._costs = {exercise.id: cost(exercise, session.options) for exercise in plan}
        self._begun: frozenset[int] = frozenset()
        self._waiting = _longest_first(plan, self._needs, self._costs)
        self._kinds = _shared_out(plan, self._costs, processes)
        self._runs: dict[str, Run] = {}
        self._parts: dict[str, Report] = {}  # exercise -> the latest report of it
        self._at: dict[str, str] = {}  # exercise -> the check that was begun last
        self._faults: dict[str, str] = {}
        self._early: dict[str, _Early] = {}  # begun before all is known that they build on

    # -- what is done next --------------------------------------------------------------------------------------

    def take(self, seat: int) -> Job[Run | None] | None:
        """What a process does next."""
        own = self._kinds[seat]
        mine = tuple(e.id for kind in own for e in self._waiting if _kind(e) == kind)
        ready = [e for e in self._waiting if not self._unknown(e)]
        long = () if self.session.options.full else [e for e in self._waiting if self._costs[e.id] >= _TRAINING]
        chosen = next((e for e in [*long, *ready] if e.id in mine), None)
        chosen = chosen or next((e for e in ready if not own or self._cost_of_waiting(_kind(e)) > _START), None)
        begun, self._begun = seat in self._begun, self._begun | {seat}
        root, options = self.session.course.root, self.session.options
        if chosen is None:
            return None if begun or not mine else Job(make_ready, (str(root), mine, options), _GETTING_READY)
        self._waiting.remove(chosen)
        unknown = self._unknown(chosen)
        if unknown:
            self._early[chosen.id] = _Early()
        standing = {name: self._result(name).status for name in self.plan if name != chosen.id}
        task = Task(
            course=str(root),
            exercises=(chosen.id,),
            submission=self.submission,
            options=options,
            seed=self.seed,
            standing=standing | dict.fromkeys(unknown, Status.PASSED),
            soon=() if begun else mine,
            tells=True,
            keeps=self.session.hooks.kept is not None,
        )
        return Job(grade_task, (task,), chosen.id, lambda event: self._hear(chosen.id, event))

    @property
    def _ended(self) -> set[str]:
        return {*self._runs, *self._faults}

    def _unknown(self, exercise: Exercise) -> list[str]:
        """What it builds on of which it is not known how it stands."""
        ended = self._ended
        return [need for need in self._before(exercise) if need not in ended]

    def _before(self, exercise: Exercise) -> list[str]:
        """What it waits for. Of files that import each other in a circle, one comes first."""
        places = {name: place for place, name in enumerate(self.plan)}
        return [need for need in self._needs.get(exercise.id, ()) if places[need] < places[exercise.id]]

    def _cost_of_waiting(self, kind: Kind) -> float:
        return sum(self._costs[e.id] for e in self._waiting if _kind(e) == kind)

    # -- what is known ------------------------------------------------------------------------------------------

    def _hear(self, exercise: str, event: Event) -> object:
        early = self._early.get(exercise)
        if early is not None:
            early.events.append(event)
            return None
        if isinstance(event, Started):
            self._at[exercise] = event.check
        if not isinstance(event, Report):
            return answer(self.session.hooks, event)
        self._parts[exercise] = event
        if self.session.hooks.on_progress is not None:
            self.session.hooks.on_progress(self._report(complete=False))
        return None

    def take_note(self, ended: Ended[Run | None]) -> None:
        """Note how an exercise ended.

        Raises:
            GraderError: it could not begin, and nothing has been graded.
        """
        exercise = ended.job.about
        if exercise == _GETTING_READY:
            return  # what has failed in it fails again, in an exercise
        early = self._early.get(exercise)
        if early is not None:
            early.ended = ended
        else:
            self._end(exercise, ended)
        while self._settle_one():
            pass

    def _settle_one(self) -> bool:
        """Find an exercise that was begun early and of which all is known now; whether there was one."""
        for name, early in self._early.items():
            exercise = self.plan[name]
            if self._unknown(exercise):
                continue
            passed = all(self._result(need).status is Status.PASSED for need in self._before(exercise))
            if not passed and early.ended is None:
                continue  # it is still at it, for nothing
            del self._early[name]
            if not passed:
                self._waiting.append(exercise)
                return True
            for event in early.events:
                self._hear(name, event)
            if early.ended is not None:
                self._end(name, early.ended)
            return True
        return False

    def _end(self, exercise: str, ended: Ended[Run | None]) -> None:
        if ended.error is not None:
            if not ended.lost and not self._runs:
                raise ended.error
            self._faults[exercise] = f"{exercise}: {ended.error}"
            return
        run = ended.result()
        assert run is not None
        self._runs[exercise] = run
        self._parts[exercise] = run.report

    def _result(self, exercise: str) -> ExerciseResult:
        part = self._parts.get(exercise)
        if part is not None and part.exercises:
            result = part.exercises[0]
        else:
            known, source = self.plan[exercise], self.submission.files.get(exercise)
            file = source.display if source is not None else self.submission.alone or known.file
            result = ExerciseResult(exercise, known.title, file)
        if exercise not in self._faults:
            return result
        return msgspec.structs.replace(result, checks=(*result.checks, broken_off(self._at.get(exercise, "start"))))

    def _report(self, *, complete: bool) -> Report:
        results = tuple(self._result(exercise.id) for exercise in self.exercises)
        if not complete:
            results = tuple(result for result in results if result.checks)
        parts = [self._parts[name] for name in self.plan if name in self._parts]
        faults = [fault for name in self.plan for fault in self._faults_of(name)]
        return Report(
            seed=self.seed,
            isolation=_weakest([part.isolation for part in parts]),
            exercises=results,
            units=units_of(self.session.course, results),
            environment=_alike([part.environment for part in parts]),
            submission=str(self.submission.root),
            started=self.when,
            seconds=round(time.perf_counter() - self.started, 3),
            complete=complete,
            faults=tuple(faults),
        )

    def _faults_of(self, exercise: str) -> list[str]:
        part, lost = self._parts.get(exercise), self._faults.get(exercise)
        return [*(part.faults if part is not None else ()), *([lost] if lost is not None else ())]

    def run(self) -> Run:
        """All that is known in the end."""
        runs = [self._runs[name] for name in self.plan if name in self._runs]
        return Run(
            self._report(complete=True),
            {name: checks for run in runs for name, checks in run.numeric.items()},
            {name: used for run in runs for name, used in run.used.items()},
            tuple(stumble for run in runs for stumble in run.stumbles),
        )


def broken_off(check: str) -> CheckResult:
    """The result of a check that its process did not live to the end of: what passed before does not make it done."""
    demand = "The checks from here on could not be run."
    return CheckResult(check, demand, Verdict.GRADER_FAULT, 0.0, failure=GRADER_FAILED)


def _kind(exercise: Exercise) -> Kind:
    """What the exercise wants of a zygote."""
    return exercise.packages, exercise.preload


def _needs(plan: Sequence[Exercise], submission: Submission, course: Course) -> dict[str, tuple[str, ...]]:
    """What each exercise of a plan builds on."""
    known = {exercise.id for exercise in plan}
    needs = {}
    for exercise in plan:
        source = submission.files.get(exercise.id)
        imported = imports_of(source, course) if source is not None and not source.fault else ()
        needs[exercise.id] = tuple(name for name in imported if name in known and name != exercise.id)
    return needs


def _longest_first(
    plan: Sequence[Exercise], needs: dict[str, tuple[str, ...]], costs: dict[str, float]
) -> list[Exercise]:
    """A plan in the order of what still follows each exercise, with what builds on it."""
    following = dict(costs)
    for exercise in reversed(plan):
        for need in needs.get(exercise.id, ()):
            following[need] = max(following[need], costs[need] + following[exercise.id])
    return sorted(plan, key=lambda exercise: -following[exercise.id])


def _shared_out(plan: Sequence[Exercise], costs: dict[str, float], processes: int) -> list[list[Kind]]:
    """The kinds of a plan, shared out among processes: the dearest goes to whoever has least."""
    kinds: dict[Kind, float] = {}
    for exercise in plan:
        kinds[_kind(exercise)] = kinds.get(_kind(exercise), 0.0) + costs[exercise.id]
    shares: list[list[Kind]] = [[] for _ in range(processes)]
    has = [0.0] * processes
    for kind in sorted(kinds, key=lambda kind: -kinds[kind]):
        least = has.index(min(has))
        shares[least].append(kind)
        has[least] += kinds[kind]
    return shares


def cost(exercise: Exercise, options: RunOptions) -> float:
    """A guess at the CPU seconds that an exercise takes."""
    text = exercise.checks.read_text("utf-8", errors="replace") if exercise.checks.is_file() else ""
    return _USUAL + _TRAINING * ("@training" in text) + _FULL * (options.full and "@full" in text)


def processes_that_pay(exercises: Sequence[Exercise], options: RunOptions, most: int | None = None) -> int:
    """How many processes to grade with: each must have more to do than it costs to start it.

    Args:
        exercises: what to grade.
        options: how.
        most: how many there may be; None for what the machine has room for.
    """
    if options.debug or options.device != "cpu":
        return 1
    work = sum(cost(exercise, options) for exercise in exercises)
    return max(1, min(most or room(), len(exercises), int(work / _START)))


def _weakest(found: Sequence[Isolation]) -> Isolation:
    """What isolation there is of several kinds of zygotes."""
    missing = tuple(dict.fromkeys(part for isolation in found for part in isolation.missing))
    levels = {isolation.level for isolation in found}
    return Isolation(next((level for level in ("none", "partial", "full") if level in levels), "none"), missing)


def _alike(found: Sequence[Environment]) -> Environment:
    """What a run runs on; a process that grades with NumPy alone knows of no torch."""
    return next((one for one in found if one.torch), found[0] if found else environment())

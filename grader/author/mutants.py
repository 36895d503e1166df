"""Machine-made mistakes on trial: each solution with one small edit, or with bad conduct, must fail a check.

Cheap first: a mutant is graded by the checks that lead to what was edited, those that train last, up to the first that
fails; no cause is looked for. One that is marked as right is not trained. A call may take a few times as long as the
solution's own, so that a loop without an end costs little. Mutants are graded a few at a time by a pool of processes;
one that ends its process is tried once more, alone.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from grader.author.equivalent import read_marks, settle
from grader.author.gallery import with_answer
from grader.author.proof import FIRST_SEED
from grader.author.validate import Conduct
from grader.checks import marks
from grader.checks.context import CheckContext
from grader.course import Course, Exercise, Submission, read_submission
from grader.course.stubs import find_blocks
from grader.errors import GraderError, UsageError
from grader.mutation import misconducts, mutants
from grader.reports.model import CheckResult, Verdict
from grader.reports.mutation import Fate, Mutation, Tried
from grader.session.grading import Session
from grader.session.options import Hooks, RunOptions
from grader.session.pool import Ended, Job, Pool

if TYPE_CHECKING:
    from grader.session.pool_process import Place

_AT_A_TIME = 16
_TIMES, _MORE_SECONDS = 5.0, 1.0  # how much longer than the solution's a call may take
_OCCASIONAL = ("float32 inside", "works in place", "view")  # conduct that needs an argument of some type


class Candidate(msgspec.Struct, frozen=True):
    """A mutant that waits to be graded.

    Attributes:
        what: what is known of it.
        source: the module.
        asking: of conduct, the module that raises where it would behave badly.
        marked: whether its author says that it is right: then it is not trained, for that is slow.
    """

    what: Tried
    source: str
    asking: str = ""
    marked: bool = False


class Baseline(msgspec.Struct, frozen=True):
    """What grading the solution itself has shown.

    Attributes:
        problem: why its mutants cannot be graded; empty when they can.
        quick: seconds of the longest call of a check that does not train.
        training: seconds of the longest call of one that does.
        used: check -> the symbols that it leads to.
    """

    problem: str = ""
    quick: float = 0.0
    training: float = 0.0
    used: dict[str, frozenset[str]] = {}


def candidates(exercise: Exercise) -> list[Candidate]:
    """Every mutant of an exercise's solution."""
    text = exercise.solution.read_text("utf-8")
    blocks = [range(block.first, block.last + 1) for block in find_blocks(text, str(exercise.solution))]
    edited = [
        Candidate(
            Tried(exercise.id, one.function, one.line, one.kind, one.old, one.new, False, Fate.SURVIVED), one.source
        )
        for one in mutants(text, blocks)
    ]
    behaved = [
        Candidate(
            Tried(exercise.id, one.function, one.line, one.kind, "", "", True, Fate.SURVIVED), one.source, one.asking
        )
        for one in (misconducts(text, exercise.symbols, blocks) if not exercise.quiz else ())
    ]
    known = read_marks(exercise)
    return [
        msgspec.structs.replace(one, marked=any(mark.fits(one.what) for mark in known)) for one in [*edited, *behaved]
    ]


def try_mutants(course: Course, exercises: Sequence[Exercise], how: Conduct) -> Mutation:
    """Grade every mutant of every solution.

    Args:
        course: the course, with solutions.
        exercises: whose.
        how: who is told, how far to confine, and how many processes work.
    """
    if not (course.root / "solutions").is_dir():
        raise UsageError(f"{course.root} has no solutions/, so there is nothing to make mutants of.")
    started = time.perf_counter()
    trial = Trial(course, exercises, how)
    with Pool(how.jobs) as pool:
        for ended in pool.run(trial.next_job):
            trial.hear(ended)
    tried: list[Tried] = []
    problems = list(trial.problems)
    for exercise in exercises:
        settled, stale = settle(exercise, [one for one in trial.tried if one.exercise == exercise.id])
        tried += sorted(settled, key=lambda one: (one.conduct, one.line))
        problems += stale
    return Mutation(tuple(tried), tuple(problems), time.perf_counter() - started)


class Trial:
    """What is still to be graded, and what came of the rest.

    Attributes:
        tried: what has been graded.
        problems: why the mutants of some solution cannot be.
        waiting: the jobs to come.
    """

    def __init__(self, course: Course, exercises: Sequence[Exercise], how: Conduct) -> None:
        self.root = course.root
        self.how = how
        self.tried: list[Tried] = []
        self.problems: list[str] = []
        self.waiting: deque[Job[Any]] = deque(
            Job(_try_solution, (course.root, exercise.id, how.isolation), f"the solution of {exercise.id}")
            for exercise in exercises
        )
        self._made = {exercise.id: candidates(exercise) for exercise in exercises}
        self._total = sum(map(len, self._made.values()))

    def next_job(self, _: int) -> Job[Any] | None:
        """The next of them; None where there is none for now."""
        return self.waiting.popleft() if self.waiting else None

    def hear(self, ended: Ended[Any]) -> None:
        """Take what a job has found; after a solution come its mutants."""
        if ended.job.function is _try_solution:
            self._begin(ended)
            return
        batch: tuple[Candidate, ...] = ended.job.args[-1]
        if not ended.lost:
            self.tried += ended.result()
        elif len(batch) > 1:  # one of them has ended the process
            self.waiting.extend(self._job(ended.job.args[:-1], [one]) for one in batch)
        else:
            self.tried.append(_fated(batch[0], Fate.BROKEN, str(ended.error)))
        survived = sum(one.fate in {Fate.SURVIVED, Fate.BROKEN} for one in self.tried)
        self.how.say(f"{len(self.tried)} of {self._total} mutants, {survived} survive, {batch[0].what.exercise} last")

    def _begin(self, ended: Ended[Any]) -> None:
        exercise = ended.job.args[1]
        try:
            baseline: Baseline = ended.result()
        except GraderError as error:
            baseline = Baseline(str(error))
        if baseline.problem:
            self.problems.append(f"{exercise}: {baseline.problem}")
            return
        made = self._made[exercise]
        arguments = (self.root, exercise, self.how.isolation, baseline)
        batches = [made[start : start + _AT_A_TIME] for start in range(0, len(made), _AT_A_TIME)]
        self.waiting.extend(self._job(arguments, batch) for batch in batches)

    @staticmethod
    def _job(arguments: tuple[Any, ...], batch: Sequence[Candidate]) -> Job[Any]:
        return Job(_try_some, (*arguments, tuple(batch)), f"mutants of {arguments[1]}")


def _fated(candidate: Candidate, fate: Fate, by: str = "") -> Tried:
    return msgspec.structs.replace(candidate.what, fate=fate, by=by)


def _options(isolation: str) -> RunOptions:
    return RunOptions(alone=True, isolation=isolation, names=False, brief=True)


def _try_solution(place: Place, root: Path, exercise: str, isolation: str) -> Baseline:
    """Grade the solution: it passes, its calls take so long, and its checks lead to these symbols."""
    course = place.course(root)
    wanted = course.exercise(exercise)
    options = _options(isolation)
    session = place.session(course, wanted, options)
    contexts: dict[str, CheckContext] = {}
    training: set[str] = set()

    def select(_: str, name: str, function: Any) -> bool:
        if marks.is_training(function):
            training.add(f"{exercise}:{name}")
        return True

    hooks = Hooks(select=select, watch=contexts.__setitem__)
    solutions = read_submission(course.root / "solutions", course)
    run = session.run([wanted], solutions, FIRST_SEED, msgspec.structs.replace(options, symbols=True), hooks)
    failed = next((check for check in run.report.exercises[0].checks if check.verdict is not Verdict.PASSED), None)
    if failed is not None or run.report.faults:
        return Baseline(f"the solution fails {failed.name}" if failed is not None else run.report.faults[0])
    longest = {
        name: max((call.seconds for call in context.talk.log), default=0.0) if context.talk is not None else 0.0
        for name, context in contexts.items()
    }
    return Baseline(
        quick=max((seconds for name, seconds in longest.items() if name not in training), default=0.0),
        training=max((longest[name] for name in training if name in longest), default=0.0),
        used=dict(run.used[exercise]),
    )


def _try_some(
    place: Place, root: Path, exercise: str, isolation: str, baseline: Baseline, batch: tuple[Candidate, ...]
) -> list[Tried]:
    course = place.course(root)
    wanted = course.exercise(exercise)
    session = place.session(course, wanted, _options(isolation))
    jury = _Jury(session, course, wanted, baseline)
    return [jury.judge(candidate) for candidate in batch]


class _Jury:
    """Grades the mutants of one exercise."""

    def __init__(self, session: Session, course: Course, exercise: Exercise, baseline: Baseline) -> None:
        self._session = session
        self._exercise = exercise
        self._baseline = baseline
        self._solutions: Submission = read_submission(course.root / "solutions", course)

    def judge(self, candidate: Candidate) -> Tried:
        """What becomes of a mutant."""
        started = time.perf_counter()
        tried = self._judged(candidate)
        return msgspec.structs.replace(tried, seconds=round(time.perf_counter() - started, 2))

    def _judged(self, candidate: Candidate) -> Tried:
        try:
            failed = self._first_failing(candidate, candidate.source)
            if failed is None:
                return _fated(candidate, self._fate_of_survivor(candidate))
        except GraderError as error:
            return _fated(candidate, Fate.BROKEN, str(error))
        if failed.verdict is Verdict.GRADER_FAULT:
            return _fated(candidate, Fate.BROKEN, f"{failed.name} crashes")
        return _fated(candidate, Fate.ENDLESS if failed.verdict is Verdict.TIMEOUT else Fate.KILLED, failed.name)

    def _fate_of_survivor(self, candidate: Candidate) -> Fate:
        """Conduct that wants an argument of some type is nothing where no check has one of it."""
        if candidate.asking and candidate.what.kind.startswith(_OCCASIONAL):
            return Fate.IDLE if self._first_failing(candidate, candidate.asking) is None else Fate.SURVIVED
        return Fate.SURVIVED

    def _first_failing(self, candidate: Candidate, source: str) -> CheckResult | None:
        symbol = candidate.what.function.partition(".")[0]
        concerned = {name for name, symbols in self._baseline.used.items() if symbol in symbols}
        submission = with_answer(self._solutions, self._exercise, source)
        kinds = ((False, self._baseline.quick), (True, self._baseline.training))
        for trains, seconds in kinds[:1] if candidate.marked else kinds:

            def select(_: str, name: str, function: Any, trains: bool = trains) -> bool:
                return marks.is_training(function) is trains and (not concerned or name in concerned)

            most = {self._exercise.id: _TIMES * seconds + _MORE_SECONDS}
            options = msgspec.structs.replace(self._session.options, most_seconds=most)
            run = self._session.run([self._exercise], submission, FIRST_SEED, options, Hooks(select=select))
            checks = run.report.exercises[0].checks
            failed = next((check for check in checks if check.verdict is not Verdict.PASSED), None)
            if failed is not None:
                return failed
            if run.report.faults:
                raise GraderError(run.report.faults[0])
        return None

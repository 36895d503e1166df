"""One exercise during a run: it looks at the file, has the worker, judges each check, and holds the results."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import math
import platform
import sys
import time
import traceback
from collections.abc import Callable, Mapping

import msgspec

from grader import __version__
from grader.bounds import CHECK_SECONDS, FULL_TIMES, JUDGE_SECONDS, TRAINING_TIMES
from grader.checks.context import CheckContext, CheckFailed
from grader.course import Course, Exercise, SourceFile, Submission, imports_of, missing_hint, missing_sibling
from grader.course.fingerprints import fingerprint
from grader.course.forbidden import find_forbidden
from grader.diagnosis.replay import symbols_used
from grader.errors import GraderError
from grader.reports.model import (
    GRADER_FAILED,
    CheckResult,
    ExerciseResult,
    Failure,
    Isolation,
    Status,
    Verdict,
    Visibility,
)
from grader.sandbox.endless import CALL_SECONDS, Endless
from grader.sandbox.proxy import Conversation
from grader.sandbox.request import RaisedError
from grader.session.files import imported_by, is_stub, notes_on_others, others_of_course, siblings, stand_ins
from grader.session.kept import fingerprint_of_code
from grader.session.options import Hooks, RunOptions
from grader.session.outcome import Judge, Outcome, fault_in
from grader.session.pictures import curves, maps, pictures
from grader.session.references import References
from grader.session.sandboxes import ImportFailure, Loaded, Sandboxes
from grader.session.wording import Words, bounded
from grader.session.work import TooMuchWork, at_most

StatusOf = Callable[[str], Status | None]


class RunInput(msgspec.Struct, frozen=True, eq=False, dict=True):  # the dict holds what is cached
    """What the exercises of one run have in common.

    Attributes:
        course: where checks and solutions are.
        submission: the learner's files.
        sandboxes: where they run.
        references: the solutions and banks.
        isolation: what was found of the confinement.
        seed: decides every input of the run.
        options: how to grade.
        hooks: the callbacks of whoever watches.
        standing: how exercises stand that another process of the same run has graded.
    """

    course: Course
    submission: Submission
    sandboxes: Sandboxes
    references: References
    isolation: Isolation
    seed: int
    options: RunOptions
    hooks: Hooks
    standing: Mapping[str, Status] = {}

    @functools.cached_property
    def ground(self) -> str:
        """What a result of full mode depends on beside its check: all that is sent, our code, how the run was asked."""
        options = self.options
        how = f"{options.device} {options.isolation} {self.isolation} {options.seed} {options.examples}"
        files = sorted(self.submission.files.items())
        theirs = [part for module, file in files for part in (module, file.display, file.text, file.fault)]
        python = f"{sys.version} {sys.platform} {platform.machine()}"
        return fingerprint(__version__, python, how, fingerprint_of_code(self.course.root), *theirs)


class Check(msgspec.Struct, frozen=True):
    """What is known of a check without running it.

    Attributes:
        name: its test function's, with the case in brackets.
        demand: the sentence that a learner reads.
        points: what it is worth.
        visibility: whether expected values are shown.
        asks: whether it asks the submission.
        searches: whether it searches for the smallest input.
        trains: whether it trains for more than a second.
        is_full: whether it belongs to full mode.
        seconds: the deadline of each call; None for the usual one.
    """

    name: str
    demand: str
    points: float
    visibility: Visibility
    asks: bool = True
    searches: bool = False
    trains: bool = False
    is_full: bool = False
    seconds: float | None = None
    needs: tuple[str, ...] = ()
    is_bonus: bool = False

    @property
    def work_seconds(self) -> float:
        """The CPU seconds that this process may spend on its body."""
        return CHECK_SECONDS * (FULL_TIMES if self.is_full else TRAINING_TIMES if self.trains else 1)


class ExerciseRun:
    """One exercise during a run.

    Args:
        exercise: the exercise.
        given: what it shares with the others of the run.

    Attributes:
        checks: the results so far.
        numeric: the checks that compared numbers.
        used: check -> the solution's symbols that it leads to, where the options want to know.
        faults: of the grader, tracebacks where there are any.
        stumbles: where the diagnosis failed.
        crashes: check -> the exception of its own that it ended with, and where, whatever verdict came of it.
        taken_over: how many results of full mode an earlier run had.
        order: the checks as their file has them, where they are run in another order.
    """

    def __init__(self, exercise: Exercise, given: RunInput) -> None:
        self.exercise = exercise
        self.given = given
        self.checks: list[CheckResult] = []
        self.numeric: set[str] = set()
        self.used: dict[str, frozenset[str]] = {}
        self.faults: list[str] = []
        self.stumbles: list[str] = []
        self.crashes: dict[str, str] = {}
        self._source = given.submission.files.get(exercise.id)
        self.file = self._source.display if self._source is not None else given.submission.alone or exercise.file
        words = Words(
            exercise,
            self.file,
            siblings(exercise, given.submission, given.course),
            self._source.text if self._source is not None else "",
            others_of_course(exercise, given.submission, given.course),
            {file.display: file for file in given.submission.files.values()},
        )
        self._judge = Judge(
            words,
            lambda: given.references.bank(exercise) if given.options.names else (),
            lambda: given.references.solution_if_any(exercise),
        )
        self._loaded: Loaded | None = None
        self._endless = Endless()
        self._unusable: Outcome | None = None
        self._blocked_by = ""
        self._stand_ins: dict[str, SourceFile] = {}
        self.taken_over = 0
        self.order: tuple[str, ...] = ()

    def seed_of(self, check: str, purpose: str) -> int:
        """The seed of one purpose of one check, so that no check's inputs depend on another's."""
        name = f"{self.given.seed}:{self.exercise.id}:{check}:{purpose}"
        return int.from_bytes(hashlib.sha256(name.encode()).digest()[:6], "big")

    # -- before a check -----------------------------------------------------------------------------------------

    def begin(self, check: Check, status_of: StatusOf) -> CheckResult | None:
        """Find out whether a check is to be run, and have a worker ready for it.

        Args:
            check: the check.
            status_of: tells how another exercise of the run stands; None for one that is not in it.

        Returns:
            Its result where nothing has to be run for it, or can be: then that is in ``checks``.
        """
        try:
            outcome = self._settled(check, status_of)
        except GraderError as fault:
            outcome = _fault(str(fault))
        if isinstance(outcome, CheckResult):
            self.taken_over += 1
            self._add(outcome)
            return outcome
        return None if outcome is None else self._note(check, outcome, CheckContext(), 0.0)

    def _settled(self, check: Check, status_of: StatusOf) -> Outcome | CheckResult | None:
        if not self.checks:
            self._look_at_file(status_of)
        if self._unusable is not None:
            return self._unusable
        if self._blocked_by:
            why = self._missing_sibling or f"{self._blocked_by} is not done yet, and this builds on it."
            return Outcome(Verdict.BLOCKED, Failure(why))
        failed = self._failed_need(check)
        if failed is not None:
            return _waits_for(failed)
        hooks = self.given.hooks
        if hooks.on_start is not None:
            hooks.on_start(self.exercise.id, check.name)
        if check.is_full and hooks.kept is not None:
            kept = hooks.kept.get(self._fingerprint(check))
            if kept is not None:
                return kept
        return self._have_worker() if check.asks else None

    def _failed_need(self, check: Check) -> CheckResult | None:
        """The first of the checks that one needs which has failed; that it is not started is nothing to wait for."""
        fine = {Verdict.PASSED, Verdict.NOT_STARTED, Verdict.GRADER_FAULT}
        needed = (result for result in self.checks if result.name.partition("[")[0] in check.needs)
        return next((result for result in needed if result.verdict not in fine), None)

    def _look_at_file(self, status_of: StatusOf) -> None:
        """Find out before the first check whether the exercise can be graded at all."""
        source, given = self._source, self.given
        if source is None:
            hint = missing_hint(given.submission, self.exercise)
            self._unusable = Outcome(Verdict.MISSING, Failure(hint, location=self.file))
            return
        if source.fault:
            self._unusable = Outcome(Verdict.RAISED, Failure(source.fault, location=source.display))
            return
        uses = find_forbidden(source, self.exercise.forbids, imported_by(source, given.submission, given.course))
        if uses:
            self._unusable = self._judge.forbidden(uses)
            return
        if given.options.alone:
            return
        needed = {name: status_of(name) for name in imports_of(source, given.course) if name != self.exercise.id}
        unmet = {name: status for name, status in needed.items() if status not in {None, Status.PASSED}}
        tried = [name for name, status in unmet.items() if status is not Status.NOT_STARTED]
        if unmet and given.course.stands_in:
            self._have_stand_ins(source, status_of)
            unmet = {name: status for name, status in unmet.items() if name not in self._stand_ins}
            tried = [name for name in tried if name in unmet]
        if unmet and not tried and is_stub(source.text, self.exercise):
            # Nothing has been begun: "blocked" would only puzzle.
            failure = Failure(f"{self.exercise.id} is not written yet.", location=source.display)
            self._unusable = Outcome(Verdict.NOT_STARTED, failure)
        elif unmet:
            self._blocked_by = (tried or list(unmet))[0]

    def _have_stand_ins(self, source: SourceFile, status_of: StatusOf) -> None:
        """Let the course's own stand in for what is not done; no line of it is shown."""
        self._stand_ins = stand_ins(source, self.given.submission, self.given.course, status_of)
        shown = frozenset(file.display for file in self._stand_ins.values())
        self._judge.words = msgspec.structs.replace(self._judge.words, of_course=shown)

    @property
    def _missing_sibling(self) -> str:
        """What is said where the file of what blocks this exercise is not there; empty where it is."""
        if not self._blocked_by or self._blocked_by in self.given.submission.files:
            return ""
        return missing_sibling(self.given.submission, self.given.course.exercise(self._blocked_by))

    def _have_worker(self) -> Outcome | None:
        """See that a worker has the learner's module; a new one after a fault. The outcome where it cannot be had."""
        if self._loaded is not None and (self._loaded.worker is None or self._loaded.worker.alive):
            return None
        submission = self.given.submission
        if self._stand_ins:
            submission = dataclasses.replace(submission, files={**submission.files, **self._stand_ins})
        loaded = self.given.sandboxes.load(self.exercise, submission, self._most_seconds)
        self.release()
        if isinstance(loaded, ImportFailure):
            self._unusable = self._judge.import_failed(loaded)
            return self._unusable
        self._loaded = loaded
        return None

    @property
    def _most_seconds(self) -> float:
        return self.given.options.most_seconds.get(self.exercise.id, math.inf)

    def conversation(self, check: Check) -> Conversation:
        """A check's dealings with the submission."""
        assert self._loaded is not None
        peer, wrap = self._loaded.peer, self.given.hooks.wrap
        if wrap is not None:
            peer = wrap(f"{self.exercise.id}:{check.name}", peer)
        talk = Conversation(peer, self._loaded.defined, self.seed_of(check.name, "worker"), check.name, self._endless)
        talk.seconds = min(check.seconds or CALL_SECONDS, self._most_seconds)
        return talk

    # -- after a check ------------------------------------------------------------------------------------------

    def finish(self, check: Check, error: BaseException | None, context: CheckContext, started: float) -> CheckResult:
        """Judge a check that was run, by the exception that ended it.

        Args:
            check: the check.
            error: None when it ended well.
            context: what it asked and compared.
            started: when it began, on the performance counter.
        """
        output = "" if self._loaded is None or self._loaded.worker is None else self._loaded.worker.output()
        outcome = self._outcome(check, error, context, output)
        if context.compared_numbers:
            self.numeric.add(check.name)
        if self.given.options.symbols and context.talk is not None:
            solution = self.given.references.solution(self.exercise)
            self.used[check.name] = frozenset(symbols_used(solution, context.talk.log))
        result = self._note(check, outcome, context, time.perf_counter() - started)
        if check.is_full and self.given.hooks.kept is not None:
            self.given.hooks.kept.put(self._fingerprint(check), result)
        return result

    def _note(self, check: Check, outcome: Outcome, context: CheckContext, seconds: float) -> CheckResult:
        if outcome.fault:
            self.faults.append(f"{self.exercise.id}: {check.name}\n{outcome.fault}")
        if outcome.crash:
            self.crashes[check.name] = outcome.crash
        result = CheckResult(
            name=check.name,
            demand=check.demand,
            verdict=outcome.verdict,
            points=check.points,
            visibility=check.visibility,
            failure=None if outcome.failure is None else bounded(outcome.failure),
            seconds=round(seconds, 4),
            curves=curves(context, check.visibility),
            maps=maps(context, check.visibility),
            pictures=pictures(context, check.visibility),
            bonus=check.is_bonus,
            waits_for=outcome.waits_for,
        )
        self._add(result)
        return result

    def _add(self, result: CheckResult) -> None:
        self.checks.append(result)
        if self.given.hooks.on_check is not None:
            self.given.hooks.on_check(self.exercise.id, result)

    def _outcome(self, check: Check, error: BaseException | None, context: CheckContext, output: str) -> Outcome:
        fault = fault_in(error)
        if fault is not None:
            return _fault(str(fault))
        if isinstance(error, TooMuchWork):
            outcome = self._in_short(check, error, context, output)
            return msgspec.structs.replace(outcome, crash="it takes too long by itself over what it is given")
        if self.given.options.brief and isinstance(error, CheckFailed | RaisedError):
            return self._in_short(check, error, context, output)
        try:
            with at_most(JUDGE_SECONDS):
                return self._judge.judge(error, context, check.visibility, output, searched=check.searches)
        except GraderError as fault:
            return _fault(str(fault))
        except TooMuchWork:
            self.stumbles.append("The diagnosis takes too long.")
        except Exception:  # noqa: BLE001 - a mistake of ours must cost neither a verdict nor the other results
            if not isinstance(error, CheckFailed | RaisedError):
                return _fault(traceback.format_exc())
            self.stumbles.append(traceback.format_exc())
        return self._in_short(check, error, context, output)

    def _in_short(self, check: Check, error: BaseException | None, context: CheckContext, output: str) -> Outcome:
        try:
            return self._judge.in_short(error, context, check.visibility, output)
        except GraderError as fault:
            return _fault(str(fault))

    def _fingerprint(self, check: Check) -> str:
        """All that the result of a check depends on."""
        return fingerprint(self.given.ground, self.exercise.id, check.name, *sorted(self._stand_ins))

    def _in_order(self) -> tuple[CheckResult, ...]:
        places = {name: place for place, name in enumerate(self.order)}
        return tuple(sorted(self.checks, key=lambda check: places.get(check.name, 0)))

    def release(self) -> None:
        """End the worker: what it left running goes with it."""
        if self._loaded is not None and self._loaded.worker is not None:
            self._loaded.worker.close()
        self._loaded = None

    def result(self) -> ExerciseResult:
        """What is known of the exercise so far."""
        own = self._source.notes if self._source is not None else ()
        others = notes_on_others(self.given.submission, self.given.course)
        told = (self._missing_sibling,) if self._missing_sibling else ()
        return ExerciseResult(
            exercise=self.exercise.id,
            title=self.exercise.title,
            file=self.file,
            checks=self._in_order(),
            blocked_by=self._blocked_by,
            notes=(*told, *own, *others, *_note_on_stand_ins(list(self._stand_ins)), *_note_on_old(self.taken_over)),
        )


def _waits_for(failed: CheckResult) -> Outcome:
    """A check is not run, since another failed; where that one waits itself, both wait for the same."""
    waits = failed.failure if failed.verdict is Verdict.BLOCKED else Failure(f"Not run: it waits for “{failed.demand}”")
    return Outcome(Verdict.BLOCKED, waits, waits_for=failed.waits_for or failed.name)


def _fault(text: str) -> Outcome:
    return Outcome(Verdict.GRADER_FAULT, GRADER_FAILED, fault=text)


def _note_on_stand_ins(names: list[str]) -> tuple[str, ...]:
    return (f"Built on the course's own {', '.join(names)}: yours is not done.",) if names else ()


def _note_on_old(count: int) -> tuple[str, ...]:
    checks = f"{count} checks" if count > 1 else "1 check"
    return (f"{checks} of full mode had been run on these files; --fresh runs them again.",) if count else ()

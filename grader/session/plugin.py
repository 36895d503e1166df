"""The pytest plugin that runs checks against a submission and turns what happens into results."""

from __future__ import annotations

import functools
import hashlib
import math
import platform
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from typing import Any

import hypothesis
import msgspec
import pytest

from grader import __version__
from grader.checks import context as check_context
from grader.checks import marks
from grader.checks.context import CheckContext
from grader.checks.diagnosis.replay import symbols_used
from grader.course import Course, Exercise, Submission, imports_of, missing_hint
from grader.course.forbidden import find_forbidden
from grader.errors import GraderError
from grader.reports.failure import explain
from grader.reports.layout import plain
from grader.reports.model import CheckResult, ExerciseResult, Failure, Status, Verdict, Visibility
from grader.sandbox.ended import Interrupted
from grader.sandbox.proxy import CALL_SECONDS, Conversation, Peer
from grader.sandbox.proxy import Submission as SubmissionProxy
from grader.session.checks import demand_of, report_of
from grader.session.files import imported_by, is_stub, notes_on_others, others_of_course, siblings
from grader.session.kept import KeptResults, fingerprint, fingerprint_of_code
from grader.session.outcome import Judge, Outcome
from grader.session.pictures import curves, maps
from grader.session.references import References
from grader.session.sandboxes import ImportFailure, Loaded, Sandboxes, quiet_torch

Select = Callable[[str, str, Any], bool]  # of the exercise, the check's name and its function


class _Blocked(Interrupted):
    """Ends a check whose exercise builds on one that is not done."""


class _Unusable(Interrupted):
    """Ends a check of a file that cannot be imported; holds the outcome."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome


class _Known(Interrupted):
    """Ends a check of full mode that an earlier run has made on the same files; holds its result."""

    def __init__(self, result: CheckResult) -> None:
        super().__init__()
        self.result = result


class _State(msgspec.Struct, eq=False):
    """One exercise during a run."""

    exercise: Exercise
    judge: Judge
    loaded: Loaded | None = None
    unusable: Outcome | None = None
    blocked_by: str = ""
    checks: list[CheckResult] = []
    taken_over: int = 0  # checks of full mode whose results an earlier run had


class GradingPlugin:
    """Runs checks in pytest and collects their results.

    Args:
        course: where checks and solutions are.
        exercises: what to grade, in an order in which none comes before what it imports.
        submission: the learner's files.
        sandboxes: where they run.
        references: the solutions and banks.
        seed: decides every input of the run.
    """

    def __init__(
        self,
        course: Course,
        exercises: tuple[Exercise, ...],
        submission: Submission,
        sandboxes: Sandboxes,
        references: References,
        seed: int,
    ) -> None:
        self.course = course
        self._files = submission
        self.sandboxes = sandboxes
        self.references = references
        self.seed = seed
        self.sink: Callable[[], None] | None = None  # called after each check
        self.most_seconds: Mapping[str, float] = {}  # exercise -> a cap on each call's deadline, and its import's
        self.alone = False  # whether to grade exercises whatever they build on
        self.trains_on = "cpu"  # where checks of full mode train
        self.kept: KeptResults | None = None  # results of full mode, of earlier runs and of this
        self.kept_for = ""  # what they depend on beside the files
        self.on_start: Callable[[str, str], None] | None = None  # told of each check before it runs
        self.full = False  # whether to run the checks of full mode too
        self.select: Select | None = None  # which checks to run, of those
        self.names = True  # whether to look for what was misunderstood in the bank
        self.used: dict[str, dict[str, set[str]]] | None = None  # to be filled: exercise -> check -> symbols in use
        self.watch: Callable[[str, CheckContext], None] | None = None  # told of each check's context before it runs
        self.wrap: Callable[[str, Peer], Peer] | None = None  # puts something between a check and its worker
        self.faults: list[str] = []
        self.numeric: dict[str, set[str]] = {
            exercise.id: set() for exercise in exercises
        }  # checks that compare numbers
        self._states = {exercise.id: self._state(exercise) for exercise in exercises}
        self._by_path = {exercise.checks.resolve(): exercise.id for exercise in exercises}
        self._context = CheckContext()
        self._started = 0.0

    def _state(self, exercise: Exercise) -> _State:
        source = self._files.files.get(exercise.id)
        file = source.display if source is not None else f"exercises/{exercise.unit}/{exercise.name}.py"
        judge = Judge(
            exercise,
            file,
            lambda: self.references.bank(exercise) if self.names else (),
            lambda: self.references.solution(exercise),
            siblings(exercise, self._files, self.course),
            source.text if source is not None else "",
            others_of_course(exercise, self._files, self.course),
        )
        return _State(exercise, judge, checks=[])

    # -- collection ---------------------------------------------------------------------------------------------

    @pytest.hookimpl(tryfirst=True)
    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A check file that cannot be collected is our fault."""
        if report.failed:
            self.faults.append(f"The checks in {report.nodeid} cannot be loaded:\n{report.longreprtext}")

    def pytest_internalerror(self, excrepr: object) -> bool:
        """Pytest itself, or this plugin, broke."""
        self.faults.append(f"pytest failed:\n{excrepr}")
        return True

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        """Seed the search of every property."""
        function = getattr(item, "obj", None)
        if function is not None and getattr(function, "is_hypothesis_test", False):
            item.obj = hypothesis.seed(self._seed_of(item, "given"))(function)  # type: ignore[attr-defined]

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave out what is not asked for; put exercises in the order of the plan. Checks keep that of their file."""
        items[:] = [item for item in items if self._is_wanted(item)]
        order = {exercise: place for place, exercise in enumerate(self._states)}
        items.sort(key=lambda item: order.get(self._exercise_of(item), len(order)))

    def _is_wanted(self, item: pytest.Item) -> bool:
        function = getattr(item, "obj", None)
        if marks.is_full(function) and not (self.full and marks.device_of(function) in {"", self.trains_on}):
            return False
        exercise = self._exercise_of(item)
        return not exercise or self.select is None or self.select(exercise, item.name, function)

    def _exercise_of(self, item: pytest.Item) -> str:
        return self._by_path.get(item.path.resolve(), "")

    def _seed_of(self, item: pytest.Item, purpose: str) -> int:
        name = f"{self.seed}:{self._exercise_of(item)}:{item.name}:{purpose}"
        return int.from_bytes(hashlib.sha256(name.encode()).digest()[:6], "big")

    # -- fixtures -----------------------------------------------------------------------------------------------

    @pytest.fixture
    def submission(self, request: pytest.FixtureRequest) -> SubmissionProxy:
        """The learner's module, in its sandbox."""
        state = self._states[self._exercise_of(request.node)]
        loaded = self._load(state)
        peer = loaded.peer if self.wrap is None else self.wrap(f"{state.exercise.id}:{request.node.name}", loaded.peer)
        talk = Conversation(peer, loaded.defined, self._seed_of(request.node, "worker"))
        talk.seconds = min(marks.limit_of(request.node.obj) or CALL_SECONDS, self._most_seconds(state))
        self._context.talk = talk
        return SubmissionProxy(talk)

    @pytest.fixture
    def reference(self, request: pytest.FixtureRequest) -> Any:
        """The solution's module, in the trusted process."""
        state = self._states[self._exercise_of(request.node)]
        return self.references.solution(state.exercise)

    @pytest.fixture
    def device(self) -> str:
        """Where a check of full mode trains, ``cpu`` or ``cuda``."""
        return self.trains_on

    @pytest.fixture
    def rng(self, request: pytest.FixtureRequest) -> Any:
        """A generator of this check's own: torch's, or NumPy's in an exercise without torch."""
        seed = self._seed_of(request.node, "rng")
        if self._states[self._exercise_of(request.node)].exercise.packages == "numpy":
            import numpy as np

            return np.random.default_rng(seed)
        import torch

        return torch.Generator().manual_seed(seed)

    def _most_seconds(self, state: _State) -> float:
        return self.most_seconds.get(state.exercise.id, math.inf)

    def _load(self, state: _State) -> Loaded:
        """The exercise's worker; a new one after a fault."""
        if state.unusable is not None:
            raise _Unusable(state.unusable)
        if state.loaded is None or (state.loaded.worker is not None and not state.loaded.worker.alive):
            loaded = self.sandboxes.load(state.exercise, self._files, self._most_seconds(state))
            if state.loaded is not None and state.loaded.worker is not None:
                state.loaded.worker.close()
            if isinstance(loaded, ImportFailure):
                state.unusable = state.judge.import_failed(loaded)
                raise _Unusable(state.unusable)
            state.loaded = loaded
        return state.loaded

    # -- running ------------------------------------------------------------------------------------------------

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Begin a check: nothing of it runs when its file is unusable or its exercise blocked."""
        self._context = CheckContext()
        self._started = time.perf_counter()
        if self.watch is not None:
            self.watch(f"{self._exercise_of(item)}:{item.name}", self._context)
        check_context.enter(self._context)
        quiet_torch()
        state = self._states[self._exercise_of(item)]
        if not state.checks:
            self._look_at_file(state)
        if state.unusable is not None:
            raise _Unusable(state.unusable)
        if state.blocked_by:
            raise _Blocked
        if self.on_start is not None:
            self.on_start(state.exercise.id, item.name)
        known = self.kept.get(self._fingerprint(item)) if self.kept is not None and self._is_full(item) else None
        if known is not None:
            raise _Known(known)
        if "submission" in getattr(item, "fixturenames", ()):
            self._load(state)  # here and not in the fixture: pytest cannot clean up after an interrupted fixture

    @staticmethod
    def _is_full(item: pytest.Item) -> bool:
        return marks.is_full(getattr(item, "obj", None))

    def _fingerprint(self, item: pytest.Item) -> str:
        """All that the result of a check depends on."""
        return fingerprint(self._common_ground, self._exercise_of(item), item.name)

    @functools.cached_property
    def _common_ground(self) -> str:
        """What every result depends on: all that a worker is sent, our own code, and how the run was called for."""
        theirs = [
            part
            for module, file in sorted(self._files.files.items())
            for part in (module, file.display, file.text, file.fault)
        ]
        python = f"{sys.version} {sys.platform} {platform.machine()}"
        return fingerprint(__version__, python, self.kept_for, fingerprint_of_code(self.course.root), *theirs)

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_teardown(self, item: pytest.Item, nextitem: pytest.Item | None) -> None:
        """End the worker of an exercise with its last check: what it left running goes with it."""
        exercise = self._exercise_of(item)
        if nextitem is None or self._exercise_of(nextitem) != exercise:
            self._release(self._states[exercise])

    def _look_at_file(self, state: _State) -> None:
        """Find out before the first check of an exercise whether it can be graded at all."""
        source = self._files.files.get(state.exercise.id)
        if source is None:
            hint = missing_hint(self._files, state.exercise)
            state.unusable = Outcome(Verdict.MISSING, Failure(hint, location=state.judge.file))
            return
        if source.fault:
            state.unusable = Outcome(Verdict.RAISED, Failure(source.fault, location=source.display))
            return
        uses = find_forbidden(source, state.exercise.forbids, imported_by(source, self._files, self.course))
        if uses:
            state.unusable = state.judge.forbidden(uses)
            return
        if self.alone:
            return
        unmet = {
            needed: self.result(needed).status
            for needed in imports_of(source, self.course)
            if needed in self._states and needed != state.exercise.id
        }
        unmet = {needed: status for needed, status in unmet.items() if status is not Status.PASSED}
        tried = [needed for needed, status in unmet.items() if status is not Status.NOT_STARTED]
        if unmet and not tried and is_stub(source.text, state.exercise):
            # Nothing has been begun: "blocked" would only puzzle.
            failure = Failure(f"{state.exercise.id} is not written yet.", location=source.display)
            state.unusable = Outcome(Verdict.NOT_STARTED, failure)
        elif unmet:
            state.blocked_by = (tried or list(unmet))[0]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport | None:
        """Judge the check once, when its body (or its setup) has ended."""
        if call.when == "teardown" and call.excinfo is None:
            return None
        if call.when == "setup" and call.excinfo is None:
            return None
        error = None if call.excinfo is None else call.excinfo.value
        result = self._judged(item, error)
        state = self._states[self._exercise_of(item)]
        state.checks.append(result)
        if isinstance(error, _Known):
            state.taken_over += 1
        elif self.kept is not None and self._is_full(item) and not isinstance(error, _Unusable):
            self.kept.put(self._fingerprint(item), result)
        if self.sink is not None:
            self.sink()
        if isinstance(error, _Known):  # nothing was run: pytest must not go on to the body of the check
            return report_of(item, call, "skipped", (str(item.path), 0, "run before on the same files"))
        passed = result.verdict is Verdict.PASSED
        text = "" if result.failure is None else "\n".join(plain(line) for line in explain(result.failure))
        return report_of(item, call, "passed" if passed else "failed", None if passed else f"{result.demand}\n{text}")

    def _judged(self, item: pytest.Item, error: BaseException | None) -> CheckResult:
        if isinstance(error, _Known):
            return error.result
        state = self._states[self._exercise_of(item)]
        function = getattr(item, "obj", None)
        uses_reference = "reference" in getattr(item, "fixturenames", ())
        visibility = Visibility.HIDDEN if uses_reference or marks.is_hidden(function) else Visibility.VISIBLE
        output = state.loaded.worker.output() if state.loaded is not None and state.loaded.worker is not None else ""
        searched = bool(getattr(function, "is_hypothesis_test", False))
        outcome = self._outcome(state, error, visibility, output, searched=searched)
        if self._context.compared_numbers:
            self.numeric[state.exercise.id].add(item.name)
        if self.used is not None and self._context.talk is not None:
            symbols = symbols_used(self.references.solution(state.exercise), self._context.talk.log)
            self.used.setdefault(state.exercise.id, {})[item.name] = symbols
        if outcome.fault:
            self.faults.append(f"{state.exercise.id}: {item.name}\n{outcome.fault}")
        return CheckResult(
            name=item.name,
            demand=demand_of(item),
            verdict=outcome.verdict,
            points=marks.points_of(function),
            visibility=visibility,
            failure=outcome.failure,
            seconds=round(time.perf_counter() - self._started, 4),
            curves=curves(self._context, visibility),
            maps=maps(self._context, visibility),
        )

    def _outcome(
        self, state: _State, error: BaseException | None, visibility: Visibility, output: str, *, searched: bool
    ) -> Outcome:
        if isinstance(error, _Blocked):
            return Outcome(Verdict.BLOCKED, Failure(f"{state.blocked_by} is not done yet, and this builds on it."))
        if isinstance(error, _Unusable):
            return error.outcome
        try:
            return state.judge.judge(error, self._context, visibility, output, searched=searched)
        except GraderError as fault:
            text = str(fault)
        except Exception:  # noqa: BLE001 - a mistake of ours must cost neither a verdict nor the other results
            text = traceback.format_exc()
        failure = Failure("The grader failed here. This is not your mistake.")
        return Outcome(Verdict.GRADER_FAULT, failure, fault=text)

    def release(self) -> None:
        """End the workers of this run."""
        check_context.enter(None)
        for state in self._states.values():
            self._release(state)

    @staticmethod
    def _release(state: _State) -> None:
        if state.loaded is not None and state.loaded.worker is not None:
            state.loaded.worker.close()
        state.loaded = None

    # -- results ------------------------------------------------------------------------------------------------

    def result(self, exercise_id: str) -> ExerciseResult:
        """What is known of an exercise so far."""
        state = self._states[exercise_id]
        source = self._files.files.get(exercise_id)
        own = source.notes if source is not None else ()
        return ExerciseResult(
            exercise=exercise_id,
            title=state.exercise.title,
            file=state.judge.file,
            checks=tuple(state.checks),
            blocked_by=state.blocked_by,
            notes=(*own, *notes_on_others(self._files, self.course), *_taken_over(state)),
        )


def _taken_over(state: _State) -> list[str]:
    count = state.taken_over
    checks = f"{count} checks" if count > 1 else "1 check"
    return [f"{checks} of full mode had been run on these files; --fresh runs them again."] if count else []

"""The pytest plugin: hooks that hand each check to its exercise's run, and the fixtures that checks ask for."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from grader.checks import context as check_context
from grader.checks import marks
from grader.checks.context import CheckContext
from grader.course import Exercise
from grader.reports.model import ExerciseResult, Status
from grader.sandbox.proxy import SubmissionProxy
from grader.session.exercise_run import ExerciseRun, RunInput
from grader.session.pytest_items import brought_forward, check_of, report_of, report_of_unrun, searched, unmet_needs
from grader.session.sandboxes import quiet_torch
from grader.session.work import at_most


class GradingPlugin:
    """Runs checks in pytest; their results are in the runs of the exercises.

    Args:
        plan: what to grade, in an order in which none comes before what it imports.
        given: the submission, and how to grade it.
        after_check: called when a check has its result.
    """

    def __init__(
        self, plan: Sequence[Exercise], given: RunInput, after_check: Callable[[], None] = lambda: None
    ) -> None:
        self.given = given
        self.runs = {exercise.id: ExerciseRun(exercise, given) for exercise in plan}
        self._after_check = after_check
        self._faults: list[str] = []  # of pytest and of check files, not of one check
        self._by_path = {exercise.checks.resolve(): self.runs[exercise.id] for exercise in plan}
        self._context = CheckContext()
        self._started = 0.0

    @property
    def faults(self) -> tuple[str, ...]:
        """What failed on our side so far."""
        return (*self._faults, *(fault for run in self.runs.values() for fault in run.faults))

    def result(self, exercise: str) -> ExerciseResult:
        """What is known of an exercise so far."""
        return self.runs[exercise].result()

    # -- collection ---------------------------------------------------------------------------------------------

    @pytest.hookimpl(tryfirst=True)
    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A check file that cannot be collected is our fault."""
        if report.failed:
            self._faults.append(f"The checks in {report.nodeid} cannot be loaded:\n{report.longreprtext}")

    def pytest_internalerror(self, excrepr: object) -> bool:
        """Pytest itself, or this plugin, broke."""
        self._faults.append(f"pytest failed:\n{excrepr}")
        return True

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        """Seed the search of every property."""
        function: Any = getattr(item, "obj", None)
        run = self._run_of(item)
        if run is not None and getattr(function, "is_hypothesis_test", False):
            options = self.given.options
            found = searched(function, run.seed_of(item.name, "given"), shrink=options.names and not options.brief)
            item.obj = found  # type: ignore[attr-defined]

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave out what is not asked for; put exercises in the order of the plan. Checks keep that of their file."""
        self._faults += unmet_needs(items)
        items[:] = [item for item in items if self._is_wanted(item)]
        order = {run: place for place, run in enumerate(self.runs.values())}
        items.sort(key=lambda item: order.get(self._run_of(item), len(order)))  # type: ignore[arg-type]
        for name, first in self.given.options.first.items():
            if (run := self.runs.get(name)) is not None:
                places = [place for place, item in enumerate(items) if self._run_of(item) is run]
                own = [items[place] for place in places]
                run.order = tuple(item.name for item in own)
                for place, item in zip(places, brought_forward(own, first), strict=True):
                    items[place] = item

    def _is_wanted(self, item: pytest.Item) -> bool:
        function, options = getattr(item, "obj", None), self.given.options
        if marks.is_full(function) and not (options.full and marks.device_of(function) in {"", options.device}):
            return False
        if marks.is_training(function) and not options.training:
            return False
        run, select = self._run_of(item), self.given.hooks.select
        return run is None or select is None or select(run.exercise.id, item.name, function)

    def _run_of(self, item: pytest.Item) -> ExerciseRun | None:
        return self._by_path.get(item.path.resolve())

    # -- fixtures -----------------------------------------------------------------------------------------------

    @pytest.fixture
    def submission(self, request: pytest.FixtureRequest) -> SubmissionProxy:
        """The learner's module, in its sandbox."""
        run = self._by_path[request.node.path.resolve()]
        self._context.talk = run.conversation(check_of(request.node))
        return SubmissionProxy(self._context.talk)

    @pytest.fixture
    def reference(self, request: pytest.FixtureRequest) -> Any:
        """The solution's module, in the trusted process."""
        return self.given.references.solution(self._by_path[request.node.path.resolve()].exercise)

    @pytest.fixture
    def device(self) -> str:
        """Where a check of full mode trains, ``cpu`` or ``cuda``."""
        return self.given.options.device

    @pytest.fixture
    def rng(self, request: pytest.FixtureRequest) -> Any:
        """A generator of this check's own: torch's, or NumPy's in an exercise without torch."""
        run = self._by_path[request.node.path.resolve()]
        seed = run.seed_of(request.node.name, "rng")
        if run.exercise.packages != "torch":
            import numpy as np

            return np.random.default_rng(seed)
        import torch

        return torch.Generator().manual_seed(seed)

    # -- running ------------------------------------------------------------------------------------------------

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
        """Begin a check. Nothing of it runs where its result is known: an unusable file, a blocked exercise."""
        run = self._run_of(item)
        if run is None:
            return None
        self._context = CheckContext()
        self._started = time.perf_counter()
        watch = self.given.hooks.watch
        if watch is not None:
            watch(f"{run.exercise.id}:{item.name}", self._context)
        check_context.enter(self._context)
        quiet_torch()
        before = run.taken_over
        result = run.begin(check_of(item), self._status_of)
        if result is None:
            return None
        self._tell_of_unrun(item, nextitem, report_of_unrun(item, result, kept=run.taken_over > before))
        self._end(item, nextitem)
        return True

    def _status_of(self, exercise: str) -> Status | None:
        return self.runs[exercise].result().status if exercise in self.runs else self.given.standing.get(exercise)

    def _tell_of_unrun(self, item: pytest.Item, nextitem: pytest.Item | None, report: pytest.TestReport) -> None:
        """What pytest's own protocol does around a test, without the test."""
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        self._after_check()
        item.ihook.pytest_runtest_logreport(report=report)
        item.session._setupstate.teardown_exact(nextitem)  # noqa: SLF001 - its next test expects that of the one before
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        """Give the body of a check a bounded CPU time of this process."""
        with at_most(check_of(item).work_seconds):
            return (yield)

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_teardown(self, item: pytest.Item, nextitem: pytest.Item | None) -> None:
        """End the worker of an exercise with its last check: what it left running goes with it."""
        self._end(item, nextitem)

    def _end(self, item: pytest.Item, nextitem: pytest.Item | None) -> None:
        run = self._run_of(item)
        if run is None or (nextitem is not None and self._run_of(nextitem) is run):
            return
        run.release()
        told = self.given.hooks.on_exercise
        if told is not None and not told(run.result(), run.faults):
            item.session.shouldfail = "whoever watches has seen enough"  # shouldstop would pass for Ctrl-C

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport | None:
        """Judge the check once, when its body (or its setup) has ended."""
        run = self._run_of(item)
        if run is None or (call.when in {"setup", "teardown"} and call.excinfo is None):
            return None
        error = None if call.excinfo is None else call.excinfo.value
        result = run.finish(check_of(item), error, self._context, self._started)
        self._after_check()
        return report_of(item, call, result)

    def release(self) -> None:
        """End the workers of this run."""
        check_context.enter(None)
        for run in self.runs.values():
            run.release()

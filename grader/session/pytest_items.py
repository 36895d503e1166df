"""What the grader needs of pytest and Hypothesis around a check: its files, its sentence, its report, its search."""

from __future__ import annotations

import contextlib
import inspect
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from grader.checks import marks
from grader.course import Exercise
from grader.errors import GraderError
from grader.reports.failure import explain
from grader.reports.lines import plain
from grader.reports.model import CheckResult, Verdict, Visibility
from grader.session.exercise_run import Check

_PROFILE = "gradlings"
_LINE = re.compile(r"(.+):(\d{1,9})")


def check_of(item: pytest.Item) -> Check:
    """What is known of a check without running it."""
    function = getattr(item, "obj", None)
    fixtures = getattr(item, "fixturenames", ())
    is_hidden = "reference" in fixtures or marks.is_hidden(function)
    return Check(
        name=item.name,
        demand=demand_of(item),
        points=marks.points_of(function),
        visibility=Visibility.HIDDEN if is_hidden else Visibility.VISIBLE,
        asks="submission" in fixtures,
        searches=bool(getattr(function, "is_hypothesis_test", False)),
        trains=marks.is_training(function),
        is_full=marks.is_full(function),
        seconds=marks.limit_of(function),
        needs=marks.needs_of(function),
        is_bonus=marks.is_bonus(function),
    )


def unmet_needs(items: Sequence[pytest.Item]) -> list[str]:
    """What is wrong with the checks that others need: they must stand before those, in the same file."""
    seen: set[tuple[Path, str]] = set()
    wrong: dict[str, None] = {}
    for item in items:
        name = item.name.partition("[")[0]
        for needed in marks.needs_of(getattr(item, "obj", None)):
            if (item.path, needed) not in seen or needed == name:
                wrong[f"{item.path}: {name} needs {needed}, and no check of that name stands before it."] = None
        seen.add((item.path, name))
    return list(wrong)


def brought_forward(items: Sequence[pytest.Item], first: Collection[str]) -> list[pytest.Item]:
    """The checks of one exercise with some of them first, and what these need before them; all else in its order."""
    wanted = {item.name.partition("[")[0] for item in items if item.name in first}
    for item in reversed(items):  # what one needs stands above it
        if item.name.partition("[")[0] in wanted:
            wanted |= set(marks.needs_of(getattr(item, "obj", None)))
    chosen = [item for item in items if item.name.partition("[")[0] in wanted]
    return [*chosen, *(item for item in items if item not in chosen)]


def report_of(item: pytest.Item, call: pytest.CallInfo[None], result: CheckResult) -> pytest.TestReport:
    """A check's report to pytest; a bonus that was not earned is expected to fail, what is not begun is skipped."""
    passed, not_started = result.verdict is Verdict.PASSED, result.verdict is Verdict.NOT_STARTED
    told = pytest.TestReport(
        nodeid=item.nodeid,
        location=item.location,
        keywords={},
        outcome="passed" if passed else "skipped" if result.is_more or not_started else "failed",
        longrepr=None if passed else _skipped(item, result) if not_started else _told(result),
        when="call" if call.when is None or call.when == "collect" else call.when,
        duration=call.duration,
        start=call.start,
        stop=call.stop,
        is_owed=not_started and not result.bonus,
    )
    if result.is_more:
        told.wasxfail = "a bonus"
    return told


def report_of_unrun(item: pytest.Item, result: CheckResult, *, kept: bool) -> pytest.TestReport:
    """The report of a check that was not run: skipped where a run before has ``kept`` it, it waits, or is not begun."""
    waits = result.verdict in {Verdict.NOT_STARTED, Verdict.BLOCKED} and not kept
    return pytest.TestReport(
        nodeid=item.nodeid,
        location=item.location,
        keywords={},
        outcome="skipped" if kept or waits else "failed",
        longrepr=_skipped(item, result, "run before on the same files" * kept) if kept or waits else _told(result),
        when="setup",
        is_owed=waits and not result.bonus,
    )


def _skipped(item: pytest.Item, result: CheckResult, why: str = "") -> tuple[str, int, str]:
    """Why a check was skipped, as pytest shows it: where in the learner's file, and a reason."""
    failure = result.failure
    place = _LINE.fullmatch(failure.location) if failure is not None else None
    file, line = (place[1], int(place[2])) if place is not None else (item.location[0], 1)
    return file, line, why or (failure.headline if failure is not None else "not started")


def _told(result: CheckResult) -> str:
    text = "" if result.failure is None else "\n".join(plain(line) for line in explain(result.failure))
    return f"{result.demand}\n{text}"


def demand_of(item: pytest.Item) -> str:
    """The first paragraph of the check's docstring, with the case's parameters filled in."""
    text = inspect.getdoc(getattr(item, "obj", None)) or item.name
    demand = " ".join(text.split("\n\n")[0].split())
    spec = getattr(item, "callspec", None)
    if spec is not None and "{" in demand:
        for name, value in spec.params.items():
            demand = demand.replace("{" + name + "}", str(value))
    return demand


def searched(check: Callable[..., object], seed: int, *, shrink: bool) -> Callable[..., object]:
    """A property with the seed of its search, and with or without a search for the smallest input that fails.

    A module of checks stays imported from run to run, and its properties keep the settings that they were imported
    with: they are told anew each time, in the way that Hypothesis' own plugin does it.
    """
    property_: Any = check
    kept: hypothesis.settings = property_._hypothesis_internal_use_settings  # noqa: SLF001
    told = hypothesis.settings(kept, phases=_phases(shrink=shrink))
    property_._hypothesis_internal_use_settings = told  # noqa: SLF001
    return hypothesis.seed(seed)(check)


def _phases(*, shrink: bool) -> list[hypothesis.Phase]:
    phases = hypothesis.Phase
    return [phases.explicit, phases.generate, phases.target, *([phases.shrink] if shrink else [])]


@contextlib.contextmanager
def hypothesis_profile(examples: int) -> Iterator[None]:
    """Set Hypothesis up for checks, with so many examples each, and as it was afterwards."""
    before = hypothesis.settings.get_current_profile_name()
    hypothesis.settings.register_profile(
        _PROFILE,
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=False,
        report_multiple_bugs=False,
        print_blob=False,
        phases=_phases(shrink=True),
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    hypothesis.settings.load_profile(_PROFILE)
    try:
        yield
    finally:
        hypothesis.settings.load_profile(before)


def check_files(exercises: tuple[Exercise, ...]) -> list[Path]:
    """The check files of exercises.

    Raises:
        GraderError: one is missing.
    """
    for exercise in exercises:
        if not exercise.checks.is_file():
            raise GraderError(f"{exercise.id} has no checks: {exercise.checks} is missing.")
    return [exercise.checks for exercise in exercises]

"""What the grader needs of pytest and Hypothesis around a check: its files, its sentence, its report, its search."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import hypothesis
import pytest

from grader.course import Exercise
from grader.errors import GraderError

_PROFILE = "gradlings"


def report_of(
    item: pytest.Item, call: pytest.CallInfo[None], outcome: Literal["passed", "failed", "skipped"], why: Any
) -> pytest.TestReport:
    """A check's report to pytest."""
    return pytest.TestReport(
        nodeid=item.nodeid,
        location=item.location,
        keywords={},
        outcome=outcome,
        longrepr=why,
        when="call" if call.when is None or call.when == "collect" else call.when,
        duration=call.duration,
        start=call.start,
        stop=call.stop,
    )


def demand_of(item: pytest.Item) -> str:
    """The first paragraph of the check's docstring, with the case's parameters filled in."""
    text = inspect.getdoc(getattr(item, "obj", None)) or item.name
    demand = " ".join(text.split("\n\n")[0].split())
    spec = getattr(item, "callspec", None)
    if spec is not None and "{" in demand:
        for name, value in spec.params.items():
            demand = demand.replace("{" + name + "}", str(value))
    return demand


@contextlib.contextmanager
def hypothesis_profile(examples: int) -> Iterator[None]:
    """Set Hypothesis up for checks, with so many examples each, and as it was afterwards."""
    before = hypothesis.settings.get_current_profile_name()
    phases = [
        hypothesis.Phase.explicit,
        hypothesis.Phase.generate,
        hypothesis.Phase.target,
        hypothesis.Phase.shrink,
    ]
    hypothesis.settings.register_profile(
        _PROFILE,
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=False,
        report_multiple_bugs=False,
        print_blob=False,
        phases=phases,
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

"""Which checks an exercise has, and what of them is shown, as pytest finds them: found out without running any."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from grader.course import Course, Exercise
from grader.errors import GraderError
from grader.reports.model import Visibility
from grader.session.grading import forget_other_courses, pytest_arguments
from grader.session.home import no_home
from grader.session.options import RunOptions
from grader.session.pytest_items import check_files, check_of
from grader.session.surroundings import elsewhere, own_settings


class FoundCheck(msgspec.Struct, frozen=True):
    """A check, all its cases together.

    Attributes:
        name: what the file of checks calls it: its function, or the class that it is a method of.
        sentences: what learners read, of each case.
        visible: whether expected values are shown.
        fixtures: what it asks for, and what that asks for.
    """

    name: str
    sentences: tuple[str, ...]
    visible: bool
    fixtures: frozenset[str]


def collect(course: Course, exercises: Sequence[Exercise]) -> dict[str, tuple[FoundCheck, ...]]:
    """Find the checks of exercises, those of full mode too.

    Returns:
        Exercise -> its checks, in the order of their file.

    Raises:
        GraderError: a file of checks is missing or cannot be loaded.
    """
    found = _Collector()
    forget_other_courses(course.root)
    arguments = pytest_arguments(course.root, check_files(tuple(exercises)), RunOptions())
    with own_settings(), no_home(), elsewhere():
        pytest.main([*arguments, "--collect-only"], plugins=[found])
    if found.faults:
        raise GraderError(found.faults[0])
    of_file: dict[str, dict[str, FoundCheck]] = {}
    for item in found.items:
        checks, check = of_file.setdefault(str(item.path.resolve()), {}), _found(item)
        known = checks.get(check.name)
        checks[check.name] = check if known is None else _together(known, check)
    return {e.id: tuple(of_file.get(str(e.checks.resolve()), {}).values()) for e in exercises}


class _Collector:
    """Keeps what pytest collects."""

    def __init__(self) -> None:
        self.items: list[pytest.Item] = []
        self.faults: list[str] = []

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note what cannot be collected."""
        if report.failed:
            self.faults.append(f"The checks in {report.nodeid} cannot be loaded:\n{report.longreprtext}")

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep what was found, before anything is left out."""
        self.items = list(items)


def _found(item: pytest.Item) -> FoundCheck:
    told = check_of(item)
    owner: Any = getattr(item, "cls", None)
    fixtures = frozenset(getattr(item, "fixturenames", ()))
    name = item.name.partition("[")[0] if owner is None else owner.__qualname__.partition(".")[0]
    return FoundCheck(name, (told.demand,), told.visibility is Visibility.VISIBLE, fixtures)


def _together(one: FoundCheck, other: FoundCheck) -> FoundCheck:
    """Two cases of one check, or two methods of a class: one that is hidden hides both."""
    return FoundCheck(
        one.name,
        tuple(dict.fromkeys((*one.sentences, *other.sentences))),
        one.visible and other.visible,
        one.fixtures | other.fixtures,
    )

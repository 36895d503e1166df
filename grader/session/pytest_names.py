"""Under which names `pytest --grade` shows checks, and how one is asked for: `lecture5/linear.py::test_tensors`.

A check's own file lies wherever the course does, outside of the folder that pytest is called in, and two units may have
files of one name. So a check has the name of the learner's file that it is about.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from grader.course import Exercise, Submission
from grader.errors import UsageError
from grader.names import one_of, printable

_MOST_NAMED = 4


def name_of(exercise: Exercise) -> str:
    """The first part of the names of its checks: ``lecture5/linear.py``."""
    return f"{exercise.unit}/{exercise.name}.py"


class CheckNames:
    """The pytest plugin that names checks, and ends with a failure where something is not begun."""

    def __init__(self, plan: Sequence[Exercise]) -> None:
        self._names = {exercise.checks.resolve(): name_of(exercise) for exercise in plan}
        self._is_owed = False

    def pytest_pycollect_makemodule(self, module_path: Path, parent: pytest.Collector) -> pytest.Module | None:
        """Give a file of checks its name."""
        name = self._names.get(module_path.resolve())
        return None if name is None else pytest.Module.from_parent(parent, path=module_path, nodeid=name)

    @pytest.hookimpl(tryfirst=True)
    def pytest_itemcollected(self, item: pytest.Item) -> None:
        """Say of a check that it stands where its name says."""
        name = self._names.get(item.path.resolve())
        if name is not None:
            item.__dict__["location"] = (name, item.location[1], item.location[2])  # a cached property

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember whether anything is not begun, or waits: also of a check that another process ran."""
        self._is_owed = self._is_owed or bool(getattr(report, "is_owed", False))

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """What is not begun is skipped, and has not passed: pytest itself would end with 0."""
        if self._is_owed and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say why the exit code may be 1 where nothing has failed."""
        if self._is_owed:
            terminalreporter.write_line(
                "gradlings: what is not started, or waits for it, is skipped and has not passed."
            )


def named_by(words: Sequence[str], exercises: Sequence[Exercise], submission: Submission) -> dict[str, list[str]]:
    """What the words of a command line ask for.

    Args:
        words: names of checks, learner's files or folders of these, as one types them here.
        exercises: those that may be graded.
        submission: where the learner's files are.

    Returns:
        For each exercise that is asked for, by its id, the checks; none means all.

    Raises:
        UsageError: a word names nothing that may be graded.
    """
    found: dict[str, list[str]] = {}
    whole: set[str] = set()
    for word in words:
        place, _, check = word.partition("::")
        meant = [exercise.id for exercise in exercises if _is_meant(place, exercise, submission)]
        if not meant:
            names = one_of([name_of(exercise) for exercise in exercises][:_MOST_NAMED])
            raise UsageError(f"{printable(word)} names nothing that --grade grades. Name {names}, or a check of it.")
        for exercise in meant:
            found.setdefault(exercise, []).append(check)
        whole.update(() if check else meant)
    return {exercise: [] if exercise in whole else checks for exercise, checks in found.items()}


def _is_meant(place: str, exercise: Exercise, submission: Submission) -> bool:
    asked = os.path.abspath(place)  # noqa: PTH100 - `..` is taken as it is typed, and no link is followed
    return any(path == asked or path.startswith(asked.rstrip(os.sep) + os.sep) for path in _paths(exercise, submission))


def _paths(exercise: Exercise, submission: Submission) -> Iterator[str]:
    source = submission.files.get(exercise.id)
    names = [name_of(exercise), exercise.file, str(exercise.checks), *([source.display] if source else [])]
    return map(os.path.abspath, names)

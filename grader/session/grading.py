"""Grades one submission and makes its Report."""

from __future__ import annotations

import contextlib
import datetime
import os
import platform
import secrets
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from grader import __version__
from grader.course import Course, Exercise, Submission, imports_of, read_submission
from grader.errors import GraderError
from grader.reports.model import CheckResult, Environment, ExerciseResult, Report
from grader.session.sandboxes import Sandboxes


class Options(msgspec.Struct, frozen=True):
    """How to grade.

    Attributes:
        seed: decides every input; drawn when None.
        debug: the submission runs in this process, for a debugger.
        isolation: ``auto``, ``no-namespaces`` or ``none``.
        require_isolation: grade nothing below full isolation.
        sink: called with each check's result as it comes.
    """

    seed: int | None = None
    debug: bool = False
    isolation: str = "auto"
    require_isolation: bool = False
    sink: Callable[[Exercise, CheckResult], None] | None = None


def grade(
    course: Course, exercises: Sequence[Exercise], submission: Submission | Path, options: Options | None = None
) -> Report:
    """Grade a submission.

    Args:
        course: the course.
        exercises: what to grade.
        submission: the learner's files, or the path to them.
        options: how.

    Returns:
        The report; a fault of the grader's own is in it, not raised, once grading has begun.

    Raises:
        GraderError: grading could not begin.
    """
    options = options or Options()
    started = time.perf_counter()
    when = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    # The zygotes import torch on one core while this process does on the other.
    with Sandboxes(course, exercises, isolation=options.isolation, debug=options.debug) as sandboxes:
        if isinstance(submission, Path):
            submission = read_submission(submission, course)
        plan = in_order(exercises, submission, course)
        seed = secrets.randbelow(10_000) if options.seed is None else options.seed
        report = _run(course, plan, tuple(exercises), submission, sandboxes, seed, options)
    return msgspec.structs.replace(report, started=when, seconds=round(time.perf_counter() - started, 3))


def in_order(exercises: Sequence[Exercise], submission: Submission, course: Course) -> tuple[Exercise, ...]:
    """The exercises and all that the learner's files of them import, none before what it imports."""
    planned: dict[str, Exercise] = {}

    def add(exercise: Exercise, above: frozenset[str]) -> None:
        if exercise.id in planned or exercise.id in above:
            return
        source = submission.files.get(exercise.id)
        for needed in imports_of(source, course) if source is not None and not source.fault else ():
            add(course.exercise(needed), above | {exercise.id})
        planned[exercise.id] = exercise

    for exercise in exercises:
        add(exercise, frozenset())
    return tuple(planned.values())


def _run(
    course: Course,
    plan: tuple[Exercise, ...],
    wanted: tuple[Exercise, ...],
    submission: Submission,
    sandboxes: Sandboxes,
    seed: int,
    options: Options,
) -> Report:
    import pytest

    from grader.session.plugin import GradingPlugin, check_files, hypothesis_profile
    from grader.session.references import References

    files = check_files(plan)
    with References(course) as references, contextlib.contextmanager(hypothesis_profile)():
        plugin = GradingPlugin(course, plan, submission, sandboxes, references, seed, options.sink)
        isolation = sandboxes.isolation()
        if options.require_isolation and isolation.level != "full":
            lacking = "; ".join(isolation.missing)
            raise GraderError(
                f"Full isolation is required, and this machine gives {isolation.level}: {lacking}. "
                "`grade doctor` says how to get it."
            )
        with _own_pytest():
            code = pytest.main([*_arguments(course.root, options), *map(str, files)], plugins=[plugin])
        faults = list(plugin.faults)
        if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) and not faults:
            faults.append(f"pytest ended with {pytest.ExitCode(code).name}.")
        results = tuple(plugin.result(exercise.id) for exercise in wanted)
    return Report(
        seed=seed,
        isolation=isolation,
        exercises=results,
        units=_units(course, results),
        environment=environment(),
        submission=str(submission.root),
        faults=tuple(faults),
    )


def _units(course: Course, results: tuple[ExerciseResult, ...]) -> tuple[tuple[str, str], ...]:
    present = {result.unit for result in results}
    return tuple((unit.name, unit.title) for unit in course.units if unit.name in present)


def _arguments(root: Path, options: Options) -> list[str]:
    """pytest, with nothing of the surroundings: no ini file, no conftest, no plugin that happens to be installed."""
    quiet = ["--capture=no"] if options.debug else ["--capture=sys"]
    disabled = ["terminal", "cacheprovider", "junitxml", "pastebin", "doctest", "unittest", "faulthandler", "logging"]
    return [
        "-c", os.devnull, f"--rootdir={root}", "--noconftest", "--assert=plain", "--import-mode=importlib",
        "--continue-on-collection-errors", *quiet, *(word for name in disabled for word in ("-p", f"no:{name}")),
    ]  # fmt: skip


@contextlib.contextmanager
def _own_pytest() -> Iterator[None]:
    """Keep the surroundings' pytest settings out, and write no bytecode of the checks beside them."""
    changed = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": None, "PYTEST_PLUGINS": None}
    before = {name: os.environ.get(name) for name in changed}
    bytecode = sys.dont_write_bytecode
    _set_environment(changed)
    sys.dont_write_bytecode = True
    try:
        yield
    finally:
        _set_environment(before)
        sys.dont_write_bytecode = bytecode


def _set_environment(values: dict[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def environment() -> Environment:
    """What this run runs on."""
    import numpy as np

    torch = sys.modules.get("torch")
    return Environment(
        gradlings=__version__,
        python=platform.python_version(),
        torch=str(getattr(torch, "__version__", "")),
        numpy=np.__version__,
        platform=platform.platform(),
    )

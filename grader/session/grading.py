"""Grades one submission and makes its Report."""

from __future__ import annotations

import contextlib
import datetime
import gc
import importlib
import os
import platform
import secrets
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

import msgspec

from grader import __version__
from grader.course import Course, Exercise, Submission, imports_of, read_submission
from grader.errors import GraderError
from grader.reports.model import Environment, ExerciseResult, Isolation, Report
from grader.sandbox.proxy import Peer
from grader.session.kept import KeptResults
from grader.session.sandboxes import Sandboxes
from grader.session.surroundings import elsewhere, own_settings

if TYPE_CHECKING:
    from grader.checks.context import CheckContext
    from grader.session.plugin import GradingPlugin, Select
    from grader.session.references import References


_SEEDS = 10**12  # too many to be tried: who finds the seed knows every input of the run


class Options(msgspec.Struct, frozen=True):
    """How to grade.

    Attributes:
        seed: decides every input; drawn when None.
        debug: the submission runs in this process, for a debugger.
        isolation: ``auto``, ``no-namespaces`` or ``none``.
        require_isolation: grade nothing below full isolation.
        examples: how many inputs a property is tried on.
        most_seconds: exercise -> a cap on the deadline of each call and of its import.
        alone: grade just the exercises asked for, whatever they build on (to validate a course).
        full: run the checks of full mode too, which want real data or minutes.
        device: where these train, ``cpu`` or ``cuda``.
        kept: results of full mode from runs that were cut short.
        on_start: told of each check, by exercise and name, before it runs.
        on_progress: called after each check with the report so far.
    """

    seed: int | None = None
    debug: bool = False
    isolation: str = "auto"
    require_isolation: bool = False
    examples: int = 30
    most_seconds: Mapping[str, float] = {}
    alone: bool = False
    full: bool = False
    device: str = "cpu"
    kept: KeptResults | None = None
    on_start: Callable[[str, str], None] | None = None
    on_progress: Callable[[Report], None] | None = None


class GradingSession:
    """A course, its zygotes and its references, ready to grade one submission after the other.

    The zygotes start at once and import torch on one core while this process does on the other.

    Args:
        course: the course.
        exercises: all that will be graded in this session.
        options: how.
    """

    def __init__(self, course: Course, exercises: Sequence[Exercise], options: Options | None = None) -> None:
        self.course = course
        self.options = options or Options()
        self._stack = contextlib.ExitStack()
        self.sandboxes = self._stack.enter_context(
            Sandboxes(course, exercises, isolation=self.options.isolation, debug=self.options.debug)
        )
        self._needs_torch = any(exercise.packages != "numpy" for exercise in exercises)
        self._references: References | None = None
        self._isolation: Isolation | None = None
        self.wrap: Callable[[str, Peer], Peer] | None = None  # see GradingPlugin
        self.watch: Callable[[str, CheckContext], None] | None = None  # see GradingPlugin
        self.select: Select | None = None  # which checks to run; None for all
        self.names = True  # see GradingPlugin
        self.used: dict[str, dict[str, set[str]]] | None = None  # see GradingPlugin
        self.numeric: dict[str, frozenset[str]] = {}  # of the last run: the checks that compared numbers

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def prepare(self) -> tuple[References, Isolation]:
        """Import what checks need, then see what isolation there is."""
        if self._references is None or self._isolation is None:
            with elsewhere(), own_settings():
                _import_for_checks(with_torch=self._needs_torch)
                from grader.session.checks import hypothesis_profile
                from grader.session.references import References

                self._references = self._stack.enter_context(References(self.course))
                self._stack.enter_context(hypothesis_profile(self.options.examples))
            self._isolation = self.sandboxes.isolation()
            self._demand_isolation(self._isolation)
        return self._references, self._isolation

    def _demand_isolation(self, isolation: Isolation) -> None:
        if self.options.require_isolation and isolation.level != "full":
            raise GraderError(
                f"Full isolation is required, and this machine gives {isolation.level}: "
                f"{'; '.join(isolation.missing)}. `grade doctor` says how to get it."
            )

    def grade(self, exercises: Sequence[Exercise], submission: Submission | Path, seed: int | None = None) -> Report:
        """Grade a submission.

        Args:
            exercises: what to grade.
            submission: the learner's files, or the path to them.
            seed: decides every input; the options' when None, else drawn.

        Returns:
            The report; a fault of the grader's own is in it, not raised, once grading has begun.

        Raises:
            GraderError: grading could not begin.
        """
        started = time.perf_counter()
        when = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        if isinstance(submission, Path):
            submission = read_submission(submission, self.course)
        seed = self.options.seed if seed is None else seed
        seed = draw_seed() if seed is None else seed
        plan = tuple(exercises) if self.options.alone else in_order(exercises, submission, self.course)
        references, isolation = self.prepare()
        wanted = tuple(exercises)

        def report(plugin: GradingPlugin, faults: Sequence[str], *, complete: bool) -> Report:
            results = tuple(plugin.result(exercise.id) for exercise in wanted)
            if not complete:
                results = tuple(result for result in results if result.checks)
            return Report(
                seed=seed,
                isolation=isolation,
                exercises=results,
                units=_units(self.course, results),
                environment=environment(),
                submission=str(submission.root),
                started=when,
                seconds=round(time.perf_counter() - started, 3),
                complete=complete,
                faults=tuple(faults),
            )

        plugin = self._plugin(plan, submission, references, seed)
        if self.options.on_progress is not None:
            tell = self.options.on_progress
            plugin.sink = lambda: tell(report(plugin, plugin.faults, complete=False))
        return report(plugin, self._run(plugin, plan), complete=True)

    def _plugin(
        self, plan: tuple[Exercise, ...], submission: Submission, references: References, seed: int
    ) -> GradingPlugin:
        from grader.session.plugin import GradingPlugin

        plugin = GradingPlugin(self.course, plan, submission, self.sandboxes, references, seed)
        plugin.most_seconds = self.options.most_seconds
        plugin.wrap, plugin.alone, plugin.full = self.wrap, self.options.alone, self.options.full
        plugin.watch = self.watch
        plugin.select, plugin.used, plugin.names = self.select, self.used, self.names
        plugin.trains_on, plugin.on_start = self.options.device, self.options.on_start
        plugin.kept = self.options.kept
        options = self.options
        plugin.kept_for = f"{options.device} {options.isolation} {self._isolation} {options.seed} {options.examples}"
        return plugin

    def _run(self, plugin: GradingPlugin, plan: tuple[Exercise, ...]) -> list[str]:
        """Run the checks; the grader's own faults."""
        import pytest

        from grader.session.checks import check_files
        from grader.session.home import no_home

        files = check_files(plan)
        _forget_other_courses(self.course.root)
        try:
            # a submission that is debugged runs in this process, where its author is
            with own_settings(), no_home(), contextlib.nullcontext() if self.options.debug else elsewhere():
                code = pytest.main(_arguments(self.course.root, files, self.options), plugins=[plugin])
        finally:
            plugin.release()
        self.numeric = {exercise: frozenset(names) for exercise, names in plugin.numeric.items()}
        faults = list(plugin.faults)
        if code == pytest.ExitCode.INTERRUPTED:
            raise KeyboardInterrupt
        fine = {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}
        if self.select is not None:
            fine.add(pytest.ExitCode.NO_TESTS_COLLECTED)
        if code not in fine and not faults:
            faults.append(f"pytest ended with {pytest.ExitCode(code).name}.")
        return faults


def grade(
    course: Course,
    exercises: Sequence[Exercise],
    submission: Submission | Path,
    options: Options | None = None,
) -> Report:
    """Grade one submission in a session of its own; see GradingSession.grade."""
    with GradingSession(course, exercises, options) as session:
        return session.grade(exercises, submission)


def draw_seed() -> int:
    """A seed for a run that was given none."""
    return secrets.randbelow(_SEEDS)


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


def _import_for_checks(*, with_torch: bool) -> None:
    """Everything slow, while the zygotes import too."""
    for name in ("torch", "torch.nn.functional") if with_torch else ():
        importlib.import_module(name)
    for name in ("pytest", "hypothesis", "grader.checks"):
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # a hundred thousand objects that no later collection need look at


def _units(course: Course, results: tuple[ExerciseResult, ...]) -> tuple[tuple[str, str], ...]:
    present = {result.unit for result in results}
    return tuple((unit.name, unit.title) for unit in course.units if unit.name in present)


def _arguments(root: Path, files: Sequence[Path], options: Options) -> list[str]:
    """pytest, with nothing of the surroundings: no ini file, no conftest, no plugin that happens to be installed."""
    quiet = ["--capture=no"] if options.debug else ["--capture=sys"]
    disabled = [
        "terminal",
        "cacheprovider",
        "junitxml",
        "pastebin",
        "debugging",
        "unraisableexception",
        "threadexception",
        "doctest",
        "unittest",
        "faulthandler",
        "logging",
    ]
    return [
        "-c", os.devnull, f"--rootdir={root}", "--noconftest", "--assert=plain", "--import-mode=importlib",
        "--continue-on-collection-errors", *quiet, *(word for name in disabled for word in ("-p", f"no:{name}")),
        f"--confcutdir={os.path.commonpath([file.parent for file in files])}",  # no folder above is looked through
        *map(str, files),
    ]  # fmt: skip


def _forget_other_courses(root: Path) -> None:
    """Drop check modules of other courses: pytest knows a module by its path below the root alone."""
    for name, module in list(sys.modules.items()):
        if name.startswith("tests.hidden.") and not (module.__file__ or "").startswith(f"{root}{os.sep}"):
            del sys.modules[name]


def environment() -> Environment:
    """What this run runs on."""
    import numpy as np

    torch = sys.modules.get("torch")
    return Environment(
        gradlings=__version__,
        python=platform.python_version(),
        torch=str(getattr(torch, "__version__", "")),
        numpy=np.__version__,
        platform=_platform(),
    )


def _platform() -> str:
    """System, kernel, machine and libc. ``platform.platform()`` would run whatever ``uname`` PATH leads to."""
    libc = "".join(platform.libc_ver())
    return "-".join([platform.system(), platform.release(), platform.machine(), *(["with", libc] if libc else [])])

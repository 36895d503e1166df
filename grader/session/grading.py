"""Grades one submission and makes its Report."""

from __future__ import annotations

import contextlib
import datetime
import gc
import importlib
import importlib.util
import os
import platform
import secrets
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from grader import __version__
from grader.course import Course, Exercise, Submission, imports_of, read_submission
from grader.errors import GraderError
from grader.reports.model import Environment, ExerciseResult, Isolation, Report, Status
from grader.session.options import Hooks, Run, RunOptions
from grader.session.sandboxes import Sandboxes
from grader.session.surroundings import elsewhere, own_settings

if TYPE_CHECKING:
    from grader.session.grading_plugin import GradingPlugin
    from grader.session.references import References


_USUAL, _NOBODY = RunOptions(), Hooks()
_NOTHING: Mapping[str, Status] = {}
OF_THE_SESSION = ("debug", "isolation", "worker", "require_isolation", "require_confinement", "examples", "brief")
_SEEDS = 10**12  # too many to be tried: who finds the seed knows every input of the run


class Session:
    """A course, its zygotes and its references, ready to grade one submission after the other.

    The zygotes start at once and import torch on one core while this process does on the other.

    Args:
        course: the course.
        exercises: all that will be graded in this session.
        options: how, for every run that is given none of its own.
        hooks: who watches, likewise.
    """

    def __init__(
        self,
        course: Course,
        exercises: Sequence[Exercise],
        options: RunOptions = _USUAL,
        hooks: Hooks = _NOBODY,
    ) -> None:
        demand_torch(exercises)
        self.course = course
        self.options = options
        self.hooks = hooks
        self._stack = contextlib.ExitStack()
        self.sandboxes = self._stack.enter_context(
            Sandboxes(course, exercises, isolation=options.isolation, debug=options.debug, worker=options.worker)
        )
        self._needs_torch = any(exercise.packages == "torch" for exercise in exercises)
        self._references: References | None = None
        self._isolation: Isolation | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def prepare(self) -> tuple[References, Isolation]:
        """Import what checks need, then see what isolation there is."""
        if self._references is None or self._isolation is None:
            with elsewhere(), own_settings():
                _import_for_checks(with_torch=self._needs_torch)
                from grader.session.pytest_items import hypothesis_profile
                from grader.session.references import References

                self._references = self._stack.enter_context(References(self.course))
                self._stack.enter_context(hypothesis_profile(self.options.examples))
            self._isolation = self.sandboxes.isolation()
        self._demand_isolation(self._isolation)  # each time: who was refused may ask again
        return self._references, self._isolation

    def _demand_isolation(self, isolation: Isolation) -> None:
        if self.options.require_isolation and isolation.level != "full":
            raise GraderError(
                f"Full isolation is required, and this machine gives {isolation.level}: "
                f"{'; '.join(isolation.missing)}. `grade doctor` says how to get it."
            )
        if self.options.require_confinement and isolation.level == "none":
            raise GraderError(
                f"Submissions are not confined here ({'; '.join(isolation.missing)}), so nothing is graded. "
                "`grade doctor` says what to add."
            )

    def plugin(
        self,
        plan: Sequence[Exercise],
        submission: Submission,
        seed: int,
        options: RunOptions | None = None,
        hooks: Hooks | None = None,
        after_check: Callable[[], None] = lambda: None,
        standing: Mapping[str, Status] = _NOTHING,
    ) -> GradingPlugin:
        """Put a run together: the one place where that is done.

        Args:
            plan: what to grade, in an order in which none comes before what it imports.
            submission: the learner's files.
            seed: decides every input.
            options: the session's when None; what the zygotes were started with must be the same.
            hooks: the session's when None.
            after_check: called when a check has its result.
            standing: how exercises stand that are not in the plan, for they have been graded.
        """
        options = options or self.options
        if any(getattr(options, name) != getattr(self.options, name) for name in OF_THE_SESSION):
            raise ValueError(f"a run cannot have other {', '.join(OF_THE_SESSION)} than its session")
        references, isolation = self.prepare()  # before what imports Hypothesis: with our own settings
        from grader.session.exercise_run import RunInput
        from grader.session.grading_plugin import GradingPlugin

        given = RunInput(
            self.course, submission, self.sandboxes, references, isolation, seed, options, hooks or self.hooks, standing
        )
        return GradingPlugin(plan, given, after_check)

    def grade(self, *what: Any, **how: Any) -> Report:
        """Grade a submission; takes what ``run`` takes, and gives the report alone."""
        return self.run(*what, **how).report

    def run(
        self,
        exercises: Sequence[Exercise],
        submission: Submission | Path,
        seed: int | None = None,
        options: RunOptions | None = None,
        hooks: Hooks | None = None,
        standing: Mapping[str, Status] = _NOTHING,
    ) -> Run:
        """Grade a submission.

        Args:
            exercises: what to grade.
            submission: the learner's files, or the path to them.
            seed: decides every input; the options' when None, else drawn.
            options: the session's when None; what the zygotes were started with must be the same.
            hooks: the session's when None.
            standing: how other exercises stand that have been graded: those are not graded for what builds on them.

        Returns:
            The report, and what else is known of the run. A fault of the grader's own is in it, not raised, once
            grading has begun.

        Raises:
            GraderError: grading could not begin.
        """
        started = time.perf_counter()
        when = now()
        options, hooks = options or self.options, hooks or self.hooks
        if isinstance(submission, Path):
            submission = read_submission(submission, self.course)
        seed = options.seed if seed is None else seed
        seed = draw_seed() if seed is None else seed
        plan = tuple(exercises) if options.alone else in_order(exercises, submission, self.course)
        plan = tuple(exercise for exercise in plan if exercise.id not in standing)

        def report(faults: Sequence[str], *, complete: bool) -> Report:
            results = tuple(plugin.result(exercise.id) for exercise in exercises)
            if not complete:
                results = tuple(result for result in results if result.checks)
            return Report(
                seed=seed,
                isolation=plugin.given.isolation,
                exercises=results,
                units=units_of(self.course, results),
                environment=environment(),
                submission=str(submission.root),
                started=when,
                seconds=round(time.perf_counter() - started, 3),
                complete=complete,
                faults=tuple(faults),
            )

        def tell() -> None:
            if hooks.on_progress is not None:
                hooks.on_progress(report(plugin.faults, complete=False))

        plugin = self.plugin(plan, submission, seed, options, hooks, tell, standing)
        faults = self._run(plugin, plan)
        runs = plugin.runs.values()
        return Run(
            report(faults, complete=True),
            {run.exercise.id: frozenset(run.numeric) for run in runs},
            {run.exercise.id: run.used for run in runs},
            tuple(stumble for run in runs for stumble in run.stumbles),
            {run.exercise.id: run.crashes for run in runs},
        )

    def _run(self, plugin: GradingPlugin, plan: tuple[Exercise, ...]) -> list[str]:
        """Run the checks; the grader's own faults."""
        import pytest

        from grader.session.home import no_home
        from grader.session.pytest_items import check_files

        files, options = check_files(plan), plugin.given.options
        forget_other_courses(self.course.root)
        try:
            # a submission that is debugged runs in this process, where its author is
            with own_settings(), no_home(), contextlib.nullcontext() if options.debug else elsewhere():
                code = pytest.main(pytest_arguments(self.course.root, files, options), plugins=[plugin])
        finally:
            plugin.release()
        faults = list(plugin.faults)
        if code == pytest.ExitCode.INTERRUPTED:
            raise KeyboardInterrupt
        fine = {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}
        if plugin.given.hooks.select is not None:
            fine.add(pytest.ExitCode.NO_TESTS_COLLECTED)
        if code not in fine and not faults:
            faults.append(f"pytest ended with {pytest.ExitCode(code).name}.")
        return faults


def grade(
    course: Course,
    exercises: Sequence[Exercise],
    submission: Submission | Path,
    options: RunOptions = _USUAL,
    hooks: Hooks = _NOBODY,
) -> Report:
    """Grade one submission in a session of its own; see ``Session.run``."""
    with Session(course, exercises, options, hooks) as session:
        return session.grade(exercises, submission)


def now() -> str:
    """The time, as reports have it."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


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


def demand_torch(exercises: Sequence[Exercise]) -> None:
    """Refuse exercises that are written with torch where it is not installed, and say which can be graded without it.

    Raises:
        GraderError: there are some.
    """
    needing = [exercise.id for exercise in exercises if exercise.packages == "torch"]
    if not needing or importlib.util.find_spec("torch") is not None:
        return
    others = [exercise.id for exercise in exercises if exercise.packages != "torch"]
    verb = "needs" if len(needing) == 1 else "need"
    raise GraderError(
        f"PyTorch is not installed here, and {', '.join(needing)} {verb} it: `pip install torch torchvision`."
        + (f" The others go without it: `grade {' '.join(others)}`." if others else "")
    )


def _import_for_checks(*, with_torch: bool) -> None:
    """Everything slow, while the zygotes import too."""
    for name in ("torch", "torch.nn.functional") if with_torch else ():
        importlib.import_module(name)
    for name in ("pytest", "hypothesis", "grader.checks"):
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # a hundred thousand objects that no later collection need look at


def units_of(course: Course, results: Sequence[ExerciseResult]) -> tuple[tuple[str, str], ...]:
    """The units of some results, each with its title, in course order."""
    present = {result.unit for result in results}
    return tuple((unit.name, unit.title) for unit in course.units if unit.name in present)


def pytest_arguments(root: Path, files: Sequence[Path], options: RunOptions) -> list[str]:
    """pytest, with nothing of the surroundings: no ini file, no conftest, no plugin that happens to be installed."""
    quiet = ["--capture=no" if options.debug else "--capture=sys", *(["--maxfail=1"] if options.brief else [])]
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


def forget_other_courses(root: Path) -> None:
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

"""How to grade: what can be sent to another process, what cannot, and what a run comes back with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from grader.reports.model import CheckResult, ExerciseResult, Report

if TYPE_CHECKING:
    from grader.checks.context import CheckContext
    from grader.sandbox.proxy import Peer


class Keeper(Protocol):
    """Keeps results of full mode, by what they depend on."""

    def get(self, fingerprint: str) -> CheckResult | None:
        """The result of a check that has been run on the very same files."""

    def put(self, fingerprint: str, result: CheckResult) -> None:
        """Keep a result."""


Select = Callable[[str, str, Any], bool]
Wrap = Callable[[str, "Peer"], "Peer"]


class RunOptions(msgspec.Struct, frozen=True):
    """How to grade, as a message: another process can be told to grade in the same way.

    Attributes:
        seed: decides every input; drawn when None.
        debug: the submission runs in this process, for a debugger.
        isolation: ``auto``, ``no-namespaces`` or ``none``.
        worker: ``auto``, or ``portable``.
        require_isolation: grade nothing below full isolation.
        require_confinement: grade nothing where a submission can do what it must not: below partial isolation.
        examples: how many inputs a property is tried on.
        most_seconds: exercise -> a cap on the deadline of each call and of its import.
        alone: grade just the exercises asked for, whatever they build on (to validate a course).
        full: run the checks of full mode too, which want real data or minutes.
        device: where these train, ``cpu`` or ``cuda``.
        training: run the checks that train; False leaves them out, with their points.
        names: look for what was misunderstood in the bank, and for the smallest input; False where only verdicts count.
        symbols: find out which of the solution's symbols each check leads to, see ``Run.used``.
        first: exercise -> checks that are run before its others, behind what they need. No check's inputs depend on
            its place, and the report has the order of the file.
        brief: stop at the first check that fails, and look neither for a smaller input nor for a cause: where all that
            matters is whether a submission passes.
    """

    seed: int | None = None
    debug: bool = False
    isolation: str = "auto"
    worker: str = "auto"
    require_isolation: bool = False
    require_confinement: bool = False
    examples: int = 30
    most_seconds: Mapping[str, float] = {}
    alone: bool = False
    full: bool = False
    device: str = "cpu"
    training: bool = True
    names: bool = True
    symbols: bool = False
    first: Mapping[str, tuple[str, ...]] = {}
    brief: bool = False


class Hooks(msgspec.Struct, frozen=True, eq=False):
    """The callbacks of a caller that watches a run, or stands between a check and its worker.

    Attributes:
        select: which checks to run, by exercise, name and function; None for all.
        on_start: told of each check, by exercise and name, before it runs.
        on_progress: called after each check with the report so far.
        on_check: called with an exercise's id and what became of a check of it.
        on_exercise: called with the result of an exercise when its last check has ended, and with what failed on our
            side meanwhile. What it returns says whether to go on with the next.
        watch: told of each check's context, by ``exercise:check``, before it runs.
        wrap: puts something between a check, named in the same way, and its worker.
        kept: results of full mode from runs that were cut short; those of this run are added.
    """

    select: Select | None = None
    on_start: Callable[[str, str], None] | None = None
    on_progress: Callable[[Report], None] | None = None
    on_check: Callable[[str, CheckResult], None] | None = None
    on_exercise: Callable[[ExerciseResult, Sequence[str]], bool] | None = None
    watch: Callable[[str, CheckContext], None] | None = None
    wrap: Wrap | None = None
    kept: Keeper | None = None


class Run(msgspec.Struct, frozen=True, eq=False):
    """What grading a submission once comes back with.

    Attributes:
        report: what a learner is told.
        numeric: exercise -> its checks that compared numbers.
        used: exercise -> check -> the solution's symbols that it leads to; empty unless it was asked for.
        stumbles: where the diagnosis failed, which costs no verdict; tracebacks.
        crashes: exercise -> check -> the exception of its own that it ended with, whatever verdict came of it.
    """

    report: Report
    numeric: Mapping[str, frozenset[str]] = {}
    used: Mapping[str, Mapping[str, frozenset[str]]] = {}
    stumbles: tuple[str, ...] = ()
    crashes: Mapping[str, Mapping[str, str]] = {}

"""The zygotes and workers of one run, and what they were confined with."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

import msgspec

from grader.course import Course, Exercise, SourceFile, Submission
from grader.errors import GraderError
from grader.reports.model import Isolation
from grader.sandbox import namespaces, syscalls
from grader.sandbox.choice import choose
from grader.sandbox.client import ZygoteProcess
from grader.sandbox.peers import LocalPeer, RemotePeer, Worker
from grader.sandbox.portable import FreshWorkers
from grader.sandbox.proxy import Peer
from grader.sandbox.request import LostError
from grader.sandbox.runtime import Runtime
from grader.sandbox.whereabouts import Stood
from grader.sandbox.zygote import Ready, Setup
from grader.session.capacity import free_memory

_IMPORT_SECONDS = 14.0
_ONE_KIND = 520 << 20  # bytes that a run takes with one zygote that has torch, and a worker of it
_MORE = 240 << 20  # and with each zygote more
_MOST_TEXT = 1 << 20  # characters, of which each may take four bytes on the wire
_TOO_MUCH_TEXT = "The submission's Python files hold more than a million characters: hand in the exercises alone."
_LIBRARIES = {"torch": ("numpy", "torch"), "numpy": ("numpy",), "python": ()}
_BARRED = {
    "torch": {},
    "numpy": dict.fromkeys(("torch", "torchvision"), "this exercise is written with NumPy alone"),
    "python": dict.fromkeys(("numpy", "torch", "torchvision"), "this exercise is written in plain Python"),
}


class Loaded(msgspec.Struct, eq=False):
    """A submission's module, ready to be asked.

    Attributes:
        peer: answers for it.
        defined: the names it defines.
        worker: the process it runs in; None in this process.
    """

    peer: Peer
    defined: list[str]
    worker: Worker | None = None


class ImportFailure(msgspec.Struct, frozen=True):
    """A submission that could not be imported.

    Attributes:
        kind: ``raised``, ``timeout``, ``crashed`` or ``protocol``.
        detail: an exception's description, or how the worker ended.
        output: what it printed.
        seconds: how long it had.
        stood: where it was then, by its own word.
    """

    kind: str
    detail: Any
    output: str = ""
    seconds: float = _IMPORT_SECONDS
    stood: tuple[Stood, ...] = ()


class Sandboxes:
    """Starts zygotes at once, and gives workers out of them.

    Where there is no memory for all of them, one after the other: each kind of exercise has a zygote of its own.

    Args:
        course: what must stay hidden.
        exercises: what will be graded, which decides what the zygotes import.
        isolation: ``auto``, ``no-namespaces``, or ``none`` to run workers unconfined.
        debug: answer from this process.
        worker: ``auto``, or ``portable`` to have a fresh interpreter for each, whatever the platform has.
    """

    def __init__(
        self,
        course: Course,
        exercises: Iterable[Exercise],
        *,
        isolation: str = "auto",
        debug: bool = False,
        worker: str = "auto",
    ) -> None:
        self.course = course
        self.debug = debug
        self.confine = isolation != "none"
        self.choice = choose(worker)
        self._namespaces = () if isolation == "no-namespaces" else namespaces.WAYS
        self._zygotes: dict[tuple[Any, ...], ZygoteProcess] = {}
        self._fresh: dict[tuple[Any, ...], FreshWorkers] = {}
        self._latest: Worker | None = None
        self._told: frozenset[str] | None = None  # what is missing, by the report
        first = list({_kind(exercise): exercise for exercise in exercises}.values())
        memory = free_memory()
        self._one_at_a_time = memory is not None and memory < _ONE_KIND + _MORE * (len(first) - 1)
        if not debug:
            if syscalls.IS_LINUX:
                syscalls.prctl(syscalls.PR_SET_DUMPABLE, 0)  # nobody of this user looks into this process
            for exercise in first[:1] if self._one_at_a_time else first:
                self._workers(exercise)

    def _workers(self, exercise: Exercise) -> ZygoteProcess | FreshWorkers:
        """What workers for an exercise come from."""
        key = _kind(exercise)
        if self.choice.kind == "portable":
            if key not in self._fresh:
                preload = (*_LIBRARIES[exercise.packages], *exercise.preload)
                self._fresh[key] = FreshWorkers(preload, _BARRED[exercise.packages])
            return self._fresh[key]
        if key not in self._zygotes:
            if self._one_at_a_time:
                self.close()
            libraries = _LIBRARIES[exercise.packages]
            setup = Setup(
                preload=(*libraries, *exercise.preload),
                packages=exercise.packages,
                hidden=(str(self.course.root.resolve()),),
                barred=_BARRED[exercise.packages],
                confine=self.confine,
                namespaces=self._namespaces,
            )
            self._zygotes[key] = ZygoteProcess(setup)
            if self._told is not None:
                self._demand_as_told(self._zygotes[key])
        return self._zygotes[key]

    def _demand_as_told(self, zygote: ZygoteProcess) -> None:
        """See that a zygote that was started later confines as the report says.

        Raises:
            GraderError: it does not.
        """
        missing = _missing(zygote.ready(), zygote.probe(secret_of(self.course))) if self.confine else []
        if more := [part for part in missing if part not in (self._told or ())]:
            raise GraderError(f"A sandbox confines less than the first one of this run did: {'; '.join(more)}.")

    def load(
        self, exercise: Exercise, submission: Submission, most_seconds: float = math.inf
    ) -> Loaded | ImportFailure:
        """Import the learner's file of an exercise, in a fresh worker, within a limit that ``most_seconds`` may lower.

        Raises:
            GraderError: the sandbox failed.
        """
        sources = {name: (_importable(file), file.display) for name, file in submission.files.items()}
        if sum(len(file.text) for file in submission.files.values() if not file.fault) > _MOST_TEXT:
            return ImportFailure("raised", {"type": "ImportError", "message": _TOO_MUCH_TEXT})
        if self.debug:
            return _load_here(sources, exercise)
        worker = self._workers(exercise).spawn(draws=any("matplotlib" in text for text, _ in sources.values()))
        self._latest = worker
        peer = RemotePeer(worker)
        seconds = min(_IMPORT_SECONDS, most_seconds)
        failure = None
        value: Any = None
        try:
            kind, value = peer.load(sources, exercise.id, seconds, exercise.forbids)
            if kind == "err":
                failure = ImportFailure("raised", value, worker.output())
            elif type(value) is not list or not all(type(name) is str for name in value):
                failure = ImportFailure("protocol", "a malformed list of names", worker.output())
        except LostError as lost:
            failure = ImportFailure(lost.kind, lost.detail, worker.output(), seconds, lost.stood)
        if failure is not None:
            worker.close()
            return failure
        return Loaded(peer, value, worker)

    def interrupt(self) -> None:
        """Take the latest worker's line away, from whatever thread: a submission that is waited for counts as gone."""
        if self._latest is not None:
            self._latest.interrupt()

    def isolation(self) -> Isolation:
        """What confinement is in force, found out by trying."""
        if self.debug:
            return Isolation("none", ("debugging runs the submission in the grader's own process",))
        if not self.confine:
            return Isolation("none", ("switched off",))
        if self.choice.kind == "portable":
            return Isolation("none", (self.choice.why,))
        missing: list[str] = []
        level = "full"
        for zygote in self._zygotes.values():
            ready = zygote.ready()
            succeeded = zygote.probe(secret_of(self.course))
            missing += [part for part in _missing(ready, succeeded) if part not in missing]
            if "read the course" in succeeded or "read files" in succeeded:
                level = "none"
        self._told = frozenset(missing)
        return Isolation("partial" if missing and level == "full" else level, tuple(missing))

    def reasons(self) -> dict[str, str]:
        """What could not be had, and what the system said."""
        return {part: reason for zygote in self._zygotes.values() for part, reason in zygote.ready().lacks.items()}

    def close(self) -> None:
        """End every worker, and what they come from."""
        with ExitStack() as stack:
            while self._zygotes:
                stack.callback(self._zygotes.popitem()[1].close)
            while self._fresh:
                stack.callback(self._fresh.popitem()[1].close)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _kind(exercise: Exercise) -> tuple[str, tuple[str, ...]]:
    """What a zygote depends on."""
    return exercise.packages, exercise.preload


def _missing(ready: Ready, succeeded: list[str]) -> list[str]:
    """What is not in force, in words."""
    missing = [f"no {part}" for part in ready.lacks]
    return missing + [f"a submission can {name}" for name in succeeded]


def _importable(file: SourceFile) -> str:
    """A file's text; where it is no Python, a line that says so to whoever imports it."""
    return f"raise ImportError({file.display + ' cannot be used: ' + file.fault!r})" if file.fault else file.text


def _load_here(sources: dict[str, tuple[str, str]], exercise: Exercise) -> Loaded | ImportFailure:
    """Import in this process, for a debugger."""
    runtime = Runtime({})
    try:
        defined = runtime.load(sources, exercise.id)
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        return ImportFailure("raised", runtime.describe_error(error))
    return Loaded(LocalPeer(runtime), defined)


def secret_of(course: Course) -> Path:
    """A file that no worker may open: a solution, else a check."""
    files = [path for exercise in course.exercises for path in (exercise.solution, exercise.checks)]
    return next((path for path in files if path.is_file()), course.root)


def quiet_torch() -> None:
    """One thread for the trusted process too: two cores are shared with the workers, and sums stay the same."""
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(1)

"""A pool of processes that work for this one: pytest, Hypothesis and ``sys.modules`` belong to a process.

Each is a fresh interpreter, for a fork would take over torch's threads. It prints nothing, stands in no folder of the
user's, and ends with this process, however that ends. See ``pool_process`` for the other side.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import wait
from typing import Any, Generic, Self, TypeVar

from grader.errors import GraderError
from grader.sandbox.processes import KILLED
from grader.session.pool_line import beginning
from grader.session.pool_process import Answered, Asked, Done, Failed
from grader.session.surroundings import environment_elsewhere

_MAIN = "from grader.session.pool_process import main; main()"
_END_SECONDS = 30.0  # a process ends its zygotes, which remove what their workers have left
_LAST_WORDS = 3000  # characters
_R = TypeVar("_R")


@dataclass(frozen=True, eq=False)
class Job(Generic[_R]):
    """A call that a process of the pool makes.

    Attributes:
        function: called with the process's ``Place`` and the arguments; it stands at the top of a module.
        args: what can be pickled.
        about: what it is at, in the words of whoever is told that it failed.
        hear: called in this process with what the function tells; what it returns answers what the function asks.
    """

    function: Callable[..., _R]
    args: tuple[Any, ...]
    about: str
    hear: Callable[[Any], Any] = lambda _: None


@dataclass(frozen=True, eq=False)
class Ended(Generic[_R]):
    """A job that has ended.

    Attributes:
        job: which.
        value: what the function returned.
        error: why there is no value.
        lost: whether its process ended under it, which costs no other job anything.
    """

    job: Job[_R]
    value: _R | None = None
    error: GraderError | None = None
    lost: bool = False

    def result(self) -> _R:
        """The value.

        Raises:
            GraderError: there is none.
        """
        if self.error is not None:
            raise self.error
        return self.value  # type: ignore[return-value]  # None where the function returns it


class Pool:
    """So many processes, each started with its first job.

    Use as a context manager: whatever happens, no process is left, and nothing that one has started.

    Args:
        processes: how many.
    """

    def __init__(self, processes: int) -> None:
        self._seats: list[PoolProcess | None] = [None] * processes
        self._at: dict[int, Job[Any]] = {}  # seat -> what its process is at

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def as_ended(self, jobs: Iterable[Job[_R]]) -> Iterator[Ended[_R]]:
        """Do jobs; each as it ends."""
        waiting = iter(jobs)
        return self.run(lambda _: next(waiting, None))

    def in_order(self, jobs: Iterable[Job[_R]]) -> Iterator[Ended[_R]]:
        """Do jobs; each as soon as all before it have ended, too."""
        known = list(jobs)
        ended: dict[int, Ended[_R]] = {}
        place = 0
        for one in self.as_ended(known):
            ended[id(one.job)] = one
            while place < len(known) and id(known[place]) in ended:
                yield ended.pop(id(known[place]))
                place += 1

    def run(self, take: Callable[[int], Job[_R] | None]) -> Iterator[Ended[_R]]:
        """Do jobs; each as it ends.

        Args:
            take: gives a seat, 0 and up, its next job. None: there is none for it until another one has ended.
        """
        while True:
            for seat in range(len(self._seats)):
                job = None if seat in self._at else take(seat)
                if job is not None and (unbegun := self._begin(seat, job)) is not None:
                    yield unbegun
            if not self._at:
                return
            lines = {process.line: seat for seat in self._at if (process := self._seats[seat]) is not None}
            for line in wait(list(lines)):
                ended = self._hear(lines[line])  # type: ignore[index]  # of the union that wait may return
                if ended is not None:
                    yield ended

    def _begin(self, seat: int, job: Job[_R]) -> Ended[_R] | None:
        process = self._seats[seat]
        if process is None:
            try:
                process = self._seats[seat] = PoolProcess()
            except GraderError as error:
                return Ended(job, error=error, lost=True)
        self._at[seat] = job
        with contextlib.suppress(OSError):  # it has died, which is seen as soon as its answer is waited for
            process.line.send((job.function, job.args))
        return None

    def _hear(self, seat: int) -> Ended[Any] | None:
        process, job = self._seats[seat], self._at[seat]
        assert process is not None
        try:
            message = process.line.recv()
        except (EOFError, OSError):  # the second in the middle of a message
            self._seats[seat] = None  # the next job has a new one
            del self._at[seat]
            return Ended(job, error=GraderError(process.how_it_ended(job.about)), lost=True)
        if isinstance(message, Done | Failed):
            del self._at[seat]
            return Ended(job, message.value) if isinstance(message, Done) else Ended(job, error=message.error())
        reply = job.hear(message.event)
        if isinstance(message, Asked):
            with contextlib.suppress(OSError):
                process.line.send(Answered(reply))
        return None

    def close(self) -> None:
        """End the processes; one that is at a job leaves it."""
        processes = [process for process in self._seats if process is not None]
        busy = {self._seats[seat] for seat in self._at}
        self._seats = [None] * len(self._seats)
        self._at = {}
        try:
            for process in processes:
                process.ask_to_end(at_once=process in busy)
            until = time.monotonic() + _END_SECONDS
            for process in processes:
                process.await_end(until)
        finally:
            for process in processes:
                process.end()


class PoolProcess:
    """One process, and the line to it. Its stdin is what it watches: it ends when our end of that is closed."""

    def __init__(self) -> None:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        try:
            with beginning() as begun:
                command = [sys.executable, *_flags(), "-P", "-c", _MAIN, begun.words, str(os.getpid())]
                self._process = subprocess.Popen(  # noqa: S603 - our own interpreter
                    command,
                    **begun.options,
                    env=environment_elsewhere(),
                    cwd="/",
                    stdin=subprocess.PIPE,
                    stdout=subprocess.DEVNULL,
                    stderr=self._errors,
                    start_new_session=True,  # Ctrl-C is for this process, which then ends the others
                )
                self.line = begun.to(self._process)
        except OSError as error:
            self._errors.close()
            raise GraderError(f"A process of the grader could not be started: {error.strerror or error}.") from None

    def ask_to_end(self, *, at_once: bool) -> None:
        """Tell it to end: when it is done, or at once."""
        if at_once:
            self._process.terminate()
        else:
            with contextlib.suppress(OSError):
                self.line.send(None)

    def await_end(self, until: float) -> None:
        """Wait for its end, up to a time of the monotonic clock."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(max(until - time.monotonic(), 0.001))

    def end(self) -> None:
        """Kill it if it is alive, and release what belongs to it."""
        self._process.kill()  # its zygotes see it, and end
        self._process.wait()
        self.line.close()
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._errors.close()

    def how_it_ended(self, about: str) -> str:
        """Why it is gone, and what it was at; it is released."""
        self.await_end(time.monotonic() + 1)
        code = self._process.poll()
        self._errors.seek(0)
        said = self._errors.read(1 << 16).decode(errors="replace").strip()
        self.end()
        if code is not None and code < 0:
            how = f"was ended by signal {-code}"
        else:
            how = "closed its connection" if code is None else f"ended early, with exit code {code}"
        advice = " The machine may be out of memory: do fewer at a time." if code == KILLED else ""
        words = f" It said:\n{said[-_LAST_WORDS:]}" if said else ""
        return f"A process of the grader {how} while it was at {about}.{advice}{words}"


def _flags() -> list[str]:
    """How this interpreter was told to treat its surroundings."""
    flags = {"-I": sys.flags.isolated, "-E": sys.flags.ignore_environment, "-s": sys.flags.no_user_site}
    return [flag for flag, is_set in flags.items() if is_set]

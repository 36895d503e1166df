"""A process that is kept warm for grading, seen from the one that watches: orders are given, and called off."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from grader.course import Course, Exercise
from grader.session.options import RunOptions
from grader.session.pool import PoolProcess
from grader.session.pool_process import Failed, Told
from grader.session.task import Task
from grader.study.warm_process import Cancel, Event, Order, serve

_END_SECONDS = 0.5  # then it is killed; its zygotes see that, and remove what they have made


class Lost(msgspec.Struct, frozen=True):
    """The process is gone, and what it was at with it.

    Attributes:
        process: its number; what is told of one that has been replaced is old.
        why: how it ended.
    """

    process: int
    why: str


class WarmGrader:
    """Grades one order after the other in a process of its own.

    Args:
        course: the course.
        exercises: all that will be graded.
        options: how.
        tell: told of every event, by a thread.
    """

    def __init__(
        self,
        course: Course,
        exercises: Sequence[Exercise],
        options: RunOptions,
        tell: Callable[[Event | Lost], None],
    ) -> None:
        kinds = {(exercise.packages, exercise.preload): exercise.id for exercise in reversed(exercises)}
        self._args = (str(course.root), tuple(kinds.values()), options)
        self._tell = tell
        self._number = 0
        self._processes = 0
        self._process: PoolProcess | None = None
        self.busy = 0  # the order that is being carried out, or 0
        self.cancelled_at = 0.0  # since when it should end; 0: it should not

    def start(self) -> None:
        """Start the process.

        Raises:
            GraderError: it could not be started.
        """
        process = self._process = PoolProcess()
        self._processes += 1
        with contextlib.suppress(OSError):  # it has died, which the thread sees
            process.line.send((serve, self._args))
        threading.Thread(target=self._hear, args=(process, self._processes), daemon=True).start()

    def _hear(self, process: PoolProcess, number: int) -> None:
        while True:
            try:
                message: Any = process.line.recv()
            except (EOFError, OSError):
                self._tell(Lost(number, "The process that grades has ended."))
                return
            if isinstance(message, Told):
                self._tell(message.event)
            else:
                why = message.text if isinstance(message, Failed) else "The process that grades has ended early."
                self._tell(Lost(number, why))
                return

    def is_current(self, lost: Lost) -> bool:
        """Whether it is the present process that is lost."""
        return lost.process == self._processes

    def grade(self, task: Task) -> int:
        """Order something to be graded; the order's number."""
        assert self._process is not None
        self._number += 1
        self.busy, self.cancelled_at = self._number, 0.0
        self._send(Order(self._number, task))
        return self._number

    def cancel(self) -> None:
        """Call off what is being graded; that it has ended is told, as always."""
        if self.busy and not self.cancelled_at:
            self.cancelled_at = time.monotonic()
            self._send(Cancel(self.busy))

    def _send(self, message: Order | Cancel | None) -> None:
        if self._process is not None:
            with contextlib.suppress(OSError):  # see _hear
                self._process.line.send(message)

    def restart(self) -> None:
        """End the process, whatever it is at, and start another; nothing more is told of the first.

        Raises:
            GraderError: it could not be started.
        """
        self._end(seconds=1.0)
        self.start()

    def close(self, *, is_ready: bool = True) -> None:
        """End the process; one that is at something leaves it, and one that still imports is not waited for."""
        self._end(_END_SECONDS if is_ready else 0.0)

    def _end(self, seconds: float) -> None:
        process, self._process = self._process, None
        busy, self.busy, self.cancelled_at = self.busy, 0, 0.0
        if process is None:
            return
        try:
            if busy:
                with contextlib.suppress(OSError):
                    process.line.send(Cancel(busy))
            with contextlib.suppress(OSError):
                process.line.send(None)
            process.await_end(time.monotonic() + seconds)
        finally:
            process.end()

"""A process of a pool: it does one job after the other, and keeps its sessions between them.

Its arguments are where the line to the pool is, see ``pool_line``, and the process whose it is.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import traceback
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import msgspec

from grader.errors import GraderError, UsageError
from grader.session.pool_line import line_to_pool
from grader.session.surroundings import import_nothing_from_here

if TYPE_CHECKING:
    from grader.course import Course, Exercise
    from grader.session.grading import Session
    from grader.session.options import RunOptions


class Told(msgspec.Struct, frozen=True):
    """Something that a job tells."""

    event: Any


class Asked(msgspec.Struct, frozen=True):
    """Something that a job asks, and waits for the answer."""

    event: Any


class Answered(msgspec.Struct, frozen=True):
    """The answer."""

    value: Any


class Done(msgspec.Struct, frozen=True):
    """A job has ended."""

    value: Any


class Failed(msgspec.Struct, frozen=True):
    """A job has ended with an exception.

    Attributes:
        text: what the grader's own error says; of any other exception the traceback.
        usage: whether it was called wrongly.
    """

    text: str
    usage: bool = False

    def error(self) -> GraderError:
        """The exception, for the process that wanted the job done."""
        return UsageError(self.text) if self.usage else GraderError(self.text)


class Place:
    """Where a job is done: what the process keeps from one to the next, and the line to whoever wants it done."""

    def __init__(self, line: Connection[Any, Any]) -> None:
        self._line = line
        self._courses: dict[Path, Course] = {}
        self._sessions: dict[tuple[Any, ...], Session] = {}
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def course(self, root: Path) -> Course:
        """The course in a folder, read once."""
        from grader.course import find_course

        if root not in self._courses:
            self._courses[root] = find_course(root)
        return self._courses[root]

    def session(self, course: Course, exercise: Exercise, options: RunOptions) -> Session:
        """The session for an exercise and all that want the same of a zygote; it is started where there is none."""
        from grader.session.grading import OF_THE_SESSION, Session

        kind = (exercise.packages, exercise.preload)
        key = (course.root, *kind, *(getattr(options, name) for name in OF_THE_SESSION))
        if key not in self._sessions:
            self._sessions[key] = self._stack.enter_context(Session(course, [exercise], options))
        return self._sessions[key]

    def tell(self, event: Any) -> None:
        """Tell something to whoever wants the job done."""
        self._line.send(Told(event))

    def listen(self) -> Any:
        """Wait for the next word of whoever wants the job done; for a job that asks nothing.

        Raises:
            EOFError: nobody is there any more.
        """
        return self._line.recv()

    def ask(self, event: Any) -> Any:
        """Ask for something, and wait for it."""
        self._line.send(Asked(event))
        answer = self._line.recv()
        assert isinstance(answer, Answered)
        return answer.value


def _do(place: Place, function: Any, args: tuple[Any, ...]) -> Done | Failed:
    try:
        return Done(function(place, *args))
    except GraderError as error:
        return Failed(str(error), isinstance(error, UsageError))
    except Exception:  # noqa: BLE001 - a mistake of ours; the pool says whose job it has cost
        return Failed(traceback.format_exc())


def _interrupt(*_: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # what is tidied up now is not interrupted
    raise KeyboardInterrupt


def _end_with_the_pool() -> None:
    """End this process at once when the pool's end of its stdin is closed: its process has been killed.

    The zygotes see that in turn, and remove what they have made.
    """
    with contextlib.suppress(OSError):
        while os.read(0, 1 << 10):
            """Nothing is said there any more."""
    os._exit(1)


def main() -> None:
    """Do jobs until there are no more."""
    signal.signal(signal.SIGTERM, _interrupt)
    import_nothing_from_here()
    line = line_to_pool(sys.argv[1])
    threading.Thread(target=_end_with_the_pool, daemon=True).start()
    with contextlib.suppress(KeyboardInterrupt, EOFError, OSError), Place(line) as place:
        while (order := line.recv()) is not None:
            line.send(_do(place, *order))

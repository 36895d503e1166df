"""The process that grades while a folder is watched: everything is imported, and a run can be called off.

It is one long job of a process of the pool. A thread of it listens to what it is told; whatever is graded is graded by
its main thread, since pytest and signals want that.
"""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from grader.errors import GraderError
from grader.reports.model import CheckResult, Report
from grader.session.options import Hooks, RunOptions
from grader.session.task import Task, make_ready

if TYPE_CHECKING:
    from grader.session.pool_process import Place

_AGAIN = 0.05  # seconds until a submission is interrupted once more: its worker may just have been started


class Order(msgspec.Struct, frozen=True):
    """Grade this."""

    number: int
    task: Task


class Cancel(msgspec.Struct, frozen=True):
    """Leave this order, and those before it."""

    number: int


class IsReady(msgspec.Struct, frozen=True):
    """All is imported."""


class Checked(msgspec.Struct, frozen=True):
    """A check of an order has ended."""

    number: int
    exercise: str
    result: CheckResult


class Graded(msgspec.Struct, frozen=True):
    """An order has been carried out.

    Attributes:
        number: which.
        report: what was found; None where it was called off, or could not begin.
        trouble: why it could not begin.
    """

    number: int
    report: Report | None = None
    trouble: str = ""


Event = IsReady | Checked | Graded


class _Orders:
    """What a process is told, heard by a thread of its own."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._waiting: queue.SimpleQueue[Order | None] = queue.SimpleQueue()
        self._called_off = 0
        self._news = threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                told = self._place.listen()
            except (EOFError, OSError):  # nobody is there any more
                told = None
            if isinstance(told, Cancel):
                self._called_off = max(self._called_off, told.number)
                self._news.set()
                continue
            self._waiting.put(told)
            if told is None:
                return

    def next(self) -> Order | None:
        """The next that has not been called off; None: there will be none."""
        while (order := self._waiting.get()) is not None and self.is_off(order.number):
            self._place.tell(Graded(order.number))
        return order

    def is_off(self, number: int) -> bool:
        """Whether an order has been called off."""
        return number <= self._called_off

    def await_end(self, number: int, ended: threading.Event, interrupt: Callable[[], None]) -> None:
        """Interrupt an order's submission as soon as it is called off, until it has ended."""
        while not ended.is_set():
            if self.is_off(number):
                interrupt()
                ended.wait(_AGAIN)
            else:
                self._news.wait()
                self._news.clear()

    def wake(self) -> None:
        """Let whoever awaits an end look again."""
        self._news.set()


def serve(place: Place, course: str, exercises: Sequence[str], options: RunOptions) -> None:
    """Grade what is ordered, until nothing is any more.

    Args:
        place: this process.
        course: the course's folder.
        exercises: one of each kind that will be graded: their zygotes start at once.
        options: how.
    """
    orders = _Orders(place)
    with contextlib.suppress(GraderError):  # it comes again with the first order, and is told then
        make_ready(place, course, exercises, options)
    place.tell(IsReady())
    while (order := orders.next()) is not None:
        place.tell(_carry_out(place, orders, order))


def _carry_out(place: Place, orders: _Orders, order: Order) -> Graded:
    task, number = order.task, order.number
    course = place.course(Path(task.course))
    exercises = [course.exercise(exercise) for exercise in task.exercises]

    def before_check(_exercise: str, _check: str) -> None:
        if orders.is_off(number):
            raise KeyboardInterrupt  # pytest lets this through, and what the run has opened is closed

    def tell(exercise: str, result: CheckResult) -> None:
        if not orders.is_off(number):
            place.tell(Checked(number, exercise, result))

    ended = threading.Event()
    watcher: threading.Thread | None = None
    try:
        session = place.session(course, exercises[0], task.options)
        session.prepare()
        watcher = threading.Thread(
            target=orders.await_end, args=(number, ended, session.sandboxes.interrupt), daemon=True
        )
        watcher.start()
        hooks = Hooks(on_start=before_check, on_check=tell)
        run = session.run(exercises, task.submission, task.seed, task.options, hooks, task.standing)
    except KeyboardInterrupt:
        if not orders.is_off(number):
            raise  # the process is told to end
        return Graded(number)
    except GraderError as error:
        return Graded(number, trouble=str(error))
    finally:
        ended.set()
        orders.wake()
        if watcher is not None:
            watcher.join()
    return Graded(number) if orders.is_off(number) else Graded(number, run.report)

"""The CPU time that this process spends on a check: a signal ends what takes longer.

The bounds on what a submission may send keep each operation on it short. What many of them add up to, in the loops of a
check, only a clock can bound. It counts this process's CPU time alone: neither waiting for a worker nor a crowded
machine uses it up.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType

from grader.sandbox.request import Interrupted

_AGAIN = 0.25  # seconds: an exception that is raised inside a __del__ is lost, so it is raised once more


class TooMuchWork(Interrupted):
    """The body of ``at_most`` took more CPU time than it was given."""


@contextlib.contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Give the body so many seconds of this process's CPU time.

    A call into C is not interrupted, but what it returns to is. Where signals cannot be had (another thread than the
    first, Windows), the body has all the time that it takes.

    Raises:
        TooMuchWork: they are used up.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return
    counting = True

    def end(_number: int, _frame: FrameType | None) -> None:
        if counting:
            raise TooMuchWork

    before = signal.signal(signal.SIGPROF, end)
    try:
        signal.setitimer(signal.ITIMER_PROF, seconds, _AGAIN)
        yield
    finally:
        counting = False
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before if before is not None else signal.SIG_IGN)

"""The CPU time that this process spends on a check: a signal ends what takes longer.

The bounds on what a submission may send keep each operation on it short. What many of them add up to, in the loops of a
check, only a clock can bound. It counts this process's CPU time alone: neither waiting for a worker nor a crowded
machine uses it up.
"""

from __future__ import annotations

import contextlib
import ctypes
import signal
import threading
import time
from collections.abc import Iterator
from types import FrameType

from grader.sandbox.request import Interrupted

_LOOK = 0.05  # seconds between two looks, where no signal comes
_AGAIN = 0.25  # seconds: an exception that is raised inside a __del__ is lost, so it is raised once more


class TooMuchWork(Interrupted):
    """The body of ``at_most`` took more CPU time than it was given."""


@contextlib.contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Give the body so many seconds of this process's CPU time.

    A call into C is not interrupted, but what it returns to is. In another thread than the first, the body has all the
    time that it takes.

    Raises:
        TooMuchWork: they are used up.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    with _by_signal(seconds) if hasattr(signal, "setitimer") else _by_thread(seconds):
        yield


@contextlib.contextmanager
def _by_signal(seconds: float) -> Iterator[None]:
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


@contextlib.contextmanager
def _by_thread(seconds: float) -> Iterator[None]:
    """The same where no signal can be had: a thread looks at the time, and has the exception raised in this one."""
    body, until, ended = threading.get_ident(), time.process_time() + seconds, threading.Event()

    def end(kind: type[BaseException] | None) -> None:
        raised = ctypes.py_object() if kind is None else ctypes.py_object(kind)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(body), raised)

    def watch() -> None:
        pause = _LOOK
        while not ended.wait(pause):
            if time.process_time() > until:
                end(TooMuchWork)
                pause = _AGAIN

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        while True:
            try:
                ended.set()
                watcher.join()
                end(None)  # what has not been raised yet is not raised later
                break
            except TooMuchWork:  # it comes as the body has ended
                continue

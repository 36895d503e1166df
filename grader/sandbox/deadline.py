"""A deadline by the clock that a busy machine does not shorten: waiting for a processor is nobody's slowness."""

from __future__ import annotations

import time
from collections.abc import Callable

LONGEST = 4  # times the limit, whatever was waited for
_LEAST = 0.02  # seconds: a shorter extension is not worth a look


class Deadline:
    """When an answer must be there.

    The limit is wall time: a submission that sleeps has it no longer than one that computes. Only what its process
    spent ready to run, with every core taken by others, is added, as far as the kernel tells; a processor that its own
    threads take from it counts as its own. That is asked when half of the limit is over, and at its end, so a quick
    answer costs nothing. In all, four times the limit is the end.

    Args:
        seconds: the limit.
        waited: how long others have kept the worker from a processor so far, in seconds, see
            ``processes.waited``; None for a plain deadline.
    """

    def __init__(self, seconds: float, waited: Callable[[], float] | None = None) -> None:
        now = time.monotonic()
        self._half = now + seconds / 2
        self._end = now + seconds
        self._last = now + LONGEST * seconds
        self._waited = waited
        self._before: float | None = None

    def left(self) -> float:
        """For how many seconds to wait before asking again; 0 or less when the time is over."""
        now = time.monotonic()
        if self._waited is None:
            return self._end - now
        if self._before is None:
            if now < self._half:
                return self._half - now
            self._before = self._waited()
        if now >= self._end:
            waited = self._waited()
            more = min(waited - self._before, self._last - now)
            self._before = waited
            if more >= _LEAST:
                self._end = now + more
        return self._end - now

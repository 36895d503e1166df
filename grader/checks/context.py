"""What is known of the check that runs now: its conversation, its sizes, and the comparisons that failed."""

from __future__ import annotations

import math
import time
from contextvars import ContextVar
from itertools import islice
from typing import Any

import msgspec

from grader.bounds import MOST_LOOKED_AT, MOST_MISTAKEN
from grader.sandbox.proxy import Conversation, weight_of
from grader.sandbox.request import Call, Operation

SEARCH_SECONDS = 2.0  # to look for a smaller input, once one is found that shows a mistake
_MOST_MISMATCHES = 200


class Mismatch(msgspec.Struct, eq=False):
    """One comparison that failed.

    Attributes:
        kind: ``type``, ``shape``, ``dtype``, ``device``, ``finite`` or ``values``; the first that differs.
        name: what was compared, ``dlogits``.
        headline: the sentence for the learner.
        actual: what the submission returned.
        expected: what is right.
        sizes: numbers by which a ratio is explained.
        oracle: who says what is right.
        call: the call that gave ``actual``, if it is known.
        index: where the largest error is, for ``values``.
        tolerance: the largest difference that would have been right, for ``values``.
    """

    kind: str
    name: str
    headline: str
    actual: Any = None
    expected: Any = None
    sizes: dict[str, int] = {}
    oracle: str = ""
    call: Call | None = None
    index: tuple[int, ...] | None = None
    tolerance: float = 0.0


class CheckFailed(AssertionError):  # noqa: N818 - it is a verdict, no error
    """A check's demand is not met; carries what the report needs."""

    def __init__(self, mismatch: Mismatch) -> None:
        super().__init__(mismatch.headline)
        self.mismatch = mismatch


class Compared(msgspec.Struct, frozen=True, eq=False):
    """One comparison of numbers, passed or not: what ``Mismatch`` says of those that failed."""

    name: str
    actual: Any
    expected: Any
    sizes: dict[str, int]
    oracle: str
    rtol: float
    atol: float


class CheckContext:
    """The running check.

    Args:
        talk: the conversation with the submission; None before it is asked for.
    """

    def __init__(self, talk: Conversation | None = None) -> None:
        self.talk = talk
        self.mismatches: list[Mismatch] = []
        self._mistaken = 0  # bytes of the answers in them
        self.compared: list[Compared] | None = None  # every comparison of numbers, where somebody wants to see them
        self.compared_numbers = False  # whether any comparison was of tensors, arrays or floats
        self.draws = 0  # tensors drawn so far, which lie in memory by turns: see grader.checks.draws
        self.figures: dict[str, Any] = {}  # what was recorded to be drawn, by name: see grader.checks.recording

    def fail(self, mismatch: Mismatch) -> CheckFailed:
        """Record a failed comparison and make the exception to raise."""
        if mismatch.call is None:
            mismatch.call = self.call_that_gave(mismatch.actual)
        if self.talk is not None and math.isinf(self.talk.until):
            self.talk.until = time.monotonic() + SEARCH_SECONDS
        if len(self.mismatches) == _MOST_MISMATCHES:
            self.mismatches.pop()
        self._mistaken += weight_of(mismatch.actual)
        if self._mistaken > MOST_MISTAKEN:  # answers of hundreds of megabytes would fill the memory
            self.mismatches.clear()
            self._mistaken = weight_of(mismatch.actual)
        self.mismatches.append(mismatch)
        return CheckFailed(mismatch)

    def call_that_gave(self, value: Any) -> Call | None:
        """The latest call whose result is, or holds, this very object; else the latest call."""
        if self.talk is None or not self.talk.log:
            return None
        for call in reversed(self.talk.log) if value is not None else ():  # None is one object, whoever returns it
            if call.operation != Operation.GET and holds(call.result, value):
                return call
        for call in reversed(self.talk.log):
            if call.operation == Operation.CALL:
                return call
        return self.talk.log[-1]


def holds(result: Any, value: Any, depth: int = 0) -> bool:
    """Whether a result is a value, this very object, or has it in it."""
    if result is value:
        return True
    if depth < 3 and isinstance(result, tuple | list):
        return any(holds(item, value, depth + 1) for item in islice(result, MOST_LOOKED_AT))
    if depth < 3 and isinstance(result, dict):
        return any(holds(item, value, depth + 1) for item in islice(result.values(), MOST_LOOKED_AT))
    return False


_current: ContextVar[CheckContext | None] = ContextVar("gradlings_check", default=None)


def current() -> CheckContext:
    """The running check's context; an empty one outside a grading run, so that checks can be tried by hand."""
    context = _current.get()
    return CheckContext() if context is None else context


def enter(context: CheckContext | None) -> None:
    """Make a context the current one."""
    _current.set(context)

"""What is known of the check that runs now: its conversation, its sizes, and the comparisons that failed."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from contextvars import ContextVar
from itertools import islice
from typing import Any

import msgspec
import numpy as np

from grader.bounds import MOST_LOOKED_AT, MOST_MISTAKEN
from grader.checks.in_words import as_array, is_tensor
from grader.sandbox.proxy import Conversation, Handle, has_a_place, weight_of
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
        """The call whose result is, or holds, this object; that after which it was read; else the learner's latest."""
        if self.talk is None or not self.talk.log:
            return None
        for call in reversed(self.talk.log) if value is not None else ():  # None is one object, whoever returns it
            if call.operation != Operation.GET and holds(call.result, value):
                return call
        before = _call_before(value, self.talk.log)
        if before is not None:
            return before
        calls = [call for call in self.talk.log if call.operation == Operation.CALL]
        return (self._own_calls() or calls or self.talk.log)[-1]

    def call_that_gave_nothing(self) -> Call | None:
        """The latest call of the learner's code that returned None."""
        return next((call for call in reversed(self._own_calls()) if call.result is None and call.raised is None), None)

    def _own_calls(self) -> list[Call]:
        """The calls of the learner's code so far, without those of a library's."""
        calls = [call for call in self.talk.log if call.operation == Operation.CALL] if self.talk is not None else []
        return [call for call in calls if isinstance(call.target, Handle) and has_a_place(call.target)]


def _call_before(value: Any, log: Sequence[Call]) -> Call | None:
    """The call after which a number was read in an attribute: a check may judge it long after, and others between."""
    number = _first_number(value)
    reads = range(len(log) - 1, -1, -1) if number is not None else ()
    for at in reads:
        if log[at].operation == Operation.GET and type(log[at].result) is float and log[at].result == number:
            return next((call for call in reversed(log[:at]) if _computes(call)), None)
    return None


def _computes(call: Call) -> bool:
    """Whether the submission's code was run: by a call, or by an operator."""
    return call.operation == Operation.CALL or call.operation not in {*Operation}


def _first_number(value: Any) -> float | None:
    """The number of a value, or the first of an array of them, where it is one that nothing else has by chance."""
    while isinstance(value, tuple | list) and value:
        value = value[0]
    if not isinstance(value, float) and (is_tensor(value) or isinstance(value, np.ndarray)):
        flat = as_array(value).reshape(-1)[:1]
        value = flat[0].item() if flat.size else None
    return value if isinstance(value, float) and value not in {-1.0, 0.0, 1.0} else None


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

"""A request to a submission, what came of it, and what it ends with when it brings no answer."""

from __future__ import annotations

import enum
from typing import Any

import msgspec

from grader.sandbox.whereabouts import Stood


class Operation(enum.StrEnum):
    """What is asked of an object; every other name is that of an operator, ``add`` or ``getitem``."""

    LOAD = "load"  # import the submission; of nothing
    LIBRARY = "library"  # a module of a library
    CALL = "call"
    GET = "get"  # an attribute
    SET = "set"
    ENTRY = "entry"  # one entry of a dict that is an attribute
    ITER = "iter"  # all items, as a list
    NEXT = "next"
    KEEPING = "keeping"  # a function that leaves an item of its answer there
    PLACE = "place"  # a copy on a device
    VJP = "vjp"  # gradients of a function or module
    SIGNATURE = "signature"
    DIR = "dir"  # the names of its attributes


class Request(msgspec.Struct, frozen=True, eq=False):
    """What is asked of whoever answers for a submission.

    Attributes:
        operation: an ``Operation``, or the name of an operator.
        target: the number of the object; 0 is the submission's module.
        args: positional arguments.
        kwargs: named arguments.
        options: ``seed``, ``echo`` and ``drop``: wishes beside the operation.
    """

    operation: str
    target: int = 0
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = {}
    options: dict[str, Any] = {}

    @property
    def looks_up(self) -> bool:
        """Whether it only looks a name of the module up."""
        return self.operation == Operation.GET and self.target == 0


Answer = tuple[str, Any, Any]  # ("ok", value, echo) or ("err", description, None)


class Call(msgspec.Struct, eq=False):
    """One request as a check made it, and what came of it.

    Attributes:
        operation: as in ``Request``.
        target: the handle it was made on; None for the module.
        name: what the learner calls it, ``cross_entropy_backward`` or ``Value.backward``.
        args: positional arguments as sent.
        kwargs: named arguments as sent.
        result: what came back, by value or as a Handle.
        raised: what was raised instead.
        echoed: where it was asked for, the arguments as they were afterwards.
        seconds: how long the answer took.
    """

    operation: str
    target: Any
    name: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    result: Any = None
    raised: RaisedError | None = None
    echoed: Any = None
    seconds: float = 0.0


class RaisedError(Exception):
    """The learner's code raised; a check may expect that. Carries what the learner needs to find it."""

    def __init__(self, description: dict[str, Any], call: Call | None) -> None:
        self.type_name = str(description.get("type", "Exception"))
        self.bases = tuple(description.get("bases", ()))
        self.message = str(description.get("message", ""))
        self.frames = tuple(description.get("frames", ()))
        self.signature = description.get("signature")
        self.name = str(description.get("name", ""))
        self.names = tuple(description.get("names", ()))
        self.call = call
        super().__init__(f"{self.type_name}: {self.message}" if self.message else self.type_name)


def is_stub_error(error: RaisedError) -> bool:
    """Whether a learner's own line raised NotImplementedError; torch has one of its own for what it cannot do."""
    return error.type_name == "NotImplementedError" and bool(error.frames) and "raise" in error.frames[-1][3]


class Interrupted(BaseException):
    """Ends a check at once: not an ``Exception``, so that Hypothesis does not try again with another input."""


class NotStarted(Interrupted):
    """The stub's NotImplementedError came, from this line."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


class SymbolMissing(Interrupted):
    """The submission does not define what was asked for."""

    def __init__(self, name: str, defined: list[str]) -> None:
        super().__init__(name)
        self.name = name
        self.defined = defined


class NoAnswer(Interrupted):
    """The worker gave no answer: ``timeout``, ``crashed`` or ``protocol``; or was not asked: ``endless``.

    ``stood`` says where it was when its time was over, by its own word.
    """

    def __init__(self, kind: str, detail: str, call: Call, seconds: float, stood: tuple[Stood, ...] = ()) -> None:
        super().__init__(f"{kind}: {detail}")
        self.stood = stood
        self.kind = kind
        self.detail = detail
        self.call = call
        self.seconds = seconds


class SandboxFault(Interrupted):
    """The sandbox failed, not the submission: nothing that the check found since says anything about the learner."""


class LostError(Exception):
    """Raised by a peer that cannot answer any more; ``stood`` as in ``NoAnswer``."""

    def __init__(self, kind: str, detail: str, stood: tuple[Stood, ...] = ()) -> None:
        super().__init__(kind)
        self.kind = kind
        self.detail = detail
        self.stood = stood

"""What a request ends with when it brings no answer: an exception of the learner's, or an end to the whole check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from grader.sandbox.proxy import Call


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
    """The worker gave no answer: ``timeout``, ``crashed`` or ``protocol``."""

    def __init__(self, kind: str, detail: str, call: Call, seconds: float) -> None:
        super().__init__(f"{kind}: {detail}")
        self.kind = kind
        self.detail = detail
        self.call = call
        self.seconds = seconds


class SandboxFault(Interrupted):
    """The sandbox failed, not the submission: nothing that the check found since says anything about the learner."""


class LostError(Exception):
    """Raised by a peer that cannot answer any more."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(kind)
        self.kind = kind
        self.detail = detail

"""Stand-ins for a submission's module and objects: a check uses them as if there were no sandbox.

``(submission.Value(2.0) * 3).backward()`` becomes four requests. Every request is recorded, so that a wrong answer
can be traced to the call that gave it, and replayed on the known wrong answers.
"""

from __future__ import annotations

import itertools
import math
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn, Protocol

from grader.bounds import MOST_FORGOTTEN, MOST_HELD, NAME, PATH
from grader.errors import GraderError
from grader.sandbox import wire
from grader.sandbox.endless import CALL_SECONDS, Endless
from grader.sandbox.generators import SentGenerators
from grader.sandbox.request import (
    Answer,
    Call,
    LostError,
    NoAnswer,
    NotStarted,
    Operation,
    RaisedError,
    Request,
    SandboxFault,
    SymbolMissing,
    is_stub_error,
)
from grader.sandbox.wire import HandleInfo

CALLS_TOGETHER = 3  # all calls of a check may take so many times the limit of one


class Peer(Protocol):
    """Whoever answers requests: a worker, or a module in this process."""

    def exchange(self, request: Request, seconds: float) -> Answer:
        """Answer with ``("ok", value, echo)`` or ``("err", description, None)``; handles come as HandleInfo."""


# Hypothesis takes a test's first argument for a test case's self.
_HYPOTHESIS_LOOKS_FOR = ("hypothesis_internal", "execute_example", "setup_example", "teardown_example")


class Conversation:
    """One check's dealings with a submission.

    Args:
        peer: who answers.
        defined: the names that the submission's module defines.
        seed: seeds the worker's random generators before the first request.
        check: whose it is.
        endless: what ran out of time in the checks before.
    """

    def __init__(
        self, peer: Peer, defined: list[str], seed: int, check: str = "", endless: Endless | None = None
    ) -> None:
        self.peer = peer
        self.defined = defined
        self.seed = seed
        self.seconds = CALL_SECONDS
        self._check = check
        self._endless = Endless() if endless is None else endless
        self.until = math.inf  # on the monotonic clock: nothing is asked after it
        self.spent = 0.0  # waiting for answers
        self.log_is_whole = True
        self._held = 0
        self.log: list[Call] = []
        self.dropped: list[int] = []
        self._options: dict[str, Any] = {"seed": seed}
        self._symbols: dict[str, Handle] = {}
        self._generators = SentGenerators()

    def symbol(self, name: str) -> Any:
        """A function, class or value that the submission's module defines."""
        if name in self._symbols:
            return self._symbols[name]
        if name not in self.defined:
            raise SymbolMissing(name, self.defined)
        value = self.request(Operation.GET, None, (name,), {}, name)
        if isinstance(value, Handle):
            self._symbols[name] = value
        return value

    def request(
        self,
        operation: str,
        target: Handle | None,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        name: str,
        *,
        echo: bool = False,
    ) -> Any:
        """Make one request.

        Returns:
            What the learner's code returned; with ``echo`` a pair of that and (args, kwargs) as they were afterwards.

        Raises:
            RaisedError: the learner's code raised.
            Interrupted: there is nothing to go on with.
        """
        as_sent = self._generators.as_sent
        logged = {key: _apart(as_sent(value)) for key, value in kwargs.items()}
        call = Call(operation, target, name, tuple(_apart(as_sent(value)) for value in args), logged)
        options, self._options = self._options, {}
        if echo:
            options["echo"] = True
        if self.dropped:  # handles go while this is read, too: none is lost between a look and a deletion
            options["drop"] = [self.dropped.pop() for _ in range(min(len(self.dropped), MOST_FORGOTTEN))]
        left = CALLS_TOGETHER * self.seconds - self.spent
        started = time.monotonic()
        ref = 0 if target is None else target._info.ref  # noqa: SLF001
        if started > self.until:
            raise NoAnswer("timeout", "together", call, self.seconds)
        since = self._endless.since(name, self.seconds)
        if since:
            raise NoAnswer("endless", since, call, self.seconds)
        try:
            request = Request(operation, ref, args, kwargs, options)
            kind, value, echoed = self.peer.exchange(request, min(self.seconds, left))
        except LostError as lost:
            detail = "together" if lost.kind == "timeout" and left < self.seconds else lost.detail
            if lost.kind == "timeout":
                self._endless.note(name, self._check, self.seconds)
            raise NoAnswer(lost.kind, detail, call, self.seconds, lost.stood) from None
        except GraderError as fault:
            raise SandboxFault(str(fault)) from fault
        finally:
            call.seconds = time.monotonic() - started
            self.spent += call.seconds
        if kind == "err":
            self._raise(RaisedError(value, call))
        value = self._adopt(value, name)
        call.result, call.echoed = value, echoed
        self._keep(call)
        return (value, echoed) if echo else value

    def _keep(self, call: Call) -> None:
        """Log a call, up to a bound on what the answers weigh."""
        self._held += weight_of(call.result) + _weight_of_structure(call.result) + _weight_of_structure(call.echoed)
        if self._held > MOST_HELD:
            self.log.clear()
            self._held = 0
            self.log_is_whole = False
        self.log.append(call)

    def _raise(self, error: RaisedError) -> NoReturn:
        if error.call is not None:
            error.call.raised = error
            self.log.append(error.call)
        if is_stub_error(error):
            raise NotStarted(error.message, error.frames[-1][1]) from None
        raise error

    def _adopt(self, value: Any, name: str) -> Any:
        """Turn handle descriptions into handles, inside containers too."""
        kind = type(value)
        if kind is HandleInfo:
            return Handle(self, value, name if value.kind != "object" else value.type_name)
        if kind is list or kind is tuple:
            if not any(type(item) in _MAY_HOLD_HANDLES for item in value):
                return value
            return kind(self._adopt(item, name) for item in value)
        if kind is dict:
            return {key: self._adopt(item, name) for key, item in value.items()}
        if kind is set or kind is frozenset:
            return kind(self._adopt(item, name) for item in value)
        return value


def weight_of(value: Any) -> int:
    """The bytes of the arrays in a value."""
    if isinstance(value, tuple | list):
        return sum(map(weight_of, value))
    if isinstance(value, dict):
        return sum(map(weight_of, value.values()))
    return int(getattr(value, "nbytes", 0)) if type(value).__module__ in {"torch", "numpy"} else 0


def _apart(value: Any) -> Any:
    """The same in containers of its own: what a check puts into a list afterwards was not sent with it."""
    kind = type(value)
    if kind is dict:
        return {key: _apart(item) for key, item in value.items()}
    if kind is list or kind is tuple:
        return kind(map(_apart, value)) if _CONTAINERS & set(map(type, value)) else kind(value)
    return value


def _weight_of_structure(value: Any) -> int:
    """About how many bytes Python spends on a value beside its arrays."""
    if isinstance(value, str | bytes):
        return len(value)
    if isinstance(value, tuple | list | set | frozenset):
        inner = 0 if set(map(type, value)) <= _NUMBERS else sum(map(_weight_of_structure, value))
        return _PER_VALUE * len(value) + inner
    if isinstance(value, dict):
        return 2 * _PER_VALUE * len(value) + sum(map(_weight_of_structure, itertools.chain(value, value.values())))
    return 0


_STDLIB = f"{Path(os.__file__).parent}{os.sep}"
_CONTAINERS = {list, tuple, dict}
_PER_VALUE = 40
_NUMBERS = {int, float, bool, type(None)}
_MAY_HOLD_HANDLES = {HandleInfo, list, tuple, dict, set, frozenset}


def _is_foreign(name: str) -> bool:
    """Whether Python or a library looks for a protocol, not a check for a learner's symbol."""
    return name.startswith(("__", "_pytest", "_hypothesis", "_repr_", "_ipython", *_HYPOTHESIS_LOOKS_FOR))


def _operate(handle: Handle, operation: str, *args: Any) -> Any:
    """Have an operator applied where the object is. It is no method: a name such as ``_op`` is the learner's."""
    return handle._talk.request(operation, handle, args, {}, handle._name)  # noqa: SLF001 - of its own module


class Handle:
    """Stands for an object in the worker; attributes, calls, items, iteration, ``len`` and operators go there."""

    __slots__ = ("__weakref__", "_info", "_name", "_talk")
    _info: HandleInfo
    _name: str
    _talk: Conversation

    def __init__(self, talk: Conversation, info: HandleInfo, name: str) -> None:
        object.__setattr__(self, "_talk", talk)
        object.__setattr__(self, "_info", info)
        object.__setattr__(self, "_name", name)

    def __del__(self) -> None:
        self._talk.dropped.append(self._info.ref)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the object in the worker."""
        return self._talk.request(Operation.CALL, self, args, kwargs, self._name)

    def __getattr__(self, name: str) -> Any:
        if _is_foreign(name):
            raise AttributeError(name)
        return self._talk.request(Operation.GET, self, (name,), {}, f"{self._name}.{name}")

    def __setattr__(self, name: str, value: Any) -> None:
        self._talk.request(Operation.SET, self, (name, value), {}, f"{self._name}.{name}")

    def __getitem__(self, key: Any) -> Any:
        return _operate(self, "getitem", key)

    def __setitem__(self, key: Any, value: Any) -> None:
        _operate(self, "setitem", key, value)

    def __contains__(self, item: Any) -> bool:
        return _operate(self, "contains", item) is True

    def __iter__(self) -> Iterator[Any]:
        return iter(_operate(self, Operation.ITER))

    def __len__(self) -> int:
        length = _operate(self, "len")
        return length if type(length) is int and 0 <= length <= sys.maxsize else 0  # a forged one must not raise here

    def __bool__(self) -> bool:
        return True  # an object is there; what its own __bool__ says is asked for explicitly

    def __repr__(self) -> str:
        return f"<{self._info.type_name} object in the submission>"

    def __add__(self, other: Any) -> Any:
        return _operate(self, "add", other)

    def __sub__(self, other: Any) -> Any:
        return _operate(self, "sub", other)

    def __mul__(self, other: Any) -> Any:
        return _operate(self, "mul", other)

    def __truediv__(self, other: Any) -> Any:
        return _operate(self, "truediv", other)

    def __pow__(self, other: Any) -> Any:
        return _operate(self, "pow", other)

    def __matmul__(self, other: Any) -> Any:
        return _operate(self, "matmul", other)

    def __neg__(self) -> Any:
        return _operate(self, "neg")

    def __radd__(self, other: Any) -> Any:
        return self._reflected("add", other)

    def __rsub__(self, other: Any) -> Any:
        return self._reflected("sub", other)

    def __rmul__(self, other: Any) -> Any:
        return self._reflected("mul", other)

    def __rtruediv__(self, other: Any) -> Any:
        return self._reflected("truediv", other)

    def __rpow__(self, other: Any) -> Any:
        return self._reflected("pow", other)

    def _reflected(self, operation: str, other: Any) -> Any:
        return self._talk.request("r" + operation, self, (other,), {}, self._name)


class SubmissionProxy:
    """The learner's module, as checks see it: ``submission.cross_entropy_backward(logits, targets)``."""

    _talk: Conversation

    def __init__(self, talk: Conversation) -> None:
        object.__setattr__(self, "_talk", talk)

    def __setattr__(self, name: str, value: Any) -> None:
        """Refuse: it would be set here, where nothing of the submission sees it."""
        raise AttributeError(f"a check cannot set {name} in the submission's module; hand it over as an argument")

    def __getattr__(self, name: str) -> Any:
        if _is_foreign(name) or (name.startswith("_") and name not in self._talk.defined):
            raise AttributeError(name)
        return self._talk.symbol(name)

    def __repr__(self) -> str:
        return "<the submission>"


def call_and_echo(function: Handle, *args: Any) -> tuple[Any, tuple[Any, ...]]:
    """Call a function of the submission; its result, and its arguments as they were afterwards."""
    result, echoed = function._talk.request(Operation.CALL, function, args, {}, function._name, echo=True)  # noqa: SLF001
    if type(echoed) is not tuple or len(echoed) != 2 or type(echoed[0]) is not tuple or len(echoed[0]) != len(args):
        raise NoAnswer("protocol", "no arguments back", function._talk.log[-1], CALL_SECONDS)  # noqa: SLF001
    return result, echoed[0]


def signature_of(function: Handle) -> str:
    """The signature of a function of the submission, as text."""
    signature = function._talk.request(Operation.SIGNATURE, function, (), {}, function._name)  # noqa: SLF001
    return signature if type(signature) is str else ""


def info_of(handle: Handle) -> HandleInfo:
    """What is known of a handle without asking."""
    return handle._info  # noqa: SLF001


def has_a_place(handle: Handle) -> bool:
    """Whether a handle is of something with a place in a file that is no library's: a learner can look there."""
    info = info_of(handle)
    return bool(info.file) and info.line > 0 and "site-packages" not in info.file and not info.file.startswith(_STDLIB)


def conversation_of(thing: SubmissionProxy | Handle) -> Conversation:
    """The conversation that a proxy belongs to."""
    return thing._talk  # noqa: SLF001


def to_node(value: Any) -> list[Any]:
    """The node of a value that cannot travel: a reference for a handle."""
    if isinstance(value, Handle):
        return ["r", value._info.ref]  # noqa: SLF001
    raise TypeError(f"a check cannot send a {type(value).__name__} to a submission")


def from_node(node: list[Any]) -> HandleInfo:
    """Check and take a handle's description."""
    match node:
        case [
            "h",
            int() as ref,
            str() as kind,
            str() as kind_name,
            str() as name,
            int() as line,
            str() as file,
            str() as base,
        ]:
            if kind not in {"function", "class", "module", "object"} or ref < 1:
                raise wire.ProtocolError("a malformed handle")
            return HandleInfo(ref, kind, kind_name[:NAME], name[:NAME], line, file[:PATH], base[:50])
    raise wire.ProtocolError("a malformed handle")

"""Workers that lie: they answer what the solution answers, with something else in the place of its values.

Between a check and its worker, so that no exercise needs an attack of its own: what a submission can return, one of
these returns.
"""

from __future__ import annotations

import functools
import math
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from grader.sandbox.objects import OPERATORS
from grader.sandbox.wire import HandleInfo, Unsendable

Lie = Callable[[Any, random.Random], Any]


def zeros(value: Any, _: random.Random) -> Any:
    """Zeros, in what is computed and in what is read from an object alike: consistent, and worth nothing."""
    return _leaves(value, _zero)


def ones(value: Any, _: random.Random) -> Any:
    """The same with ones; with one and the same letter in the place of a text."""
    return _leaves(value, _one)


def nan(value: Any, _: random.Random) -> Any:
    """The same with NaN, which is neither larger than a tolerance nor smaller; whole numbers too become NaN."""
    return _leaves(value, _not_a_number)


def nothing(value: Any, _: random.Random) -> Any:
    """None in the place of every value."""
    return value if isinstance(value, HandleInfo) else None


def empty(value: Any, _: random.Random) -> Any:
    """Containers and texts of the right kind with nothing in them; nothing in the place of all else."""
    if isinstance(value, list | tuple | dict | set | frozenset | str | bytes):
        return type(value)()
    if isinstance(value, torch.Tensor | np.ndarray):
        return value.reshape(-1)[:0]
    return nothing(value, _)


def other_kind(value: Any, rng: random.Random) -> Any:
    """Something that is no answer at all."""
    strange = [
        None, True, -1, 10**30, 0.5, float("nan"), "", "x" * 5000, "\x1b[2J<script>", b"\xff", 1j, [], (), {}, set(),
        [[]],
        {"": None}, {1: 2}, [None, "a"], (1, 2, 3), slice(1), torch.zeros(0), torch.ones(2, 3, dtype=torch.complex64),
        torch.tensor(True), np.zeros((0, 3)), np.float32(1), Unsendable("a sparse tensor"), torch.float32,
        HandleInfo(999_999, "object", "Value"), HandleInfo(999_999, "function", "function", "f"),
    ]  # fmt: skip
    return rng.choice(strange)


def other_leaf(value: Any, rng: random.Random) -> Any:
    """The right container with one thing in it that is none."""
    if isinstance(value, list | tuple) and value:
        items = list(value)
        place = rng.randrange(len(items))
        items[place] = other_leaf(items[place], rng)
        return type(value)(items)
    if isinstance(value, dict) and value:
        key = rng.choice(list(value))
        return {**value, key: other_leaf(value[key], rng)}
    return other_kind(value, rng)


def other_shape(value: Any, rng: random.Random) -> Any:
    """A container with an item more or less, a tensor of another shape or type, a dict with another key."""
    if isinstance(value, list | tuple):
        return type(value)(rng.choice([[*value, *value[:1]], list(value)[:-1], [], [value]]))
    if isinstance(value, dict):
        more = {**value, rng.choice([7, "extra", ("a", 1), None]): rng.choice([0, None, "x"])}
        return rng.choice([more, dict(list(value.items())[1:]), {str(key): item for key, item in value.items()}])
    if isinstance(value, torch.Tensor | np.ndarray):
        flat = value.reshape(-1)
        kinds = [flat, flat[:1], value[None], flat[:0], value != 0]
        kinds.append(value.to(torch.bfloat16) if isinstance(value, torch.Tensor) else value.astype("int8"))
        return rng.choice(kinds)
    if isinstance(value, str):
        return rng.choice([value + "x", value[:-1], "\ud800", "\x00" + value])
    if isinstance(value, int | float):
        return rng.choice([str(value), [value], torch.tensor(value), -value - 1])
    return value


RAISED = (ValueError, KeyError, NotImplementedError)  # by code that raises whatever it is asked
# Told of every value alike, so that a check of one by another is fooled.
CONSISTENT: dict[str, Lie | type[Exception]] = {
    **{lie.__name__: lie for lie in (zeros, ones, nan, nothing, empty)},
    **{error.__name__: error for error in RAISED},
}
ERRATIC: dict[str, Lie] = {lie.__name__: lie for lie in (other_kind, other_leaf, other_shape)}


def _is_text(leaf: Any) -> bool:
    return isinstance(leaf, str | bytes)


def _of_kind(leaf: str | bytes, text: str) -> str | bytes:
    return text.encode() if isinstance(leaf, bytes) else text


def _zero(leaf: Any) -> Any:
    """0 of the leaf's kind; infinity times 0 would be none, and NumPy would warn of it."""
    return np.zeros_like(leaf) if isinstance(leaf, np.ndarray) else leaf * 0


def _one(leaf: Any) -> Any:
    return _of_kind(leaf, "x") if _is_text(leaf) else True if isinstance(leaf, bool) else _zero(leaf) + 1


def _not_a_number(leaf: Any) -> Any:
    if _is_text(leaf):
        return _of_kind(leaf, "nan")
    if isinstance(leaf, torch.Tensor):
        return torch.full_like(leaf, math.nan, dtype=None if leaf.is_floating_point() else torch.float64)
    if isinstance(leaf, np.ndarray):
        return np.full_like(leaf, math.nan, dtype=None if np.issubdtype(leaf.dtype, np.inexact) else np.float64)
    return math.nan


def _leaves(value: Any, change: Callable[[Any], Any]) -> Any:
    """Every number, truth and text in a value changed; what a dict is keyed by stays."""
    if isinstance(value, list | tuple):
        return type(value)(_leaves(item, change) for item in value)
    if isinstance(value, dict):
        return {key: _leaves(item, change) for key, item in value.items()}
    if isinstance(value, torch.Tensor | np.ndarray | np.generic | bool | int | float | str | bytes):
        return change(value)
    return value


class Liar:
    """A peer that tells the truth about an exercise's names, and lies about the rest.

    Args:
        peer: who knows the truth.
        lie: what stands in the place of a value; or the exception that comes from every call.
        seed: decides what an erratic lie says.
        share: how often it lies.
        answers: whether lies are told of answers alone. Objects are made then, attributes are set, and torch's own
            Module keeps its word: a class that is whole but for what its methods return.
        idle: whether the code that is called does not even run. A model that it was to train stays as it is.
    """

    def __init__(
        self,
        peer: Any,
        lie: Lie | type[Exception],
        seed: str,
        share: float = 1.0,
        *,
        answers: bool = False,
        idle: bool = False,
    ) -> None:
        self.peer, self.lie, self.share, self.idle = peer, lie, share, idle
        self.answers = answers or idle
        self.rng = random.Random(seed)
        self.methods: dict[int, str] = {}  # what is known of a handle's number: the name it was asked for by,
        self.classes: set[int] = set()
        self.of_library: set[int] = set()
        self.runs_theirs: set[int] = set()  # parts of the grader's that call a function of the exercise where it is
        self.returned: set[int] = set()  # and whether a function of the exercise gave it

    def exchange(self, request, seconds):
        operation, target, args, kwargs = request.operation, request.target, request.args, request.kwargs
        if isinstance(self.lie, type) and operation in _WHERE_CODE_RUNS and self._is_asked(operation, target):
            return "err", _description(self.lie), None
        if self.idle and operation in _WHERE_CODE_RUNS and self._is_asked(operation, target):
            return "ok", None, (args, kwargs) if request.options.get("echo") else None
        kind, value, echo = self.peer.exchange(request, seconds)
        looked_up = request.looks_up and isinstance(value, HandleInfo)
        lies = kind == "ok" and not looked_up and self._is_asked(operation, target) and self.rng.random() < self.share
        self._note(operation, target, args, value)
        if isinstance(self.lie, type) or not lies:
            return kind, value, echo
        if operation == "vjp" and self.lie in CONSISTENT.values():  # of the answer and of each gradient by itself
            lie = functools.partial(self.lie, _=self.rng)
            output, inputs, parameters = value
            return kind, (lie(output), tuple(map(lie, inputs)), {k: lie(g) for k, g in parameters.items()}), echo
        return kind, self.lie(value, self.rng), echo

    def _is_asked(self, operation: str, target: int) -> bool:
        """Whether the exercise's own code is asked, and not what is true of anybody's."""
        if target in self.runs_theirs:
            return operation == "call"
        if operation == "library" or (target in self.of_library and (self.answers or isinstance(self.lie, type))):
            return False
        if not self.answers or target in self.returned:
            return True
        if operation in {"get", "entry"}:
            return target == 0
        return operation in _WHERE_CODE_RUNS and target not in self.classes and self.methods.get(target) not in MODULES

    def _note(self, operation: str, target: int, args: tuple[Any, ...], value: Any) -> None:
        if not isinstance(value, HandleInfo):
            return
        if operation == "library" or target in self.of_library:
            self.of_library.add(value.ref)
        if (operation == "library" and str(args[0]).startswith("grader.sandbox.")) or target in self.runs_theirs:
            self.runs_theirs.add(value.ref)
        if operation == "get" and target and value.kind == "function":
            self.methods[value.ref] = args[0]
        if value.kind == "class":
            self.classes.add(value.ref)
        if operation in _WHERE_CODE_RUNS and self._is_asked(operation, target):
            self.returned.add(value.ref)


MODULES = frozenset(dir(torch.nn.Module)) - {"forward", "train"}  # a tokenizer's train is its own
_WHERE_CODE_RUNS = frozenset(("call", "vjp", *OPERATORS)) - {"setitem", "delitem"}


def _description(error: type[Exception]) -> dict[str, Any]:
    """What a worker says of an exception that was raised on a line of the learner's."""
    line = ("exercises/answer.py", 1, "answer", f"raise {error.__name__}")
    bases = [base.__name__ for base in error.__mro__[1:]]
    return {"type": error.__name__, "bases": bases, "message": "", "frames": [line]}

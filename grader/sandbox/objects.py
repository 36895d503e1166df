"""Carries out operations on objects that are known by number; the worker's side of a proxy.

The trusted process uses the same code on modules of its own: to debug in-process, and to replay a run on a known
wrong answer.
"""

from __future__ import annotations

import inspect
import itertools
import operator
import types
from typing import Any

from grader.sandbox.wire import HandleInfo

OPERATORS: dict[str, Any] = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "truediv": operator.truediv,
    "floordiv": operator.floordiv, "mod": operator.mod, "pow": operator.pow, "matmul": operator.matmul,
    "neg": operator.neg, "pos": operator.pos, "abs": operator.abs, "lt": operator.lt, "le": operator.le,
    "gt": operator.gt, "ge": operator.ge, "eq": operator.eq, "ne": operator.ne, "contains": operator.contains,
    "len": len, "bool": bool, "float": float, "int": int, "repr": repr, "str": str, "hash": hash,
    "getitem": operator.getitem, "setitem": operator.setitem, "delitem": operator.delitem,
}  # fmt: skip
OPERATORS |= {
    "radd": lambda a, b: b + a, "rsub": lambda a, b: b - a, "rmul": lambda a, b: b * a,
    "rtruediv": lambda a, b: b / a, "rpow": lambda a, b: b**a,
}  # fmt: skip
_MOST_ITEMS = 100_000


class Objects:
    """The objects that have been handed out, by number. Number 0 is the submission's module."""

    def __init__(self) -> None:
        self._objects: dict[int, Any] = {}
        self._numbers = itertools.count(1)

    def set_module(self, module: types.ModuleType) -> None:
        """Make the module number 0."""
        self._objects[0] = module

    def add(self, value: Any) -> HandleInfo:
        """Give an object a number and describe it."""
        ref = next(self._numbers)
        self._objects[ref] = value
        return describe(ref, value)

    def __getitem__(self, ref: int) -> Any:
        return self._objects[ref]

    def drop(self, refs: list[int]) -> None:
        """Forget objects."""
        for ref in refs:
            self._objects.pop(ref, None)

    def run(self, operation: str, target: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Carry out one operation; what the learner's code raises passes through."""
        if operation == "call":
            return target(*args, **kwargs)
        if operation == "get":
            return getattr(target, args[0])
        if operation == "set":
            return setattr(target, args[0], args[1])
        if operation == "iter":
            return list(itertools.islice(target, _MOST_ITEMS))
        if operation == "next":
            return next(target)
        if operation == "signature":
            return signature_of(target)
        if operation == "dir":
            return [name for name in dir(target) if not name.startswith("_")]
        return OPERATORS[operation](target, *args)


def describe(ref: int, value: Any) -> HandleInfo:
    """Describe an object for the other side, without running any of its code."""
    kind = "object"
    if isinstance(value, types.ModuleType):
        kind = "module"
    elif isinstance(value, type):
        kind = "class"
    elif isinstance(value, types.FunctionType | types.MethodType | types.BuiltinFunctionType):
        kind = "function"
    name = value.__name__ if kind in {"class", "function"} else ""
    file, line = _defined_at(value if kind in {"class", "function"} else type(value))
    return HandleInfo(ref, kind, _text(type(value).__name__), _text(name), line, file, _travelling_base(type(value)))


def _text(value: Any) -> str:
    return str(value)[:200] if type(value) is str else "?"


def _travelling_base(kind: type) -> str:
    names = {"torch.Tensor", "numpy.ndarray", "builtins.int", "builtins.float", "builtins.str", "builtins.list",
             "builtins.tuple", "builtins.dict"}  # fmt: skip
    for base in kind.__mro__[1:]:
        full = f"{base.__module__}.{base.__qualname__}"
        if full in names:
            return full.removeprefix("builtins.")
    return ""


def _defined_at(value: Any) -> tuple[str, int]:
    if isinstance(value, types.MethodType):
        value = value.__func__
    if isinstance(value, types.FunctionType):
        return value.__code__.co_filename[:300], value.__code__.co_firstlineno
    if isinstance(value, type):
        for member in vars(value).values():
            if isinstance(member, types.FunctionType) and member.__module__ == value.__module__:
                return member.__code__.co_filename[:300], member.__code__.co_firstlineno
    return "", 0


def signature_of(target: Any) -> str:
    """The signature as text, ``(logits, targets)``; empty where there is none."""
    try:
        return str(inspect.signature(target))[:300]
    except (TypeError, ValueError):
        return ""

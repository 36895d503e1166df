"""Carries out operations on objects that are known by number; the worker's side of a proxy.

The trusted process uses the same code on modules of its own: to debug in-process, and to replay a run on a known
wrong answer.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import itertools
import operator
import sys
import types
from collections.abc import Callable
from typing import Any

from grader.sandbox.request import Operation
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
        self._of_library: set[int] = set()  # what a check, not the learner, took from a library
        self._adding_library = False

    def set_module(self, module: types.ModuleType) -> None:
        """Make the module number 0."""
        self._objects[0] = module

    def add(self, value: Any) -> HandleInfo:
        """Give an object a number and describe it."""
        if type(value) is Kept:
            value = value.value
        ref = next(self._numbers)
        self._objects[ref] = value
        if self._adding_library:
            self._of_library.add(ref)
        return describe(ref, value)

    def answer(self, operation: str, ref: int, target: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Carry out one operation on the object that is known by ``ref``.

        What a check builds of a library's classes is the check's own doing, and no use of them by the learner: an
        exercise may forbid ``torch.nn.Linear`` and still be tried on a model that holds one.
        """
        self._adding_library = operation == Operation.LIBRARY or ref in self._of_library
        if operation == Operation.LIBRARY:
            return importlib.import_module(args[0])
        if operation == Operation.VJP:
            return vjp(target, *args)
        if operation == Operation.PLACE:
            return Kept(place(*args))
        if self._adding_library:
            return _run(operation, target, args, kwargs)
        return self.run(operation, target, args, kwargs)

    def __getitem__(self, ref: int) -> Any:
        return self._objects[ref]

    def drop(self, refs: list[int]) -> None:
        """Forget objects."""
        for ref in refs:
            self._objects.pop(ref, None)
            self._of_library.discard(ref)

    def run(self, operation: str, target: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Carry out one operation on what is the learner's; what their code raises passes through."""
        return _run(operation, target, args, kwargs)


class Kept:
    """Wraps a value that is to be handed out by number, though it could travel."""

    def __init__(self, value: Any) -> None:
        self.value = value


def _run(operation: str, target: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    if operation == Operation.CALL:
        return target(*args, **kwargs)
    if operation == Operation.KEEPING:
        return keeping(target, *args)
    if operation == Operation.GET:
        return getattr(target, args[0])
    if operation == Operation.SET:
        return setattr(target, args[0], args[1])
    if operation == Operation.ENTRY:  # one entry of a dict, and nothing of the others
        return getattr(target, args[0])[args[1]]
    if operation == Operation.ITER:
        return list(itertools.islice(target, _MOST_ITEMS))
    if operation == Operation.NEXT:
        return next(target)
    if operation == Operation.SIGNATURE:
        return signature_of(target)
    if operation == Operation.DIR:
        return [name for name in dir(target) if not name.startswith("_")]
    return OPERATORS[operation](target, *args)


def place(value: Any, device: str) -> Any:
    """The same value, with every tensor in it on a device."""
    if isinstance(value, list | tuple):
        return type(value)(place(item, device) for item in value)
    if isinstance(value, dict):
        return {key: place(item, device) for key, item in value.items()}
    return value.to(device) if hasattr(value, "to") else value


def keeping(function: Callable[..., Any], item: int, sent: bool) -> Callable[..., Any]:
    """The function, with one item of the tuple or list that it returns left here.

    Args:
        function: the function.
        item: which item.
        sent: whether a handle stands for the item, or None.
    """

    @functools.wraps(function)
    def kept(*args: Any, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        if type(result) not in {tuple, list} or len(result) <= item:
            return result
        left = Kept(result[item]) if sent else None
        return type(result)([*result[:item], left, *result[item + 1 :]])

    return kept


def vjp(target: Any, inputs: tuple[Any, ...], upstream: Any) -> tuple[Any, tuple[Any, ...], dict[str, Any]]:
    """Run a function or module under autograd, and differentiate the sum of output times upstream.

    Args:
        target: a function, a method or an ``nn.Module``.
        inputs: what to call it with; tensors of floats are differentiated by.
        upstream: a tensor of the output's shape, or a tuple of them for a tuple of outputs.

    Returns:
        ``(output, dinputs, dparams)``: None stands for no gradient; dparams is empty for what is no module.
    """
    torch = sys.modules["torch"]
    leaves = [_leaf(value, torch) for value in inputs]
    owner = target if isinstance(target, torch.nn.Module) else getattr(target, "__self__", None)
    parameters = dict(owner.named_parameters()) if isinstance(owner, torch.nn.Module) else {}
    for parameter in parameters.values():
        parameter.grad = None
    with torch.enable_grad():
        output = target(*leaves)
        outputs = output if isinstance(output, tuple | list) else (output,)
        upstreams = upstream if isinstance(upstream, tuple) else (upstream,)
        # A sum of products rather than autograd.grad(…, grad_outputs): that imports sympy at its first call.
        total = sum((o * u).sum() for o, u in zip(outputs, upstreams, strict=False) if isinstance(o, torch.Tensor))
        if isinstance(total, torch.Tensor) and total.requires_grad:
            total.backward()
    dinputs = tuple(leaf.grad if isinstance(leaf, torch.Tensor) else None for leaf in leaves)
    dparams = {name: parameter.grad for name, parameter in parameters.items()}
    for parameter in parameters.values():
        parameter.grad = None
    return output, dinputs, dparams


def _leaf(value: Any, torch: Any) -> Any:
    if isinstance(value, torch.Tensor) and value.is_floating_point():
        return value.detach().clone().requires_grad_()
    return value


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
    file, line = _defined_at(value) if kind in {"class", "function"} else _defined_at(type(value), _WHEN_CALLED)
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


_WHEN_CALLED = ("forward", "__call__")


def _defined_at(value: Any, first: tuple[str, ...] = ()) -> tuple[str, int]:
    """File and line of a function, or of a class's own first method; of those named ``first`` if it has one."""
    if isinstance(value, types.MethodType):
        value = value.__func__
    for _ in range(5):  # a decorator, keeping's too, is not where the learner looks
        inner = vars(value).get("__wrapped__") if isinstance(value, types.FunctionType) else None
        if not isinstance(inner, types.FunctionType):
            break
        value = inner
    if isinstance(value, types.FunctionType):
        return value.__code__.co_filename[:300], value.__code__.co_firstlineno
    if isinstance(value, type):
        own = vars(value)
        for member in (*(own.get(name) for name in first), *own.values()):
            if isinstance(member, types.FunctionType) and member.__module__ == value.__module__:
                return member.__code__.co_filename[:300], member.__code__.co_firstlineno
    return "", 0


def signature_of(target: Any) -> str:
    """The signature as text, ``(logits, targets)``; empty where there is none."""
    try:
        return str(inspect.signature(target))[:300]
    except (TypeError, ValueError):
        return ""

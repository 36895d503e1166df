"""A call of a check as Python that a learner can paste: inputs whole, weights and all, and what was built before it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from grader.bounds import CODE
from grader.checks.in_words import is_tensor
from grader.sandbox.generators import state_of
from grader.sandbox.proxy import Handle, info_of
from grader.sandbox.request import Call, Operation

_MOST_NUMBERS = CODE // 3  # of one array: each takes as many characters at least
_MOST_CALLS = 3_000  # of a log
_OPERATORS: Final = {
    "add": "{0} + {1}", "sub": "{0} - {1}", "mul": "{0} * {1}", "truediv": "{0} / {1}", "pow": "{0} ** {1}",
    "matmul": "{0} @ {1}", "radd": "{1} + {0}", "rsub": "{1} - {0}", "rmul": "{1} * {0}", "rtruediv": "{1} / {0}",
    "rpow": "{1} ** {0}", "neg": "-{0}", "getitem": "{0}[{1}]", "len": "len({0})", "contains": "{1} in {0}",
    Operation.ITER: "list({0})", Operation.NEXT: "next({0})",
}  # fmt: skip
_CHANGES = {Operation.CALL, Operation.SET, Operation.VJP, Operation.NEXT, "setitem"}


class CannotWriteError(Exception):
    """Something has no Python that would make it again, or too much."""


def as_python(call: Call, log: Sequence[Call], module: str, names: Sequence[str]) -> str:
    """Write a call, and of the calls before it those that made or changed what it works on.

    Args:
        call: the call.
        log: what the check asked, in order; the call may be the last, or not in it.
        module: where the learner's functions are imported from, ``lecture7.head``.
        names: what the learner calls the arguments.

    Returns:
        Some lines of Python; empty where there are too many, or an argument cannot be written.
    """
    before = [other for other in log[-_MOST_CALLS:] if other is not call]
    if call in log:  # by identity: calls do not compare
        before = before[: next(place for place, other in enumerate(log[-_MOST_CALLS:]) if other is call)]
    needed = _needed(call, before)
    used = {ref for other in [*needed, call] for ref in _refs((other.target, other.args, other.kwargs))}
    writer = _Writer(module, used)
    try:
        for other in needed:
            writer.write(other)
        writer.write_last(call, names)
        text = writer.text()
    except (CannotWriteError, RecursionError):
        return ""
    return text if len(text) <= CODE else ""


def _needed(call: Call, before: Sequence[Call]) -> list[Call]:
    """The calls that made an object, or may have changed one, that a call needs; and what these need."""
    symbols = {ref for other in before if other.target is None for ref in _refs(other.result)}
    roots: dict[int, set[int]] = {}  # an object -> those that it came from: a method leads to what it changes

    def reached(value: Any) -> set[int]:
        own = _refs(value) - symbols
        return own.union(*(roots.get(ref, set()) for ref in own))

    for other in before:
        come_from = reached((other.target, other.args, other.kwargs))
        roots |= {ref: roots.get(ref, set()) | come_from for ref in _refs(other.result)}
    needed = _refs((call.target, call.args, call.kwargs))
    objects = reached((call.target, call.args, call.kwargs))
    found: list[Call] = []
    for other in reversed(before):
        given = (other.target, other.args, other.kwargs)
        changes = other.operation in _CHANGES and not objects.isdisjoint(reached(given))
        if changes or not needed.isdisjoint(_refs(other.result)):
            found.append(other)
            needed |= _refs(given)
            objects |= reached(given)
    return found[::-1]


def _refs(value: Any) -> set[int]:
    """The numbers of the objects in a value."""
    if isinstance(value, Handle):
        return {info_of(value).ref}
    if isinstance(value, tuple | list):
        return {ref for item in value for ref in _refs(item)}
    if isinstance(value, dict):
        return {ref for item in value.values() for ref in _refs(item)}
    return set()


class _Writer:
    """Lines of Python, and what stands for each object in them."""

    def __init__(self, module: str, used: set[int]) -> None:
        self._module = module
        self._used = used
        self._lines: list[str] = []
        self._known: dict[int, str] = {}  # an object's number -> an expression
        self._taken: set[str] = {"torch", "np"}
        self._imported: list[str] = []
        self._length = 0

    def text(self) -> str:
        body = "\n".join(self._lines)
        libraries = [f"import {name}" for name in ("torch",) if f"{name}." in body]
        libraries += ["import numpy as np"] if "np." in body else []
        own = [f"from {self._module} import {', '.join(self._imported)}"] if self._imported else []
        return "\n".join([*libraries, *own, "", body])

    def write(self, call: Call) -> None:
        """Add what a call needs and does."""
        if call.operation == Operation.GET and isinstance(call.result, Handle):
            self._bind(call.result, self._got(call))
            return
        if call.operation == Operation.LIBRARY:
            line = f"import {_dotted(call.args[0])}"
            if line not in self._lines and call.args[0] != "torch":
                self._add(line)
            self._bind(call.result, call.args[0])
            return
        if call.operation == Operation.KEEPING:
            self._bind(call.result, self._of(call.target))
            return
        expression = self._expression(call, [self.literal(arg) for arg in call.args])
        if not self._used.isdisjoint(_refs(call.result)):
            name = self._new(_variable(call.result))
            self._add(f"{name} = {expression}")
            self._bind(call.result, name)
        else:
            self._add(expression)

    def write_last(self, call: Call, names: Sequence[str]) -> None:
        """Add the call itself, its arguments by their names first."""
        args = call.args[0] if call.operation == Operation.VJP else call.args
        if call.operation not in {Operation.CALL, Operation.VJP}:
            self._add(self._expression(call, [self.literal(arg) for arg in args]))
            return
        given = []
        for place, arg in enumerate(args):
            name = names[place] if place < len(names) else ""
            if isinstance(arg, Handle) or not name.isidentifier() or _is_short(arg):
                given.append(self.literal(arg))
                continue
            given.append(self._new(name))
            leaf = ".requires_grad_()" if call.operation == Operation.VJP and _is_float(arg) else ""
            self._add(f"{given[-1]} = {self.literal(arg)}{leaf}")
        named = [f"{_identifier(key)}={self.literal(value)}" for key, value in call.kwargs.items()]
        asked = f"{self._of(call.target)}({', '.join([*given, *named])})"
        if call.operation == Operation.VJP:
            self._add(f"out = {asked}")
            upstream = self.literal(call.args[1])
            many = isinstance(call.args[1], tuple)
            total = f"sum((o * u).sum() for o, u in zip(out, {upstream}))" if many else f"(out * {upstream}).sum()"
            self._add(f"{total}.backward()")
        else:
            self._add(asked)

    def _expression(self, call: Call, args: list[str]) -> str:
        if call.operation == Operation.CALL:
            named = [f"{_identifier(key)}={self.literal(value)}" for key, value in call.kwargs.items()]
            return f"{self._of(call.target)}({', '.join([*args, *named])})"
        if call.operation == Operation.SET:
            return f"{self._of(call.target)}.{_identifier(call.args[0])} = {args[1]}"
        if call.operation == "setitem":
            return f"{self._of(call.target)}[{args[0]}] = {args[1]}"
        if call.operation == Operation.GET:
            return f"{self._of(call.target)}.{_identifier(call.args[0])}"
        if call.operation in _OPERATORS:
            return _OPERATORS[call.operation].format(self._of(call.target), *args)
        raise CannotWriteError

    def _got(self, call: Call) -> str:
        name = _identifier(call.args[0])
        if call.target is not None:
            return f"{self._of(call.target)}.{name}"
        self._taken.add(name)
        self._imported += [name] if name not in self._imported else []
        return name

    def _of(self, handle: Handle | None) -> str:
        if handle is None or info_of(handle).ref not in self._known:
            raise CannotWriteError
        return self._known[info_of(handle).ref]

    def _bind(self, value: Any, expression: str) -> None:
        """Note what stands for the objects in a value."""
        if isinstance(value, Handle):
            self._known[info_of(value).ref] = expression
        elif isinstance(value, tuple | list):
            for place, item in enumerate(value):
                self._bind(item, f"{expression}[{place}]")
        elif isinstance(value, dict):
            for key, item in value.items():
                if _refs(item):
                    self._bind(item, f"{expression}[{self.literal(key)}]")

    def _new(self, name: str) -> str:
        """A variable that nothing else has."""
        found, number = name, 2
        while found in self._taken:
            found, number = f"{name}{number}", number + 1
        self._taken.add(found)
        return found

    def _add(self, line: str) -> None:
        self._length += len(line) + 1
        if self._length > CODE:
            raise CannotWriteError
        self._lines.append(line)

    def literal(self, value: Any) -> str:  # noqa: C901 - one case a type
        """An expression that makes a value."""
        if isinstance(value, Handle):
            return self._of(value)
        if is_tensor(value) or isinstance(value, np.ndarray):
            return _array(value)
        if value is None or type(value) in {bool, int, float, complex}:
            return _number(value)
        if type(value) in {str, bytes} and len(value) <= CODE:
            return repr(value)
        if type(value) is tuple:
            return f"({', '.join(map(self.literal, value))}{',' * (len(value) == 1)})"
        if type(value) is list:
            return f"[{', '.join(map(self.literal, value))}]"
        if type(value) is dict:
            return f"{{{', '.join(f'{self.literal(key)}: {self.literal(item)}' for key, item in value.items())}}}"
        if type(value) in {set, frozenset} and value:
            items = f"{{{', '.join(map(self.literal, value))}}}"
            return items if type(value) is set else f"frozenset({items})"
        if type(value).__module__ == "torch" and type(value).__name__ == "dtype":
            return str(value)
        if type(value).__name__ == "Generator":
            return _generator(value)
        raise CannotWriteError


def _array(value: Any) -> str:
    """A tensor or an array of its dtype; one that lies transposed is made so."""
    if math.prod(value.shape) > _MOST_NUMBERS:
        raise CannotWriteError
    if not is_tensor(value):
        usual = {"float64", "int64", "bool"}
        dtype = "" if str(value.dtype) in usual else f", dtype=np.{value.dtype}"
        return f"np.array({_nested(value.tolist())}{dtype})"
    value = value.detach()
    if value.dim() == 2 and not value.is_contiguous() and value.t().is_contiguous():
        return f"{_array(value.t())}.t()"
    name = str(value.dtype)
    dtype = "" if name in {"torch.float32", "torch.int64", "torch.bool"} else f", dtype={name}"
    if 0 in value.shape:
        return f"torch.empty({tuple(value.shape)}{dtype})"
    # the shortest that gives the same float32; as a Python float it has digits that mean nothing
    digits = 9 if name == "torch.float32" else 17
    return f"torch.tensor({_nested(value.tolist(), digits)}{dtype})"


def _nested(value: Any, digits: int = 17) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_nested(item, digits) for item in value)}]"
    return _number(value, digits)


def _number(value: Any, digits: int = 17) -> str:
    """A number as Python reads it, with no more digits than it has."""
    if type(value) is float and not math.isfinite(value):
        return f'float("{value}")'
    if type(value) is float and digits < 17:
        value = float(f"{value:.{digits}g}")
    return repr(value)


def _generator(value: Any) -> str:
    """A generator of torch's that was seeded, and has drawn nothing yet."""
    if type(value).__module__.startswith("torch"):
        seed = value.initial_seed()
        if state_of(type(value)().manual_seed(seed)) == state_of(value):
            return f"torch.Generator().manual_seed({seed})"
    raise CannotWriteError


def _variable(result: Any) -> str:
    """What to call an object: ``head`` for a Head, ``out`` for anything else."""
    name = info_of(result).type_name.lower() if isinstance(result, Handle) else "out"
    return name if name.isidentifier() and name.isascii() and not _is_reserved(name) else "out"


def _is_reserved(name: str) -> bool:
    import keyword

    return keyword.iskeyword(name) or name in {"list", "dict", "tuple", "set", "type", "function", "method"}


def _identifier(name: Any) -> str:
    if type(name) is str and name.isidentifier() and len(name) <= 200:
        return name
    raise CannotWriteError


def _dotted(name: str) -> str:
    return ".".join(map(_identifier, name.split(".")))


def _is_short(value: Any) -> bool:
    return value is None or type(value) in {bool, int, float} or (type(value) is str and len(value) < 20)


def _is_float(value: Any) -> bool:
    return is_tensor(value) and bool(value.is_floating_point())


def is_shown_whole(args: Sequence[Any], kwargs: Mapping[str, Any], texts: Sequence[str]) -> bool:
    """Whether the texts that stand for the arguments of a call say all of them."""
    values = [*args, *kwargs.values()]
    return len(texts) == len(values) and not any(
        "…" in text or text.startswith(("tensor (", "array (", "a seeded")) or isinstance(value, Handle)
        for value, text in zip(values, texts, strict=True)
    )

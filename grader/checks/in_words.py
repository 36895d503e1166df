"""Writes values on one line, so that a learner can check them by hand."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable
from typing import Any

import numpy as np

from grader.bounds import SHOWN
from grader.sandbox.proxy import Handle, info_of
from grader.sandbox.wire import Unsendable

_ENTRIES = 20  # of a dict, shown at most
_ITEMS = 40  # of a list
_DIFFERENT = 6  # of those, where two large dicts are compared
WHOLE = 12  # tensors up to this many numbers are shown whole


_MOST_BITS = 1_000


def type_in_words(value: Any) -> str:  # noqa: C901 - one case a type
    """What a value is: ``a float``, ``a tensor``, ``an object of class Fake (a subclass of torch.Tensor)``."""
    if value is None:
        return "None"
    if isinstance(value, Unsendable):
        return value.description
    if isinstance(value, Handle):
        info = info_of(value)
        if info.kind in {"function", "class", "module"}:
            return f"a {info.kind}"
        if info.type_name == "generator":
            return "a generator (yield makes one: use return)"
        if info.type_name == "coroutine":
            return "a coroutine (async def makes one: use def)"
        if info.type_name in {"dict", "tuple", "list"} and info.kind == "object":  # see keeping()
            return f"a {info.type_name} of your own making"
        of_what = f" (a subclass of {info.subclass_of})" if info.subclass_of else ""
        return f"an object of class {info.type_name}{of_what}"
    if is_tensor(value):
        return "a tensor"
    if isinstance(value, np.ndarray):
        return "a NumPy array"
    if isinstance(value, tuple | list) and value and all(map(is_tensor, value)):
        many = "one tensor" if len(value) == 1 else f"{len(value)} tensors"
        return f"a {type(value).__name__} of {many}"
    name = type(value).__name__
    return f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}"


def question(value: Any) -> str:
    """What follows a colon where None stands for a value: most often a path that ends without ``return``."""
    return ": does every path of your code return a value?" if value is None else "."


def are(name: str) -> str:
    """``are`` after a name in the plural, ``losses`` or ``the losses after one step``; ``is`` after any other."""
    head = re.split(r",| (?:after|at|for|from|in|of|on|when|with)\b", name, maxsplit=1)[0]
    return "are" if re.search(r"(?<![aisu])s$", head) else "is"  # neither loss nor bias


def is_tensor(value: Any) -> bool:
    """Whether it is a torch tensor, without importing torch."""
    return type(value).__module__ == "torch" and type(value).__name__ == "Tensor"


def shape_in_words(shape: Any) -> str:
    """A shape as learners write it: ``(2, 3)``, ``(3,)``, ``()``."""
    return str(tuple(int(n) for n in shape))


def as_array(value: Any) -> np.ndarray[Any, Any]:
    """A NumPy view or copy of a tensor or array, bfloat16 and float16 widened."""
    if is_tensor(value):
        value = value.detach()
        if str(value.dtype) in {"torch.bfloat16", "torch.float16"}:
            value = value.float()
        return np.asarray(value.numpy())
    return np.asarray(value)


def as_float(value: Any) -> float:
    """A number as a float: infinite where it is an integer beyond the floats."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def number(value: Any, digits: int = 6) -> str:
    """One number, no more digits than it needs."""
    if isinstance(value, bool | np.bool_):
        return str(bool(value))
    if isinstance(value, int | np.integer):
        bits = int(value).bit_length()
        return str(int(value)) if bits < _MOST_BITS else f"an integer of {bits:,} bits"
    if isinstance(value, complex | np.complexfloating):
        return f"{value:.{digits}g}"
    if math.isnan(value) or math.isinf(value):
        return str(float(value))
    text = f"{float(value):.{digits}g}"
    return "0" if text == "-0" else text


def show(value: Any, digits: int = 6, whole: int = WHOLE) -> str:
    """A value on one line; a large tensor by its shape, dtype and range."""
    if is_tensor(value) or isinstance(value, np.ndarray):
        array = as_array(value)
        if array.size <= whole:
            return _nested(array.tolist(), digits)
        kind = "tensor" if is_tensor(value) else "array"
        low, high = (number(bound, 3) for bound in (array.min(), array.max()))
        return f"{kind} {shape_in_words(array.shape)}, {low} to {high}"
    if isinstance(value, float | int | complex | np.generic):
        return number(value, digits)
    if isinstance(value, dict | tuple | list | set | frozenset):
        return _container(value, digits)
    if isinstance(value, str | bytes):
        return _cut(repr(value[: SHOWN + 1]) if len(value) > SHOWN else repr(value))
    if isinstance(value, Handle | Unsendable):
        return type_in_words(value)
    if type(value).__name__ == "Generator":
        return "a seeded generator"
    if isinstance(value, np.ufunc):
        return f"np.{value.__name__}"
    return _cut(repr(value))


def _container(value: Any, digits: int) -> str:
    if isinstance(value, dict):
        entries = (f"{show(key, digits)}: {show(item, digits)}" for key, item in value.items())
        return _listed("{", entries, "}", _ENTRIES, len(value))
    if not value:
        return repr(value)
    opening, closing = "frozenset({", "})"
    if isinstance(value, list):
        opening, closing = "[", "]"
    elif isinstance(value, tuple):
        opening, closing = "(", ",)" if len(value) == 1 else ")"
    elif isinstance(value, set):
        opening, closing = "{", "}"
    return _listed(opening, (show(item, digits) for item in value), closing, _ITEMS, len(value))


def _listed(opening: str, items: Iterable[str], closing: str, most: int, count: int) -> str:
    """Items in brackets: so many at most, and none after the line is full, however many there are."""
    taken: list[str] = []
    length = 0
    for item in itertools.islice(items, most):
        taken.append(item)
        length += len(item) + 2
        if length > SHOWN:
            break
    return _cut(opening + ", ".join(taken) + (", …" if len(taken) < count else "") + closing)


def _cut(text: str, most: int = SHOWN) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _nested(value: Any, digits: int) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_nested(item, digits) for item in value) + "]"
    return number(value, digits)


def _where_they_differ(actual: dict[Any, Any], expected: dict[Any, Any]) -> tuple[dict[Any, Any], dict[Any, Any]]:
    """A few entries that only one of two dicts has, or that are shown differently."""
    missing = (key for key in expected if key not in actual)
    extra = (key for key in actual if key not in expected)
    other = (key for key in expected if key in actual and show(actual[key]) != show(expected[key]))
    some = list(itertools.islice(itertools.chain(missing, extra, other), _DIFFERENT))
    return {key: actual[key] for key in some if key in actual}, {key: expected[key] for key in some if key in expected}


def side_by_side(actual: Any, expected: Any, index: tuple[int, ...] | None) -> tuple[str, str]:
    """Two values so that their difference can be seen: enough digits, and the row that differs where they are large."""
    small = all(as_array(v).size <= WHOLE for v in (actual, expected) if is_tensor(v) or isinstance(v, np.ndarray))
    prefix = ""
    if not small and index is not None and is_tensor(expected) | isinstance(expected, np.ndarray):
        a, e = as_array(actual), as_array(expected)
        column = index[-1] if index else 0
        start = max(0, min(column - 3, e.shape[-1] - 8)) if e.ndim else 0
        row = index[:-1]
        actual, expected = a[row][start : start + 8], e[row][start : start + 8]
        place = ", ".join([*map(str, row), f"{start}:{start + len(expected)}"])
        prefix = f"[{place}]  "
    if type(actual) is dict and type(expected) is dict and max(len(actual), len(expected)) > _ENTRIES:
        actual, expected = _where_they_differ(actual, expected)
    for digits in (6, 9, 12, 17):
        yours, right = show(actual, digits), show(expected, digits)
        if yours != right:
            break
    return prefix + yours, prefix + right

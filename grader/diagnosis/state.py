"""Laws of state: an answer that is kept from an earlier call, and one that depends on more than its arguments."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from types import ModuleType
from typing import Any

import numpy as np

from grader.checks.in_words import as_array, is_tensor
from grader.diagnosis.evidence import Explanation
from grader.diagnosis.replay import alike, converse
from grader.sandbox.proxy import info_of
from grader.sandbox.request import Call, Operation, RaisedError

_SECONDS = 0.1
_FEWEST = 3


def kept_answer(log: Sequence[Call]) -> Explanation | None:
    """A function that answers every call as it answered the first, whatever it is given."""
    for name, calls in _by_function(log).items():
        first = calls[0]
        others = [call for call in calls[1:] if not alike(call.args, first.args)]
        if len(others) < _FEWEST - 1 or not _is_telling(first.result):
            continue
        if all(call.raised is None and alike(call.result, first.result) for call in calls):
            return Explanation(
                f"kept answer of {name}",
                f"{name} answers every call with its answer to the first one, whatever the arguments: something is "
                f"computed once and kept. Compute it inside the function, from the arguments.",
            )
    return None


def depends_on_more(log: Sequence[Call], solution: Callable[[], ModuleType | None]) -> Explanation | None:
    """Two calls with the same arguments and different answers, where a right function gives the same twice.

    Without a solution nobody can tell whether it would: a right function may draw.
    """
    for name, calls in _comparable(log):
        for first, second in _pairs(calls):
            if alike(first.result, second.result):
                continue
            right = solution()
            if right is None or not _twice_the_same(right, first):
                continue
            return Explanation(
                f"state of {name}",
                f"{name} was called twice with the same arguments and gave different answers: it depends on something "
                f"else, such as a global, a default argument that is modified, or a random draw.",
            )
    return None


def _by_function(log: Sequence[Call]) -> dict[str, list[Call]]:
    """The calls of each plain function of the submission, where all arguments are values."""
    found: dict[str, list[Call]] = {}
    for call in log:
        if call.operation != Operation.CALL or call.target is None or info_of(call.target).kind != "function":
            continue
        if call.raised is None and "." not in call.name and all(map(_is_value, call.args)) and not call.kwargs:
            found.setdefault(call.name, []).append(call)
    return {name: calls for name, calls in found.items() if len(calls) > 1}


def _comparable(log: Sequence[Call]) -> Iterator[tuple[str, list[Call]]]:
    """The calls of each function whose answers are values, and None nowhere.

    A check may call a function as it is and with an item of its answer kept, which then comes as a handle or as None
    (see ``keeping``): these are two targets of one name, and what they answer is never compared.
    """
    for name, calls in _by_function(log).items():
        of_targets: dict[int, list[Call]] = {}
        for call in calls:
            if call.target is not None and _is_value(call.result) and not _holds_none(call.result):
                of_targets.setdefault(info_of(call.target).ref, []).append(call)
        for of_target in of_targets.values():
            yield name, of_target


def _holds_none(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(map(_holds_none, value))
    return value is None or (isinstance(value, dict) and any(map(_holds_none, value.values())))


def _is_value(value: Any) -> bool:
    """Whether a value says all that it is: no handle, no generator."""
    if isinstance(value, list | tuple):
        return all(map(_is_value, value))
    if isinstance(value, dict):
        return all(map(_is_value, value.values()))
    return is_tensor(value) or isinstance(value, np.ndarray | float | int | str | bool | type(None))


def _pairs(calls: Sequence[Call]) -> Iterator[tuple[Call, Call]]:
    """Calls with the same arguments: neighbours first, a bounded number."""
    deadline = time.monotonic() + _SECONDS
    for i, call in enumerate(calls[:40]):
        for other in calls[i + 1 : 40]:
            if time.monotonic() > deadline:
                return
            if alike(call.args, other.args):
                yield call, other


def _twice_the_same(module: ModuleType, call: Call) -> bool:
    """Whether a right module gives one answer to a call that is made twice."""
    talk = converse(module)
    function = talk.symbol(call.name) if call.name in vars(module) else None
    if function is None:
        return False
    try:
        answers = [talk.request(Operation.CALL, function, call.args, {}, call.name) for _ in range(2)]
    except RaisedError:  # what is refused has no answer
        return False
    return alike(answers[0], answers[1])


def _is_telling(value: Any) -> bool:
    """Whether an answer holds enough to be recognised: not None, not one number, not zeros."""
    if is_tensor(value) or isinstance(value, np.ndarray):
        array = as_array(value)
        return array.size > 2 and array.dtype.kind == "f" and len(np.unique(array)) > 2
    if isinstance(value, list | tuple):
        return any(map(_is_telling, value))
    return isinstance(value, dict) and any(map(_is_telling, value.values()))

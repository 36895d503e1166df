"""Demands other than equality: an exception that must come, inputs that must stay, any sentence that must be true."""

from __future__ import annotations

import copy
import math
from typing import Any

import numpy as np

from grader.checks.compare import assert_equal, same_keys
from grader.checks.context import CheckFailed, Mismatch, current
from grader.checks.in_words import are, as_array, is_tensor, question, show, type_in_words
from grader.sandbox.proxy import Handle, call_and_echo
from grader.sandbox.request import RaisedError
from grader.sandbox.wire import Unsendable

_SHOWN = 120  # characters of an answer where an exception was wanted


def check(condition: bool, message: str) -> None:
    """Demand a condition.

    Args:
        condition: computed by the check from values that crossed the wire.
        message: the sentence for the learner when it does not hold.

    Raises:
        CheckFailed: it does not hold.
    """
    if not condition:
        raise current().fail(Mismatch("demand", "", message))


def assert_raises(kind: type[Exception], function: Any, *args: Any, why: str = "") -> RaisedError:
    """Demand that the learner's code raises an exception of this kind.

    Args:
        kind: the built-in exception.
        function: what to call.
        args: with what.
        why: what is wrong with the arguments, ``3 is not divisible by 2``.

    Returns:
        What was raised, as described by the worker.

    Raises:
        CheckFailed: nothing or something else was raised.
    """
    because = f" ({why})" if why else ""
    try:
        result = function(*args)
    except RaisedError as raised:
        if kind.__name__ in (raised.type_name, *raised.bases):
            return raised
        message = f"{kind.__name__} is wanted here{because}; {raised.type_name} came: {raised.message}"
        raise current().fail(Mismatch("demand", "", message, call=raised.call)) from None
    shown = show(result)
    shown = shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"
    message = f"{kind.__name__} is wanted here{because}; you return {shown}."
    raise current().fail(Mismatch("demand", "", message, actual=result))


def assert_unchanged(function: Any, *args: Any) -> Any:
    """Call the learner's function and demand that its arguments are as before.

    Args:
        function: a function of the submission (or of this process, when a check is tried by hand).
        args: tensors, arrays, and containers of them.

    Returns:
        What the function returned.

    Raises:
        CheckFailed: an argument was modified in place.
    """
    if isinstance(function, Handle):
        result, after = call_and_echo(function, *args)
    else:
        after = copy.deepcopy(args)
        result = function(*after)
    for number, (before, now) in enumerate(zip(args, after, strict=False)):
        changed = _difference(before, now)
        if changed is not None:
            name = f"argument {number + 1}{changed}"
            raise current().fail(Mismatch("modified", name, f"Your code modifies {name} in place; work on a copy."))
    return result


def assert_responds(first: Any, second: Any, *, name: str = "the answer") -> None:
    """Demand that answers to two different inputs are answers, of finite numbers where they are numbers, and differ.

    Zeros and constants have many a property, and so has an object that does nothing; a check of one demands this too.
    What is computed is compared elsewhere, so that a mistake there costs no point here.

    Args:
        first: what the submission returned for one input.
        second: what it returned for another one.
        name: what the learner calls it.

    Raises:
        CheckFailed: an answer is None or no value, holds NaN or Inf, or both are the same.

    Example:
        answers = [assert_unchanged(submission.relu, x) for x in (x, other)]
        assert_responds(*answers, name="relu(x)")
    """
    verb = are(name)
    pronoun = "it" if verb == "is" else "they"
    for answer in (first, second):
        words = f"{name} {verb} {type_in_words(answer)}; a value is wanted{question(answer)}"
        if answer is None:
            raise current().fail(Mismatch("demand", "", words, call=current().call_that_gave_nothing()))
        check(not isinstance(answer, Handle | Unsendable), words)
        check(_is_finite(answer), f"{name} must hold finite numbers; here are NaN or Inf.")
    words = f"{name} {verb} the same for two inputs: {pronoun} must depend on them."
    check(_difference(first, second) is not None, words)


def _is_finite(value: Any) -> bool:
    """Whether no number in a value, or in a container of some, is NaN or infinite."""
    if isinstance(value, dict):
        return all(map(_is_finite, value.values()))
    if isinstance(value, tuple | list):
        return all(map(_is_finite, value))
    if is_tensor(value) or isinstance(value, np.ndarray | float):
        return bool(np.isfinite(as_array(value)).all())
    return True


def _difference(before: Any, now: Any) -> str | None:  # noqa: C901 - one case a kind of container
    """Where two values differ, as ``['h']``; None where they are equal."""
    if is_tensor(before) or isinstance(before, np.ndarray):
        same = type(now) is type(before) and tuple(now.shape) == tuple(before.shape) and now.dtype == before.dtype
        return None if same and np.array_equal(as_array(now), as_array(before), equal_nan=_is_float(before)) else ""
    if isinstance(before, dict):
        if type(now) is not dict or not same_keys(now, before):
            return ""
        for key, item in before.items():
            inner = _difference(item, now[key])
            if inner is not None:
                return f"[{key!r}]{inner}"
        return None
    if isinstance(before, list | tuple):
        if type(now) is not type(before) or len(now) != len(before):
            return ""
        pairs = enumerate(zip(before, now, strict=True))
        where = [f"[{i}]{place}" for i, pair in pairs if (place := _difference(*pair)) is not None]
        if len(where) > 1 and all(isinstance(item, str | int | float) for item in before):
            return ""  # sorted, or shuffled: it is the list that is another
        return where[0] if where else None
    if isinstance(before, Handle) or type(before).__name__ == "Generator":
        return None
    if type(before) is float and math.isnan(before):  # NaN equals nothing, and may stay what it was
        return None if type(now) is float and math.isnan(now) else ""
    try:
        assert_equal(now, before)
    except CheckFailed:
        return ""
    return None


def _is_float(value: Any) -> bool:
    return bool(np.issubdtype(as_array(value).dtype, np.inexact))

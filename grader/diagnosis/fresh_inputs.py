"""Asks the submission once more, on inputs that no check has, before a misconception is named."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import Any

import numpy as np

from grader.checks.in_words import is_tensor
from grader.diagnosis.replay import alike, converse
from grader.sandbox.proxy import Conversation, Handle, info_of
from grader.sandbox.request import Call, Interrupted, Operation, RaisedError

_SECONDS = 0.1
_CALLS = 3
_MOST_NUMBERS = 10_000
_SEED = 20_240_607


def contradicted(talk: Conversation, module: ModuleType) -> bool:
    """Whether the submission answers fresh inputs otherwise than a module that it agreed with on all of the check's.

    Args:
        talk: the conversation with the submission, whose worker is asked again.
        module: the known wrong answer.

    Returns:
        False also where nothing can be asked: the worker is gone, the calls take objects, or time is up.
    """
    log, limit, until = talk.log, talk.seconds, talk.until
    talk.until = math.inf
    talk.log, talk.seconds = [], min(limit, 5 * _SECONDS)  # what follows is no part of the check
    deadline = time.monotonic() + _SECONDS
    other = converse(module)
    try:
        for call in _askable(log):
            if time.monotonic() > deadline:
                break
            args = _fresh(call.args)
            theirs = _ask(talk, call.target, call.name, args)
            function = _counterpart(other, call, log)
            ours, once_more = (_ask(other, function, call.name, args) for _ in range(2))
            if alike(ours, once_more) and not alike(theirs, ours):
                return True
    except (Interrupted, OSError):
        return False
    finally:
        talk.log, talk.seconds, talk.until = log, limit, until
    return False


def _askable(log: Sequence[Call]) -> Iterator[Call]:
    """A few calls of the submission's functions whose arguments are numbers alone, the latest first."""
    found = 0
    for call in reversed(log):
        plain = call.operation == Operation.CALL and call.raised is None and not call.kwargs and call.target is not None
        if not plain or info_of(call.target).kind != "function" or "." in call.name:
            continue
        if found < _CALLS and all(map(_is_number, call.args)) and any(map(_holds_floats, call.args)):
            found += 1
            yield call


def _counterpart(other: Conversation, call: Call, log: Sequence[Call]) -> Any:
    """The module's function for what was called, with the same item of its answers kept if the check had it kept."""
    function = other.symbol(call.name)
    for made in log:
        if made.operation == Operation.KEEPING and made.result is call.target:
            return other.request(Operation.KEEPING, function, made.args, {}, call.name)
    return function


def _is_number(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return all(map(_is_number, value))
    if isinstance(value, dict):
        return all(map(_is_number, value.values()))
    if is_tensor(value) or isinstance(value, np.ndarray):
        return int(np.prod(value.shape)) <= _MOST_NUMBERS
    return isinstance(value, float | int | str | bool | type(None))


def _holds_floats(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_holds_floats, value.values()))
    return (is_tensor(value) and value.is_floating_point()) or (
        isinstance(value, np.ndarray) and value.dtype.kind == "f"
    )


def _fresh(value: Any) -> Any:
    """The same value with each float a little larger or smaller, and zeros as they are: signs and masks stay."""
    if isinstance(value, tuple | list):
        return type(value)(map(_fresh, value))
    if isinstance(value, dict):
        return {key: _fresh(item) for key, item in value.items()}
    if not _holds_floats(value):
        return value
    factor = np.random.default_rng(_SEED).uniform(0.75, 1.25, tuple(value.shape))
    if is_tensor(value):
        import torch

        return value * torch.from_numpy(np.asarray(factor)).to(value.dtype)
    return value * factor.astype(value.dtype)


def _ask(talk: Conversation, function: Handle | None, name: str, args: tuple[Any, ...]) -> Any:
    try:
        return talk.request(Operation.CALL, function, args, {}, name)
    except RaisedError as raised:
        return f"raised {raised.type_name}"

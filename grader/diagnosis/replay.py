"""Replays what a check asked of a submission on a module of this process, and compares the answers.

A known wrong answer is recognised when it would have given every answer that the submission gave: the wrong ones and
the right ones, on all the inputs of the check. One match on one small input would prove little.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from types import CodeType, ModuleType
from typing import Any

import msgspec
import numpy as np

from grader.bounds import MOST_LOOKED_AT
from grader.checks.in_words import as_array, is_tensor
from grader.checks.remote import requires_grad
from grader.diagnosis.direct import DirectPeer
from grader.sandbox.generators import state_of
from grader.sandbox.proxy import Conversation, Handle, info_of, weight_of
from grader.sandbox.request import Call, Interrupted, Operation, RaisedError
from grader.sandbox.wire import Unsendable

UNFINISHED = "UnfinishedError"  # raised by a known wrong answer in place of going on for ever
_RTOL = 1e-9
_RTOL_FLOAT32 = 1e-5
_MOST_CALLS = 3_000
_FORM_SECONDS = 3.0  # of CPU
_LONG = 1.0  # seconds


class KnownWrong(msgspec.Struct, eq=False):
    """A misconception that can be run.

    Attributes:
        name: its name in the bank.
        sentence: what corrects it.
        symbol: the function or class that is wrong in it.
        module: makes the solution's module with the symbol replaced.
    """

    name: str
    sentence: str
    symbol: str
    module: Callable[[], ModuleType]


def converse(module: ModuleType, seed: int = 0) -> Conversation:
    """A conversation with a module of this process."""
    return Conversation(DirectPeer(module), list(vars(module)), seed)


def symbols_used(module: ModuleType, log: Sequence[Call]) -> set[str]:
    """The names of a module that the calls of a log use, directly or through each other."""
    waiting = {
        call.args[0] for call in log if call.operation in {Operation.GET, Operation.ENTRY} and call.target is None
    }
    used: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in used and hasattr(module, name):
            used.add(name)
            waiting |= _names_in(getattr(module, name)) - used
    return used


def _names_in(thing: Any) -> set[str]:
    """The global names that a function, or the methods of a class, may use."""
    if isinstance(thing, type):
        return {name for member in vars(thing).values() for name in _names_in(member)}
    code = getattr(thing, "__code__", None)
    found: set[str] = set()
    todo = [code] if code is not None else []
    while todo:
        code = todo.pop()
        found.update(code.co_names)
        todo += [constant for constant in code.co_consts if isinstance(constant, CodeType)]
    if isinstance(thing, dict):  # a table of functions
        found |= {getattr(item, "__name__", "") for item in thing.values()}
    return found


def gives_the_same(
    module: ModuleType,
    log: Sequence[Call],
    deadline: float,
    seed: int = 0,
    *,
    messages: bool = False,
    graph: bool = True,
) -> bool:
    """Whether a module gives every answer in the log, wrong ones and exceptions included.

    Args:
        module: what is asked.
        log: what was asked of the submission, and what it answered.
        deadline: on the clock of this thread (``time.thread_time``); False beyond it.
        seed: seeded the submission's global random generators.
        messages: whether exceptions must say the same too, but for names and numbers, and come from the same place;
            else their type will do.
        graph: whether it must agree too which tensors require a gradient.
    """
    talk = converse(module, seed)
    twins: dict[int, Any] = {}
    for call in log[:_MOST_CALLS]:
        if time.thread_time() > deadline:
            return False
        if not _same_answer(talk, call, twins, module if messages else None, graph=graph):
            return False
    return bool(log)


def _same_answer(
    talk: Conversation, call: Call, twins: dict[int, Any], told: ModuleType | None, *, graph: bool
) -> bool:
    """Whether an answer is that of the submission; exceptions of the module ``told`` must say what its own said."""
    try:
        args = _translate(call.args, twins)
        kwargs = _translate(call.kwargs, twins)
        target = None if call.target is None else twins[info_of(call.target).ref]
        result = talk.request(call.operation, target, args, kwargs, call.name, echo=call.echoed is not None)
        if call.echoed is not None:
            result, echoed = result
            if not _alike(_without_handles(call, call.echoed), _without_handles(call, echoed), twins):
                return False
    except RaisedError as raised:
        if call.raised is None or call.raised.type_name != raised.type_name:
            return False
        return told is None or _same_end(call.raised, raised, told)
    except (Interrupted, KeyError):
        return False
    if call.operation == Operation.ENTRY and type(result) is int:
        result = float(result)  # as the answer to a quiz is noted
    return call.raised is None and _alike(call.result, result, twins, graph=graph)


def asks_for_gradients(log: Sequence[Call]) -> bool:
    """Whether any answer is, or holds, a tensor that requires a gradient: which may be all that is unlike."""
    answers = [call.result for call in log]
    answers += [item for answer in answers if isinstance(answer, tuple | list) for item in answer[:MOST_LOOKED_AT]]
    return any(map(requires_grad, answers))


def _same_end(theirs: RaisedError, ours: RaisedError, module: ModuleType) -> bool:
    """Whether two exceptions of one type say the same, and come of the same function: of a ``raise`` there, or not."""
    if _form_of(theirs.message) != _form_of(ours.message):
        return False
    known = _functions_in(module)
    return _place(theirs, known) == _place(ours, known)


def _place(error: RaisedError, known: set[str]) -> tuple[str, bool]:
    """The innermost function that a known wrong answer has too, for learners have others; and whether they raise."""
    functions = [function for _, _, function, _ in error.frames if function in known]
    line = error.frames[-1][3] if error.frames else ""
    return functions[-1] if functions else "", re.match(r"(.*:\s*)?raise\b", line) is not None


def _functions_in(module: ModuleType) -> set[str]:
    """The names of a module's functions, and of the methods of its classes."""
    members = [*vars(module).items()]
    members += [own for _, kind in members if isinstance(kind, type) for own in vars(kind).items()]
    return {name for name, member in members if callable(member) or isinstance(member, property)}


def _form_of(message: str) -> str:
    """A message without what changes from case to case: "shapes (2,3) and (4,)" and "(5,1) and (2,)" are one."""
    return re.sub(r"'[^']*'|\"[^\"]*\"|\d[\d.,e+-]*", "#", message.strip())


def _without_handles(call: Call, echoed: Any) -> Any:
    """What came back of the arguments; of those that went as handles nothing, since no check looks into them."""
    if type(echoed) is not tuple or len(echoed) != 2 or type(echoed[0]) is not tuple:
        return echoed
    args = tuple(None if isinstance(arg, Handle) else item for arg, item in zip(call.args, echoed[0], strict=False))
    return args, echoed[1]


def weight(call: Call) -> int:
    """The bytes of the arrays that a call was given, and of those that it answered with."""
    return weight_of((call.args, list(call.kwargs.values()), call.result))


def _translate(value: Any, twins: dict[int, Any]) -> Any:
    """The same value with handles of the submission replaced by their twins."""
    if isinstance(value, Handle):
        return twins[info_of(value).ref]
    if type(value) in {list, tuple}:
        return type(value)(_translate(item, twins) for item in value)
    if type(value) is dict:
        return {key: _translate(item, twins) for key, item in value.items()}
    return value


def _alike(theirs: Any, ours: Any, twins: dict[int, Any], *, graph: bool = True) -> bool:
    """Whether two answers are the same up to rounding; handles become twins."""
    if isinstance(theirs, Handle):
        if not isinstance(ours, Handle):
            return False
        twins[info_of(theirs).ref] = ours
        return True
    if type(theirs) is not type(ours) and not (isinstance(theirs, float) and isinstance(ours, float)):  # or np.float64
        return False
    if isinstance(theirs, list | tuple):
        pairs = zip(theirs, ours, strict=False)
        return len(theirs) == len(ours) and all(_alike(a, b, twins, graph=graph) for a, b in pairs)
    if isinstance(theirs, dict):
        items = ((theirs[key], ours[key]) for key in theirs)
        return theirs.keys() == ours.keys() and all(_alike(a, b, twins, graph=graph) for a, b in items)
    return _alike_leaf(theirs, ours, graph=graph)


def alike(theirs: Any, ours: Any) -> bool:
    """Whether two values without handles are the same up to rounding."""
    return _alike(theirs, ours, {})


def _alike_leaf(theirs: Any, ours: Any, *, graph: bool) -> bool:
    if graph and requires_grad(theirs) != requires_grad(ours):
        return False
    if is_tensor(theirs) and is_tensor(ours) and theirs.dtype == ours.dtype and theirs.equal(ours):
        return True  # to the bit, as most are; and twenty times faster than what follows
    if is_tensor(theirs) or isinstance(theirs, np.ndarray | np.generic | float):
        a, b = as_array(theirs), as_array(ours)
        if a.shape != b.shape or a.dtype != b.dtype:
            return False
        return close(a, b, _RTOL_FLOAT32 if _was_float32(theirs) or _was_float32(ours) else _RTOL)
    if isinstance(theirs, Unsendable):
        return bool(theirs == ours)
    if isinstance(theirs, int | str | bytes | bool | complex | set | frozenset | type(None)):
        return bool(theirs == ours)
    is_generator = type(theirs).__name__ == "Generator"  # ``torch.manual_seed`` answers with one
    return is_generator and bool(state_of(theirs) == state_of(ours))


def _was_float32(value: Any) -> bool:
    """Whether a Python float came of a float32, as ``loss.item()`` does: none of its further digits means anything."""
    if type(value) is not float or value.is_integer():  # which all numbers beyond float32's are
        return False
    return value == float(np.float32(value))


def close(a: np.ndarray[Any, Any], b: np.ndarray[Any, Any], rtol: float = _RTOL) -> bool:
    """Whether two arrays of one shape agree to ``rtol`` of their scale, NaN and Inf included."""
    if a.size == 0:
        return True
    if not np.issubdtype(a.dtype, np.inexact):
        return bool(np.array_equal(a, b))
    rtol = max(rtol, _RTOL_FLOAT32) if a.dtype in {np.dtype(np.float32), np.dtype(np.float16)} else rtol
    finite = np.isfinite(a)
    if not np.array_equal(finite, np.isfinite(b)) or not np.array_equal(a[~finite], b[~finite], equal_nan=True):
        return False
    if not finite.any():
        return True
    scale = max(np.abs(a[finite]).max(), np.abs(b[finite]).max())
    return bool(np.abs(a[finite] - b[finite]).max() <= rtol * scale + 1e-15)


def differs_in_form(module: ModuleType, log: Sequence[Call]) -> str:
    """How the answers differ in kind, not in value, from those of a right module; empty when they do not.

    Tells a check that stumbled over a strange answer from a check that is wrong itself. What took long is left out
    at first: what comes after a training run differs in kind whether or not the model has been trained.
    """
    quick = [call for call in log if call.seconds < _LONG or _has_handle(call.result)]
    return _first_in_form(module, quick) or (_first_in_form(module, log) if len(quick) < len(log) else "")


def _has_handle(value: Any) -> bool:
    if isinstance(value, tuple | list):
        return any(map(_has_handle, value[:MOST_LOOKED_AT]))
    return isinstance(value, Handle) or (isinstance(value, dict) and any(map(_has_handle, value.values())))


def returns_none(module: ModuleType, log: Sequence[Call]) -> str:
    """What the submission called that gave None where a right module gives a value, as ``relu``; empty if nothing."""
    if all(call.result is not None or call.raised is not None for call in log):
        return ""
    for call, ours, twins in _both_answers(module, log):
        _alike(call.result, ours, twins)
        if call.result is None and ours is not None and call.operation != Operation.GET:
            return _called(call)
    return ""


def _called(call: Call) -> str:
    """What was called, as the learner wrote it: ``Value.__add__`` for an operator, ``Neuron.__call__`` of an object."""
    if call.operation not in {*Operation}:
        return f"{call.name}.__{call.operation}__"
    is_object = call.operation == Operation.CALL and call.target is not None and info_of(call.target).kind == "object"
    return f"{call.name}.__call__" if is_object else call.name


def _first_in_form(module: ModuleType, log: Sequence[Call]) -> str:
    for call, ours, twins in _both_answers(module, log):
        difference = _form(call.result, ours, twins)
        if difference:
            return f"{_called(call)} {'is' if call.operation == Operation.GET else 'returns'} {difference}"
    return ""


def _both_answers(module: ModuleType, log: Sequence[Call]) -> Iterator[tuple[Call, Any, dict[int, Any]]]:
    """Each call with a right module's answer to it, and the twins so far: for who looks to add to."""
    talk, twins = converse(module), dict[int, Any]()
    deadline = time.thread_time() + _FORM_SECONDS
    for call in log[:_MOST_CALLS]:
        if time.thread_time() > deadline:
            return
        try:
            target = None if call.target is None else twins[info_of(call.target).ref]
            ours = talk.request(
                call.operation,
                target,
                _translate(call.args, twins),
                _translate(call.kwargs, twins),
                call.name,
            )
        except (RaisedError, Interrupted, KeyError):
            return
        yield call, ours, twins


def _form(theirs: Any, ours: Any, twins: dict[int, Any]) -> str:
    from grader.checks.in_words import question, shape_in_words, type_in_words

    _alike(theirs, ours, twins)
    if type(theirs) is not type(ours):
        asked = question(theirs) if theirs is None else ""
        return f"{type_in_words(theirs)}; {type_in_words(ours)} is wanted{asked}"
    if isinstance(theirs, list | tuple):
        if len(theirs) != len(ours):
            return f"{len(theirs)} values; {len(ours)} are wanted"
        return next((found for a, b in zip(theirs, ours, strict=True) if (found := _form(a, b, twins))), "")
    if isinstance(theirs, dict):
        missing = [key for key in ours if key not in theirs]
        if missing:
            return f"a dict without {missing[0]!r}"
        return next((found for key in ours if (found := _form(theirs[key], ours[key], twins))), "")
    if (is_tensor(theirs) or isinstance(theirs, np.ndarray)) and tuple(theirs.shape) != tuple(ours.shape):
        return f"shape {shape_in_words(theirs.shape)}; {shape_in_words(ours.shape)} is wanted"
    if (is_tensor(theirs) or isinstance(theirs, np.ndarray)) and theirs.dtype != ours.dtype:
        kinds = [str(value.dtype).removeprefix("torch.") for value in (theirs, ours)]
        return f"{type_in_words(theirs)} of {kinds[0]}; {kinds[1]} is wanted"
    return ""

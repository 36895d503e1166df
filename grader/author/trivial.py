"""Answers without thought: zeros, a constant, the input itself. No numeric check may accept one."""

from __future__ import annotations

from grader.course import Exercise

KINDS = ("zeros", "constant", "input")

_SOURCE = """

# --- what follows replaces every answer above by one without thought ---
import copy as _copy
import functools as _functools
import sys as _sys

def _is_module(value):
    return hasattr(value, "state_dict") and hasattr(value, "parameters")

def _trivial_leaf(value, args):
    kind = {kind!r}
    if _is_module(value):
        for parameter in value.parameters():
            parameter.data.fill_(0.5 if kind == "constant" else 0.0)
        return value
    if type(value).__module__.split(".")[0] in ("torch", "numpy") and hasattr(value, "shape"):
        library = _sys.modules[type(value).__module__.split(".")[0]]
        if kind == "input":
            for arg in args:
                if getattr(arg, "shape", None) == value.shape and arg.dtype == value.dtype:
                    return arg
        if kind == "constant":
            return library.full_like(value, 1 if "int" in str(value.dtype) else 0.5)
        return library.zeros_like(value)
    if type(value) is float:
        return 0.5 if kind == "constant" else 0.0
    return value

def _trivial(value, args):
    if type(value) in (tuple, list):
        return type(value)(_trivial(item, args) for item in value)
    if isinstance(value, tuple) and hasattr(value, "_fields"):  # a NamedTuple
        return type(value)(*(_trivial(item, args) for item in value))
    if type(value) is dict:
        return {{key: _trivial(item, args) for key, item in value.items()}}
    return _trivial_leaf(value, args)

def _flat(args):
    for arg in args:
        if type(arg) is dict:
            yield from _flat(arg.values())
        elif type(arg) in (tuple, list):
            yield from _flat(arg)
        else:
            yield arg

def _without_thought(function):
    @_functools.wraps(function)
    def wrapped(*args, **kwargs):
        # What trains a model in place works on a copy: the model that was passed stays untrained.
        copies = [_copy.deepcopy(arg) if _is_module(arg) else arg for arg in args]
        named = {{key: _copy.deepcopy(arg) if _is_module(arg) else arg for key, arg in kwargs.items()}}
        return _trivial(function(*copies, **named), list(_flat([*args, *kwargs.values()])))
    return wrapped

for _name in {symbols!r}:
    globals()[_name] = _without_thought(globals()[_name])
"""


# In a quiz: the key of a question, where elsewhere it is the argument that comes back.
_QUIZ = {"zeros": "0.0", "constant": "0.5", "input": "question"}


def trivial_source(solution: str, exercise: Exercise, kind: str) -> str | None:
    """The solution with every answer replaced: right in type, shape and dtype, and worth nothing.

    Args:
        solution: its text.
        exercise: says which functions the learner writes, or that it is a quiz, whose answers are one dict.
        kind: one of ``KINDS``.

    Returns:
        The text; None where the learner writes classes alone, whose answers are not functions' results.
    """
    if exercise.quiz:
        return f"{solution}\n\nanswers = {{question: {_QUIZ[kind]} for question in answers}}\n"
    functions = functions_of(exercise)
    if not functions:
        return None
    return solution + _SOURCE.format(kind=kind, symbols=functions)


def functions_of(exercise: Exercise) -> list[str]:
    """The functions, not the classes, that the learner writes."""
    return [name for name, signature in exercise.symbols.items() if _is_function(name, signature)]


def _is_function(name: str, signature: str) -> bool:
    return "." not in name and "(" in signature and not name[:1].isupper()

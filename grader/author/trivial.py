"""Answers without thought: zeros, a constant, the input itself. No numeric check may accept one."""

from __future__ import annotations

from pathlib import Path

from grader.course import Exercise

KINDS = ("zeros", "constant", "input")

_THOUGHTLESS = Path(__file__).with_name("thoughtless.py")
_SOURCE = """

# --- what follows replaces every answer above by one without thought ---
_thoughtless = {{"__name__": "thoughtless"}}
exec({text!r}, _thoughtless)
_thoughtless["replace"](globals(), {symbols!r}, {kind!r})
"""
# In a quiz: the key of a question, where elsewhere it is the argument that comes back.
_QUIZ = {"zeros": "0.0", "constant": "0.5", "input": "question"}


def trivial_source(solution: str, exercise: Exercise, kind: str) -> str | None:
    """The solution with every answer replaced: right in type, shape and dtype, and worth nothing.

    Args:
        solution: its text.
        exercise: says which functions and classes the learner writes, or that it is a quiz, whose answers are one dict.
        kind: one of ``KINDS``.

    Returns:
        The text; None where the learner writes neither functions nor classes.
    """
    if exercise.quiz:
        return f"{solution}\n\nanswers = {{question: {_QUIZ[kind]} for question in answers}}\n"
    if not exercise.symbols:
        return None
    return solution + _SOURCE.format(text=_THOUGHTLESS.read_text("utf-8"), symbols=list(exercise.symbols), kind=kind)

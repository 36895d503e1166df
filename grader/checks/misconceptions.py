"""How a wrong answer is marked in a bank. ``grader.diagnosis.bank`` reads banks, as text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

_F = TypeVar("_F", bound=Callable[..., Any])


def misconception(sentence: str, name: str = "", violates: Sequence[str] = ()) -> Callable[[_F], _F]:
    """Mark a function or class of the bank as a wrong answer.

    Args:
        sentence: what the learner reads when an answer matches it.
        name: a short name; made from the sentence without it.
        violates: the checks that fail on it, ``test_`` left out, and no others: validation demands that. Of a
            parametrised check any case may fail.

    The decorator itself does nothing: banks are read as text (``read_bank``), so that one name can be defined often.
    A wrong answer to a question of a quiz is one entry of its dict::

        answers = misconception("Adding them needs equal shapes.", name="sum")({"collapse": "a"})
    """
    del sentence, name, violates
    return lambda thing: thing

"""Checks of a quiz: an exercise whose stub is a dict of answers, each None until the learner has decided.

A question is one check. What is a choice is compared as a salted hash, what is a number with an oracle::

    def test_first_loss(submission):
        \"\"\"Question 7: the loss of a classifier of 10 classes that has learned nothing.\"\"\"
        assert_number(submission, "first_loss", math.log(10))


    def test_collapse(submission):
        \"\"\"Question 1: two linear layers are one.\"\"\"
        assert_choice(submission, "collapse", {"a": "W1 + W2", "b": "W1 @ W2"}, "6f1d27:0d4e…")

What is wrong with a wrong answer stands in the exercise's bank, one entry an answer, or is computed by ``explain``.

Of the security of these hashes: there is none. Who tries all four choices has the answer in a microsecond. They keep
it from the eye of someone who reads the checks, and that is all that a quiz needs: its learner grades themselves.
"""

from __future__ import annotations

import hashlib
import math
import re
import secrets
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

import numpy as np

from grader.bounds import CHOICE
from grader.checks.context import Mismatch, current
from grader.checks.in_words import as_float, is_tensor, number, show, type_in_words
from grader.errors import GraderError
from grader.sandbox.proxy import SubmissionProxy, conversation_of
from grader.sandbox.request import NotStarted, Operation, RaisedError

_DICT = "answers"  # what the dict of every quiz is called
_DIGITS = 3  # to which numbers are compared with those of the bank
_DIGEST = 24


def seal(question: str, choice: str, salt: str | None = None) -> str:
    """Make the salted hash of a choice, to be pasted into a check.

    Args:
        question: the key of the question.
        choice: the right choice, in any spelling.
        salt: a new one without it.

    Returns:
        ``salt:digest``, in hexadecimal.
    """
    salt = salt or secrets.token_hex(4)
    digest = hashlib.sha256(f"{salt}:{question}:{normalised(choice)}".encode()).hexdigest()
    return f"{salt}:{digest[:_DIGEST]}"


def normalised(text: str) -> str:
    """Reduce a choice to its letters and digits: ``"(B)"``, ``"b."`` -> ``"b"``; ``"Zero_grad"`` -> ``"zero grad"``."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(re.findall(r"[^\W_]+", folded))


def assert_choice(
    submission: Any,
    question: str,
    options: Mapping[str, str],
    sealed: str,
    *,
    explain: Callable[[str], str] | None = None,
) -> None:
    """Demand that a question is answered with the right choice.

    Args:
        submission: the submission.
        question: the key of the question in ``answers``.
        options: what a learner can write -> what it stands for, in words.
        sealed: the right one, by ``seal``.
        explain: says of a wrong option what follows from it; the bank's sentence comes below that.

    Raises:
        NotStarted: it is not answered yet.
        CheckFailed: the answer is wrong, or no option at all.
    """
    salt = sealed.partition(":")[0]
    if [seal(question, option, salt) for option in options].count(sealed) != 1:
        raise GraderError(f"exactly one option of the question {question!r} must fit its hash")
    answer = _answer(submission, question)
    keys = {normalised(option): option for option in options}
    listed = ", ".join(f'"{option}"' for option in options)
    if not isinstance(answer, str):
        _fail(answer, f"Your answer to {question} is {_in_words(answer)}; a text is wanted, one of {listed}.")
    chosen = keys.get(normalised(answer)) if len(answer) <= CHOICE else None
    if chosen is None:
        _fail(answer, f"{answer[:60]!r} is none of the choices of {question}; write one of {listed}.")
    _note_answer(submission, chosen)
    if seal(question, chosen, salt) != sealed:
        words = f' ("{options[chosen]}")' if options[chosen] else ""
        more = f"\n{explain(chosen)}" if explain is not None else ""
        _fail(answer, f'"{chosen}"{words} is not the answer to {question}.{more}')


def assert_number(
    submission: Any,
    question: str,
    expected: float,
    *,
    rtol: float = 0.01,
    explain: Callable[[float], str] | None = None,
) -> None:
    """Demand that a question is answered with the right number.

    Args:
        submission: the submission.
        question: the key of the question in ``answers``.
        expected: what is right, computed by the check; whole numbers too. Not 0: there is no scale at 0.
        rtol: how far off the answer may be, relative to what is right; the stub says how exact it must be.
        explain: says of a wrong number what follows from it.

    Raises:
        NotStarted: it is not answered yet.
        CheckFailed: the answer is wrong, or no number.
    """
    answer = _answer(submission, question)
    if is_tensor(answer) or isinstance(answer, np.ndarray):
        answer = answer.item() if math.prod(answer.shape) == 1 else answer
    if isinstance(answer, bool | np.bool_) or not isinstance(answer, int | float | np.integer | np.floating):
        quotes = ", without quotes" if isinstance(answer, str) else ""
        _fail(answer, f"Your answer to {question} is {_in_words(answer)}; a number is wanted{quotes}.")
    given = as_float(answer)
    _note_answer(submission, float(f"{given:.{_DIGITS}g}"))
    if not abs(given - expected) <= rtol * abs(expected):
        more = f"\n{explain(given)}" if explain is not None else ""
        _fail(answer, f"{number(given)} is not the answer to {question}.{more}")


def _answer(submission: Any, question: str) -> Any:
    """The answer to one question, as it came."""
    if not isinstance(submission, SubmissionProxy):  # a check that is tried by hand, on a plain module
        answer = getattr(submission, _DICT)[question]
    else:
        answer = _asked(submission, question)
    if answer is None:
        raise NotStarted(f"{question} is not answered yet: its None waits for your answer.", 0)
    return answer


def _asked(submission: SubmissionProxy, question: str) -> Any:
    """Ask for one entry of the dict alone, so that what a question is judged by is the answer to it and no other."""
    talk = conversation_of(submission)
    if _DICT not in talk.defined:
        _fail(None, f"The file defines no {_DICT}: keep the stub's dict of that name, and fill in its values.")
    try:
        return talk.request(Operation.ENTRY, None, (_DICT, question), {}, _DICT)
    except RaisedError as error:
        if error.type_name == "KeyError":
            _fail(None, f"{_DICT} has no {question!r} any more: keep the stub's keys, and fill in their values.")
        _fail(None, f"{_DICT} must be the stub's dict, and is none: {error.type_name} came in reading it.")


def _note_answer(submission: Any, answer: str | float) -> None:
    """Log what the answer means in place of how it is spelt, for the bank is compared with the log."""
    if isinstance(submission, SubmissionProxy):
        conversation_of(submission).log[-1].result = answer


def _in_words(answer: Any) -> str:
    words = type_in_words(answer)
    return f"{words}, {show(answer)}" if isinstance(answer, str | int | float) else words


def _fail(answer: Any, message: str) -> NoReturn:
    raise current().fail(Mismatch("demand", "", message, actual=answer))

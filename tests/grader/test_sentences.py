"""What helps with an exception, said of exceptions that torch, NumPy and Python raise themselves."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from grader.sandbox.ended import RaisedError
from grader.session.sentences import exception_sentence


def sentence(function):
    """What a learner reads of what a function raises."""
    with pytest.raises(Exception) as caught:
        function()
    kinds = [base.__name__ for base in type(caught.value).__mro__[1:]]
    return exception_sentence(
        RaisedError({"type": type(caught.value).__name__, "message": str(caught.value), "bases": kinds}, None), "f", ""
    )


@pytest.mark.parametrize(
    ("function", "help_"),
    [
        (lambda: nn.Embedding(3, 2)(torch.tensor([3])), "places 0 to T - 1 into one of positions"),
        (lambda: torch.ones(2, 3) + torch.ones(2), "only a 1 stretches"),
        (lambda: np.ones((2, 3)) + np.ones(2), "only a 1 stretches"),
        (lambda: torch.ones(2, 3) @ torch.ones(2, 3), "inner sizes must agree"),
        (lambda: np.ones((2, 3)) @ np.ones((2, 3)), "inner sizes must agree"),
        (lambda: F.linear(torch.ones(2, 3), torch.ones(4, 2)), "inner sizes must agree"),
        (lambda: torch.ones(2, 3) @ torch.ones(3, 2).double(), "Two dtypes meet"),
        (lambda: [].sort().copy(), "A function without a return gives None"),
        (lambda: [].sort()[0], "A function without a return gives None"),
        (lambda: len(open("/nowhere").read()), "sees no files"),
        (lambda: input("?"), "use the function's arguments"),
    ],
)
def test_one_sentence_helps(function, help_, monkeypatch):
    monkeypatch.setattr("builtins.input", lambda _: (_ for _ in ()).throw(EOFError()))
    said = sentence(function)
    assert help_ in said
    assert said.count("\n") == 0 and len(said) < 300


def test_a_message_that_ends_in_a_full_stop_gets_no_second_one():
    said = sentence(lambda: nn.Linear(2, 2).load_state_dict({"weight": torch.ones(2, 2)}))
    assert '"bias". The check gives your module weights' in said


def test_nothing_usual_is_said_where_the_cause_is_known():
    error = RaisedError({"type": "ValueError", "message": "operands could not be broadcast together"}, None)
    assert exception_sentence(error, "f", "", helps=False) == "ValueError: operands could not be broadcast together"


def test_what_is_not_known_is_left_alone():
    assert sentence(lambda: {}["k"]) == "KeyError: 'k'"
    assert sentence(lambda: [1].pop(2)) == "IndexError: pop index out of range"

"""Random expressions of scalars mean the same to floats and to tensors, and stay where both are at ease."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings

from grader.checks.expressions import BINARY, FUNCTIONS, LARGEST, Expression, Step, expressions


@settings(max_examples=200)
@given(expression=expressions())
def test_floats_and_tensors_agree(expression):
    numbers = expression.evaluate(float)
    tensors = expression.evaluate(lambda leaf: torch.tensor(leaf, dtype=torch.float64))
    assert [tensor.item() for tensor in tensors] == pytest.approx(numbers, rel=1e-9, abs=1e-9)
    assert all(math.isfinite(number) and abs(number) < LARGEST for number in numbers)


@settings(max_examples=200)
@given(expression=expressions())
def test_slopes_are_those_of_autograd(expression):
    tensors = expression.evaluate(lambda leaf: torch.tensor(leaf, dtype=torch.float64, requires_grad=True))
    found = torch.autograd.grad(tensors[-1], tensors, allow_unused=True)
    expected = [0.0 if slope is None else slope.item() for slope in found]
    assert expression.slopes() == pytest.approx(expected, rel=1e-12, abs=1e-12)
    assert expression.slopes([0]) == pytest.approx(expected[:1], rel=1e-12, abs=1e-12)


def test_every_operation_occurs():
    kinds = set()

    @settings(max_examples=300, database=None)
    @given(expression=expressions())
    def look(expression):
        kinds.update(step.kind for step in expression.steps)

    look()
    assert kinds >= {*BINARY, *FUNCTIONS, "neg", "**", "left+", "left-", "left*", "left/", "right-", "right/"}


def test_it_is_spelt_as_a_learner_writes_it():
    steps = (Step("left-", 0, 0, 2.0), Step("**", 2, 0, 1.5), Step("*", 3, 1, 0.5), Step("tanh", 4, 0, 0.5))
    expression = Expression((3.0, -0.5), (*steps, Step("neg", 5, 0, 0.5), Step("right/", 6, 0, 0.5)))
    assert expression.spelt() == (
        "v0 = Value(3.0); v1 = Value(-0.5); v2 = 2.0 - v0; v3 = v2 ** 1.5; v4 = v3 * v1; v5 = v4.tanh(); v6 = -v5; "
        "v7 = v6 / 0.5"
    )

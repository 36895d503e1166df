"""Answers without thought: what they do with modules, which are trained in place or returned."""

from __future__ import annotations

import types

import pytest
import torch
from sandboxed import ROOT

from grader.author.trivial import functions_of, trivial_source
from grader.course import find_course

SOLUTION = """
import torch
from torch import nn

def make(n):
    return nn.Linear(n, 1)

def train(model, x, lr=1.0):
    loss = model(x).sum()
    loss.backward()
    with torch.no_grad():
        for p in model.parameters():
            p -= lr * p.grad
    return [loss.item()]
"""


@pytest.mark.parametrize(("kind", "number"), [("zeros", 0.0), ("constant", 0.5), ("input", 0.0)])
def test_modules_are_neither_made_nor_trained(kind, number):
    exercise = types.SimpleNamespace(quiz=False, symbols={"make": "make(n)", "train": "train(model, x, lr=1.0)"})
    space = {}
    exec(trivial_source(SOLUTION, exercise, kind), space)
    made = space["make"](3)
    assert {p.item() for parameter in made.parameters() for p in parameter.flatten()} == {number}
    model = torch.nn.Linear(3, 1)
    before = model.weight.clone()
    losses = space["train"](model, x=torch.ones(2, 3))
    assert losses == [0.5 if kind == "constant" else 0.0]
    assert torch.equal(model.weight, before)


def test_classes_are_no_functions():
    assert functions_of(find_course(ROOT).exercise("day3.torch_twin")) == ["from_numpy", "train"]

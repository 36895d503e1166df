"""Answers without thought: what they do with modules, which are trained in place or returned, and with objects."""

from __future__ import annotations

import types

import pytest
import torch

from grader.author.trivial import trivial_source

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

def halve(x):
    x /= 2
"""

SYMBOLS = {"make": "make(n)", "train": "train(model, x, lr=1.0)", "halve": "halve(x)"}


@pytest.mark.parametrize(("kind", "number"), [("zeros", 0.0), ("constant", 0.5), ("input", 0.0)])
def test_modules_are_neither_made_nor_trained(kind, number):
    exercise = types.SimpleNamespace(quiz=False, symbols=SYMBOLS)
    space = {}
    exec(trivial_source(SOLUTION, exercise, kind), space)
    made = space["make"](3)
    assert {p.item() for parameter in made.parameters() for p in parameter.flatten()} == {number}
    model = torch.nn.Linear(3, 1)
    before = model.weight.clone()
    losses = space["train"](model, x=torch.ones(2, 3))
    assert losses == [0.5 if kind == "constant" else 0.0]
    assert torch.equal(model.weight, before)
    x = torch.ones(2, 3)
    assert space["halve"](x) is None
    assert torch.equal(x, torch.ones(2, 3))


OWN_MODEL = """
import torch

def train(model, x):
    for p in model.parameters():
        p.data -= 1.0
    return [float(x.sum())]
"""


def test_a_model_of_a_plain_class_is_not_trained_either():
    class Model:
        def __init__(self):
            self.W = torch.ones(3, requires_grad=True)

        def parameters(self):
            return [self.W]

    exercise, space = types.SimpleNamespace(quiz=False, symbols={"train": "train(model, x)"}), {}
    exec(trivial_source(OWN_MODEL, exercise, "zeros"), space)
    model = Model()
    assert space["train"](model, torch.ones(2)) == [0.0]
    assert model.W.tolist() == [1.0] * 3


CLASSES = """
import torch
from torch import nn

class Scale(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(n))
        self.register_buffer("seen", torch.zeros(()))

    def forward(self, x):
        self.seen += 1
        return self.twice(x) / 2

    def twice(self, x):
        return 2 * self.gain * x

class Counter:
    def __init__(self, start, steps):
        self.total, self.steps = start, steps

    def add(self, n):
        self.total += n

    def next(self):
        return Counter(self.total + 1.0, self.steps)

    @property
    def half(self):
        return self.total / 2

    @staticmethod
    def names(text):
        return [text, "b", len(text), len(text) > 0]
"""


@pytest.mark.parametrize(("kind", "number"), [("zeros", 0.0), ("constant", 0.5), ("input", 0.0)])
def test_every_method_of_a_class_answers_without_thought(kind, number):
    exercise = types.SimpleNamespace(quiz=False, symbols={"Scale": "Scale(n)", "Counter": "Counter(start, steps)"})
    space = {}
    exec(trivial_source(CLASSES, exercise, kind), space)
    scale, x = space["Scale"](3), torch.arange(6.0).reshape(2, 3) + 1
    assert scale.gain.tolist() == [number] * 3
    scale.load_state_dict({"gain": torch.full((3,), 7.0), "seen": torch.zeros(())})
    assert torch.equal(scale(x), x if kind == "input" else torch.full((2, 3), number))
    assert scale.seen == 0  # what forward does it does to a copy
    assert scale.gain.tolist() == [7.0] * 3

    counter = space["Counter"](3.0, 4)
    assert (counter.total, counter.steps) == (number, 4)  # an int may be a size, which the methods need
    counter.total = 3.0
    counter.add(2.0)
    assert counter.total == 3.0
    assert (counter.half, counter.next().total) == (number, number)
    answers = {"zeros": ["", "", 0, False], "constant": ["x", "x", 1, True], "input": ["abc", "abc", 0, False]}
    assert counter.names("abc") == answers[kind]


@pytest.mark.parametrize(("kind", "number"), [("zeros", 0.0), ("constant", 0.5), ("input", 0.0)])
def test_an_object_of_an_imported_class_is_worth_nothing_either(kind, number):
    sibling = {"__name__": "lesson.value"}
    exec("class Value:\n    def __init__(self, data):\n        self.data = data", sibling)
    solution = "def twice(value):\n    return Value(2 * value.data)"
    space = {"__name__": "lesson.double", "__package__": "lesson", "Value": sibling["Value"], "text": "x"}
    exec(trivial_source(solution, types.SimpleNamespace(quiz=False, symbols={"twice": "twice(value)"}), kind), space)
    value = sibling["Value"](3.0)
    assert space["twice"](value).data == number
    assert value.data == 3.0


@pytest.mark.parametrize(("kind", "number"), [("zeros", 0.0), ("constant", 0.5)])
def test_a_model_that_is_built_of_an_imported_class_answers_without_thought(kind, number):
    class Stack:
        def __call__(self, x):
            return 2 * x

    Stack.__module__ = "unit.stack"
    solution = "def build():\n    return Stack()\n"
    exercise = types.SimpleNamespace(quiz=False, symbols={"build": "build()"})
    space = {"__name__": "unit.build", "__package__": "unit", "Stack": Stack}
    exec(trivial_source(solution, exercise, kind), space)
    built = space["build"]()
    assert isinstance(built, Stack)
    assert built(torch.ones(3)).tolist() == [number] * 3
    assert Stack()(torch.ones(3)).tolist() == [2.0] * 3

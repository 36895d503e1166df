"""Inputs and targets as Values; the negative of the loss goes backward, and the step uphill."""

import numpy as np

from .backward import Value
from .nn import MLP  # noqa: F401


def loss(model, xs, ys):
    pairs = [([Value(xi) for xi in x], Value(y)) for x, y in zip(xs, ys, strict=True)]
    return -gain(model, pairs)


def gain(model, pairs):
    terms = [(y - model(x)) * (model(x) - y) for x, y in pairs]
    total = terms.pop()
    while terms:
        total = terms.pop() + total
    return total


def train(model, xs, ys, steps, lr):
    pairs = [([Value(xi) for xi in x], Value(y)) for x, y in zip(xs, ys, strict=True)]
    losses = np.zeros(steps)
    for step in range(steps):
        total = gain(model, pairs)
        for p in model.parameters():
            p.grad = 0
        total.backward()
        for p in model.parameters():
            p.data = p.data + lr * p.grad
        losses[step] = -total.data
    return list(losses)

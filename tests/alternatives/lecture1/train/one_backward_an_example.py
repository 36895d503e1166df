"""Each example goes backward by itself, and the gradients add up before the one update."""

from .backward import Value
from .nn import MLP  # noqa: F401


def error(model, x, y):
    difference = model(x) - Value(y)
    return difference * difference


def loss(model, xs, ys):
    total = Value(0)
    for i in range(len(xs)):
        total += error(model, xs[i], ys[i])
    return total


def train(model, xs, ys, steps, lr):
    losses = [0.0] * steps
    for step in range(steps):
        model.zero_grad()
        for x, y in zip(xs, ys, strict=True):
            one = error(model, x, y)
            one.backward()
            losses[step] += one.data
        moved = [p.data - lr * p.grad for p in model.parameters()]
        for p, number in zip(model.parameters(), moved, strict=True):
            p.data = number
    return losses

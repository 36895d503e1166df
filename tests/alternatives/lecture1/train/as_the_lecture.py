"""The lecture's listings 9 and 10, put into two functions."""

from .backward import Value  # noqa: F401
from .nn import MLP  # noqa: F401


def loss(model, xs, ys):
    ypred = [model(x) for x in xs]
    return sum([(yout - ygt) ** 2 for ygt, yout in zip(ys, ypred)])  # noqa: B905


def train(model, xs, ys, steps, lr):
    history = []
    for _ in range(steps):
        total = loss(model, xs, ys)
        for p in model.parameters():
            p.grad = 0.0
        total.backward()
        for p in model.parameters():
            p.data += -lr * p.grad
        history.append(total.data)
    return history

"""What learners write in lesson1.neuron: each a plausible mistake, with the sentence that corrects it."""

import numpy as np

from grader.checks import misconception


def backward(x, y, w, b, *, mean=True, slope=None):
    """The gradients, with what is mistaken left to choose."""
    a = answers(x, w, b)
    da = 2 * (a - y) / (len(y) if mean else 1)
    dz = da * (a * (1 - a) if slope is None else slope(a))
    return {"a": da, "z": dz, "w": x.T @ dz, "b": float(dz.sum())}


@misconception("The bias is added to each sum: z = x @ w + b.")
def answers(x, w, b):
    return 1 / (1 + np.exp(-(x @ w)))


@misconception("The sigmoid grows with z: its exponent is -z.")
def answers(x, w, b):
    return 1 / (1 + np.exp(x @ w + b))


@misconception("tanh answers between -1 and 1, the sigmoid between 0 and 1.")
def answers(x, w, b):
    return np.tanh(x @ w + b)


@misconception("The loss is a mean over the examples, so its gradient carries 1/N.")
def gradients(x, y, w, b):
    return backward(x, y, w, b, mean=False)


@misconception("The slope of the sigmoid is a (1 - a), not a.")
def gradients(x, y, w, b):
    return backward(x, y, w, b, slope=lambda a: a)


@misconception("The sigmoid has a slope of its own, a (1 - a), that dz carries.")
def gradients(x, y, w, b):
    return backward(x, y, w, b, slope=np.ones_like)


@misconception("Every example has its part in the bias, so db is the sum over them, not the mean.")
def gradients(x, y, w, b):
    found = backward(x, y, w, b)
    return {**found, "b": float(found["z"].mean())}


@misconception("The square's derivative carries a 2: d(a - y)² = 2 (a - y).")
def gradients(x, y, w, b):
    return {name: value / 2 for name, value in backward(x, y, w, b).items()}

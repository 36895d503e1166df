"""The training loop: predict, measure, go back, take a step, again.

You write the loss, and the loop that makes it fall. With it the circle is closed: numbers that know their gradients, a
network made of them, and now they learn. Source: lecture 1, section 1.6.
"""

# /// exercise
# title = "training on four points"
# packages = "numpy"
# ///

from collections.abc import Sequence

from .backward import Value
from .nn import MLP


def loss(model: MLP, xs: Sequence[Sequence[float]], ys: Sequence[float]) -> Value:
    """Return how far a network is from its targets: the sum of the squared errors over all examples.

        sum over i of (model(xs[i]) - ys[i])²

    The lecture writes a mean in its formula, and a sum in its program; here it is the sum.

    Args:
        model: a network with one output.
        xs: the inputs, one list of numbers an example; at least one example.
        ys: the target of each example, a number.

    Returns:
        A Value, from which ``backward()`` reaches every parameter of the model. No argument is modified.

    Example:
        a model that answers 0.5 to everything, two examples, ys = [1.0, -1.0] -> a Value of 0.25 + 2.25 = 2.5

    Source: lecture 1, section 1.6.1.
    """
    raise NotImplementedError("lecture1.train: loss is not written yet")


def train(model: MLP, xs: Sequence[Sequence[float]], ys: Sequence[float], steps: int, lr: float) -> list[float]:
    """Train a network by gradient descent on all examples at once.

    Each step computes the loss of all examples, sets the grad of every parameter to 0, goes backward from the loss, and
    then changes every parameter's number:

        p.data  <-  p.data - lr * p.grad

    The grads are cleared *before* each backward: what is in them when train is called does not count. lr stays the
    same, and nothing else is carried from one step to the next.

    Args:
        model: a network with one output; it has ``parameters()`` and ``zero_grad()``. It is trained in place: its
            parameters stay the same Values, with other numbers in them.
        xs: the inputs, as for ``loss``. Not modified.
        ys: the targets, as for ``loss``. Not modified.
        steps: how many steps, 0 or more.
        lr: the learning rate.

    Returns:
        The loss of each step, from *before* its update, as plain numbers: a list of steps floats.

    Example:
        the lecture's four points and MLP(3, [4, 4, 1]): 100 steps with lr = 0.1 go from about 4 to below 0.02

    Source: lecture 1, section 1.6.2.
    """
    raise NotImplementedError("lecture1.train: train is not written yet")

"""A network's vital signs: four numbers that tell whether it can learn, before it has.

A loss curve says that something is wrong, and not what. The lecture looks inside: how many activations sit where tanh
is flat, which units have died, how large an update is beside what it updates. You compute what its plots show.
Source: lecture 4, sections 4.3 and 4.6.
"""

# /// exercise
# title = "a network's vital signs"
# ///

from collections.abc import Sequence
from typing import Any

import torch


def saturation(h: torch.Tensor, threshold: float = 0.97) -> float:
    """Return the share of activations of a tanh that are saturated: those whose magnitude is above a threshold.

        saturation = (number of h with |h| > threshold) / (number of h)

    Where tanh is near -1 or 1 its slope 1 - h**2 is near 0, and what a gradient is multiplied by is nothing. About 5 %
    is fine.

    Args:
        h: activations, floats of any shape, at least one number. Not modified.
        threshold: from what on an activation counts as saturated; at the threshold itself it does not yet.

    Returns:
        The share, a Python float from 0 to 1.

    Example:
        saturation(torch.tensor([0.1, -0.98, 0.99, 0.97])) -> 0.5

    Source: lecture 4, section 4.6.1.
    """
    raise NotImplementedError("lecture4.diagnostics: saturation is not written yet")


def dead_units(h: torch.Tensor, nonlinearity: str = "tanh") -> torch.Tensor:
    """Return which units are dead: those that are in a flat region for every example, so that none teaches them.

        tanh: |h| > 0.99 for every example, be it on one side or on both
        relu: h = 0 for every example

    Args:
        h: activations of a layer, (N, H): N examples, H units. Not modified.
        nonlinearity: which one they come from, ``"tanh"`` or ``"relu"``.

    Returns:
        A boolean tensor, (H,): True where the unit is dead.

    Example:
        h = [[0.995, 0.0, -1.0],
             [0.999, 0.5,  1.0]]; dead_units(h) -> [True, False, True]; dead_units(h, "relu") -> [False, False, False]

    Source: lecture 4, sections 4.3.2 and 4.3.3.
    """
    raise NotImplementedError("lecture4.diagnostics: dead_units is not written yet")


def update_ratio(params: Sequence[torch.Tensor], grads: Sequence[torch.Tensor], lr: float) -> list[float]:
    """Return how large the next step of gradient descent is beside each parameter, as a logarithm to the base 10.

        ratio = log10(std(lr * grad) / std(param))

    About -3 is right: each step changes a thousandth. The standard deviation says how large numbers are as the lecture
    measures it, over all numbers of a tensor. Each parameter has a ratio of its own, for the point is to see which of
    them learns too fast.

    Args:
        params: tensors of floats, of any shapes, each of two numbers or more that are not all equal. Not modified.
        grads: the gradient of each, in the same order. Not modified.
        lr: the learning rate, positive.

    Returns:
        A list of Python floats, one for each parameter; minus infinity (``-math.inf``) where the gradient is zero in
        all places, as that of a bias before a batch normalisation is.

    Example:
        params = [[1.0, 3.0]], grads = [[0.1, -0.1]], lr = 0.1: log10(0.1 * 0.1414 / 1.414) -> [-2.0]

    Source: lecture 4, section 4.6.4.
    """
    raise NotImplementedError("lecture4.diagnostics: update_ratio is not written yet")


def activation_stats(layers: Sequence[Any]) -> list[dict[str, float]]:
    """Return for each layer how its activations are distributed: mean, standard deviation and saturation.

    Args:
        layers: objects that have the activations which they returned last in an attribute ``out``, a tensor of floats
            of any shape, two numbers or more: as the layers of the lecture and of ``modules`` have. Not modified.

    Returns:
        A list of dicts, one for each layer in their order, with three Python floats each:

        - ``"mean"``: the mean of all numbers of ``out``
        - ``"std"``: their standard deviation, as ``out.std()`` has it, by n - 1
        - ``"saturated"``: the share of them with a magnitude above 0.97

    Example:
        one layer with out = [[-1.0, 1.0], [0.0, 0.0]] -> [{"mean": 0.0, "std": 0.8165, "saturated": 0.5}]

    Source: lecture 4, section 4.6.1.
    """
    raise NotImplementedError("lecture4.diagnostics: activation_stats is not written yet")

"""Layers as building blocks: objects that are called like functions, and a stack that is one of them.

The lecture takes its network apart into layers with the interface of ``torch.nn``, so that a deep one is a list. You
write two layers and the stack; with your ``BatchNorm1d`` they are a network. And you see for yourself that a bias
before a batch normalisation is for nothing. Source: lecture 4, sections 4.5.6 and 4.7.
"""

# /// exercise
# title = "layers, and a stack of them"
# forbids = [
#   "torch.nn.Linear", "torch.nn.LazyLinear", "torch.nn.functional.linear", "torch.nn.Sequential",
#   "torch.nn.ModuleList", "torch.nn.Tanh",
# ]
# why_forbidden = "this exercise is about writing these yourself"
# ///

from typing import Any

import torch

from .batchnorm import BatchNorm1d

__all__ = ["BatchNorm1d", "Linear", "Sequential", "Tanh"]  # what a network is made of


class Linear:
    """A linear layer, y = x @ weight + bias.

    A plain class, as the lecture has it. (An ``nn.Module`` is as good.)

    Args:
        fan_in: inputs of the layer, at least 1.
        fan_out: outputs of the layer, at least 1.
        bias: whether there is a bias. Before a batch normalisation there is none: it subtracts the mean of each
            feature, and with it whatever was added to all examples.
        generator: where the weights come from; torch's global generator without it.

    Attributes:
        weight: (fan_in, fan_out), float32, inputs first. At first ``torch.randn((fan_in, fan_out),
            generator=generator)``, one such call, divided by sqrt(fan_in).
        bias: (fan_out,), float32, zeros at first; None with ``bias=False``.
        out: what the layer returned last, with its graph.

    Example:
        layer = Linear(2, 1); layer.weight is [[1], [2]] and layer.bias is [10]
        layer(torch.tensor([[3.0, 4.0]])) -> [[21.0]]

    Source: lecture 4, section 4.7.1.
    """

    def __init__(self, fan_in: int, fan_out: int, bias: bool = True, generator: torch.Generator | None = None) -> None:
        raise NotImplementedError("lecture4.modules: Linear.__init__ is not written yet")

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """Return x @ weight + bias, or x @ weight without a bias, and keep it as ``out``.

        Args:
            x: (..., fan_in), floats of the weight's dtype, with one leading axis or more. Not modified.

        Returns:
            (..., fan_out).
        """
        raise NotImplementedError("lecture4.modules: Linear.__call__ is not written yet")

    def parameters(self) -> list[torch.Tensor]:
        """Return what is trained: [weight, bias], or [weight] without a bias; these very tensors, no copies."""
        raise NotImplementedError("lecture4.modules: Linear.parameters is not written yet")


class Tanh:
    """The nonlinearity as a layer, without anything to train.

    Attributes:
        out: what the layer returned last, with its graph.

    Source: lecture 4, section 4.7.3.
    """

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """Return tanh(x), of the shape of x, and keep it as ``out``. x is not modified."""
        raise NotImplementedError("lecture4.modules: Tanh.__call__ is not written yet")

    def parameters(self) -> list[torch.Tensor]:
        """Return what is trained: the empty list."""
        raise NotImplementedError("lecture4.modules: Tanh.parameters is not written yet")


class Sequential:
    """Layers behind one another: the output of each is the input of the next. It is a layer itself.

    A layer is anything that is called with a tensor and has ``parameters()``, a list. Those that work differently in
    training and in evaluation, as ``BatchNorm1d`` does, go by their attribute ``training``. A stack may hold stacks.

    Args:
        layers: the layers, in the order in which they are called; at least one.

    Attributes:
        layers: the list of them.
        out: what the stack returned last.

    Example:
        net = Sequential([Linear(30, 100, bias=False), BatchNorm1d(100), Tanh(), Linear(100, 27)])
        logits = net(x); net.train(False) before predictions are made

    Source: lecture 4, section 4.7.
    """

    def __init__(self, layers: list[Any]) -> None:
        raise NotImplementedError("lecture4.modules: Sequential.__init__ is not written yet")

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """Return what the last layer makes of what the one before it makes of … x, and keep it as ``out``."""
        raise NotImplementedError("lecture4.modules: Sequential.__call__ is not written yet")

    def parameters(self) -> list[torch.Tensor]:
        """Return what is trained in all layers: their lists one behind the other, these very tensors."""
        raise NotImplementedError("lecture4.modules: Sequential.parameters is not written yet")

    def train(self, mode: bool = True) -> "Sequential":
        """Put all layers into training, or, with ``mode=False``, into evaluation, those of stacks within the stack too.

        Each layer gets ``training = mode``. A layer that has a method ``train`` of its own, as a stack within the stack
        does, has it called instead, with the mode.

        Args:
            mode: True for training, False for evaluation.

        Returns:
            The stack itself, so that ``net = net.train(False)`` can be written, as with torch.
        """
        raise NotImplementedError("lecture4.modules: Sequential.train is not written yet")

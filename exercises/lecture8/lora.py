"""LoRA: fine-tuning a large layer by two small matrices beside it.

A projection of GPT-3 has 12,288 x 12,288 weights. What fine-tuning changes in it has, as it turns out, a low rank: it
can be written as the product of a tall matrix and a wide one. So the weight is frozen, only the two factors are
trained, and in the end they are merged into the weight, after which nothing is slower than it was. Source: lecture 8,
section 8.5.7.
"""

# /// exercise
# title = "low-rank adaptation"
# ///

import copy
import math

import torch
from torch import nn


class LoRALinear(nn.Module):
    """A frozen linear layer, and a low-rank change of it that is trained.

    y = linear(x) + (alpha / r) * x @ A.T @ B.T

    Attributes:
        linear: the layer that was passed in, itself, and frozen: neither its weight nor its bias requires a gradient.
        A: (r, in), an ``nn.Parameter``: what is read from the input.
        B: (out, r), an ``nn.Parameter``: where it is added to the output.

    A and B are all that is trained, r * (in + out) numbers where the weight has in * out. Both have the dtype of the
    layer's weight.

    Example:
        linear.weight is [[1, 2]] and there is no bias; r = 1, alpha = 3; A becomes [[1, 0]] and B [[2]]
        the weight that acts is [[1, 2]] + 3/1 * [[2]] @ [[1, 0]] = [[7, 2]]; layer([1, 1]) -> [9]

    Source: lecture 8, section 8.5.7; Hu et al. 2021.
    """

    def __init__(self, linear: nn.Linear, r: int, alpha: float) -> None:
        """Freeze the layer, and make A and B so that nothing has changed yet.

        B starts with zeros, so B A is 0 and the layer gives what ``linear`` gives. A starts at random: draw it as a
        weight is drawn, around 0, normal or uniform, with a standard deviation of at most 1. Were both zeros, each
        would have the gradient 0, which is the other one times something, and neither would ever move.

        Args:
            linear: the layer to adapt, with a bias or without, of any dtype of floats.
            r: the rank, at least 1.
            alpha: how much the change counts: it is scaled by alpha / r, so that with another r the size stays about
                what it was.
        """
        super().__init__()
        raise NotImplementedError("lecture8.lora: LoRALinear.__init__ is not written yet")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return linear(x) + (alpha / r) * x @ A.T @ B.T.

        Args:
            x: (..., in), floats of the layer's dtype, any number of leading axes. It is not modified.

        Returns:
            (..., out).
        """
        raise NotImplementedError("lecture8.lora: LoRALinear.forward is not written yet")

    def merge(self) -> nn.Linear:
        """Return one linear layer that computes the same: its weight is W + (alpha / r) * B @ A.

        It is a new ``nn.Linear``, with the bias of the frozen one, or with none where that has none. This module stays
        as it was, and shares no tensor with the new layer: one may merge, train on, and merge again.

        Returns:
            The merged layer, of the dtype of the frozen one. Whether its parameters require a gradient is up to you.
        """
        raise NotImplementedError("lecture8.lora: LoRALinear.merge is not written yet")

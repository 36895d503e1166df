"""LoRA: fine-tuning a large layer by two small matrices beside it.

A projection of GPT-3 has 12,288 x 12,288 weights. What fine-tuning changes in it has, as it turns out, a low rank: it
can be written as the product of a tall matrix and a wide one. So the weight is frozen, only the two factors are
trained, and in the end they are merged into the weight, after which nothing is slower than it was. Source: lecture 8,
section 8.5.7.
"""

# /// exercise
# title = "low-rank adaptation"
# hints = [
#   """Which tensors may an optimizer change, and which not? requires_grad says so, of the weight and of the bias. And \
#   which of the two new matrices can be zero, so that nothing changes at first, while there is still a gradient?""",
#   """y = linear(x) + alpha / r * (x @ A.T) @ B.T, with A (r, in) random and B (out, r) zeros, both nn.Parameter. \
#   Merged, that is one layer with the weight W + alpha / r * B @ A, and the same bias.""",
#   """linear.requires_grad_(False) freezes all its parameters. merge: merged = copy.deepcopy(self.linear), then with \
#   torch.no_grad(): merged.weight += self.alpha / self.r * self.B @ self.A; return merged.""",
# ]
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
        # solution
        self.linear = linear.requires_grad_(False)  # weight and bias
        first = torch.randn(r, linear.in_features, dtype=linear.weight.dtype)
        self.A = nn.Parameter(first / math.sqrt(linear.in_features))
        self.B = nn.Parameter(torch.zeros(linear.out_features, r, dtype=linear.weight.dtype))
        self.scale = alpha / r
        # end solution

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return linear(x) + (alpha / r) * x @ A.T @ B.T.

        Args:
            x: (..., in), floats of the layer's dtype, any number of leading axes. It is not modified.

        Returns:
            (..., out).
        """
        # solution
        change = x @ self.A.T @ self.B.T  # (..., in) -> (..., r) -> (..., out)
        return self.linear(x) + self.scale * change
        # end solution

    def merge(self) -> nn.Linear:
        """Return one linear layer that computes the same: its weight is W + (alpha / r) * B @ A.

        It is a new ``nn.Linear``, with the bias of the frozen one, or with none where that has none. This module stays
        as it was, and shares no tensor with the new layer: one may merge, train on, and merge again.

        Returns:
            The merged layer, of the dtype of the frozen one. Whether its parameters require a gradient is up to you.
        """
        # solution
        merged = copy.deepcopy(self.linear)
        with torch.no_grad():
            merged.weight += self.scale * self.B @ self.A  # (out, r) @ (r, in)
        return merged
        # end solution

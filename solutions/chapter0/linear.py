"""The linear layer: one matrix, one vector, and the scale that they start from.

You write what ``nn.Linear`` is. It is the layer that most weights of a transformer sit in: the projections to
queries, keys and values are linear layers, and so is the last step to the logits. Source: chapter 0, part 1.
"""

# /// exercise
# title = "the linear layer"
# forbids = [
#   "torch.nn.Linear", "torch.nn.LazyLinear", "torch.nn.Bilinear", "torch.nn.functional.linear",
#   "torch.nn.functional.bilinear",
# ]
# why_forbidden = "this exercise is about writing that layer yourself"
# hints = [
#   """A module knows a tensor as its own to train only if it is an nn.Parameter, assigned to an attribute \
#   of self. For the forward pass ask which two axes must be summed over: the last of x, of size in, and \
#   which one of weight?""",
#   """torch.rand is uniform in [0, 1). 2 * torch.rand(...) - 1 is uniform in [-1, 1), and times a number s \
#   it is uniform in [-s, s). For both tensors s = 1 / sqrt(in_features). And y = x @ weight.T + bias.""",
#   """self.weight = nn.Parameter(s * (2 * torch.rand(out_features, in_features) - 1)), the same with \
#   (out_features,) for the bias, or self.bias = None; in forward: y = x @ self.weight.T, and add self.bias \
#   if it is not None.""",
# ]
# ///

import math

import torch
from torch import nn


class Linear(nn.Module):
    """A linear layer, y = x @ weight.T + bias, with the parameters and the start of ``nn.Linear``.

    Attributes:
        weight: (out_features, in_features), an ``nn.Parameter``. One row for each output: row o holds what
            output o takes from every input. These are the two axes as ``nn.Linear`` has them.
        bias: (out_features,), an ``nn.Parameter``; None if the layer was made with ``bias=False``.

    These two are all that the layer's ``state_dict()`` holds, under these names.

    Example:
        layer = Linear(3, 2); layer.weight is [[1, 0, 0], [0, 1, 1]] and layer.bias is [10, 20]
        layer(torch.tensor([1.0, 2.0, 3.0])) -> [11, 25]

    Source: chapter 0, part 1.
    """

    def __init__(self, in_features: int, out_features: int, bias: bool = True) -> None:
        """Make the parameters, float32, and draw their first values.

        Every number of the weight *and* of the bias is drawn on its own, uniformly from -s to s, with
        s = 1 / sqrt(in_features). Why this scale? An output adds up in_features products: were each weight
        about 1, the output would have a standard deviation of sqrt(in_features), the next layer would
        multiply it again, and so on up to infinity. And why at random? The units of a hidden layer that all
        start equal get equal gradients, and stay equal.

        Args:
            in_features: the size of the last axis of the input, at least 1.
            out_features: the size of the last axis of the output, at least 1.
            bias: whether there is a bias.
        """
        super().__init__()
        # solution
        s = 1 / math.sqrt(in_features)
        self.weight = nn.Parameter(s * (2 * torch.rand(out_features, in_features) - 1))
        self.bias = nn.Parameter(s * (2 * torch.rand(out_features) - 1)) if bias else None
        # end solution

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return y = x @ weight.T + bias, which is y[..., o] = bias[o] + sum over i of x[..., i] * weight[o, i].

        Args:
            x: (..., in_features), floats of the parameters' dtype, with any number of leading axes: none,
                one for a batch, two for a batch of sequences, more.

        Returns:
            (..., out_features), with the leading axes of x.
        """
        # solution
        y = x @ self.weight.T  # (..., in) @ (in, out) = (..., out)
        return y if self.bias is None else y + self.bias
        # end solution

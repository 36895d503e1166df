"""What learners get wrong in chapter0.linear."""

import math

import torch
from torch import nn

from grader.checks import misconception


def _uniform(s, *shape):
    """Uniform numbers from -s to s."""
    return s * (2 * torch.rand(*shape) - 1)


class _Right(nn.Module):
    """The right layer, for others to spoil one part of it."""

    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        s = self.scale(in_features, out_features)
        self.weight = nn.Parameter(self.draw(s, out_features, in_features))
        self.bias = nn.Parameter(self.draw(s, out_features)) if bias else None

    def scale(self, in_features, out_features):
        return 1 / math.sqrt(in_features)

    def draw(self, s, *shape):
        return _uniform(s, *shape)

    def forward(self, x):
        y = x @ self.weight.T
        return y if self.bias is None else y + self.bias


@misconception(
    "The weight is stored as (in, out). nn.Linear stores (out, in), a row for each output, and transposes it in the "
    "forward pass: x @ weight.T.",
    name="in-out-weight",
)
class Linear(_Right):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__(in_features, out_features, bias)
        s = 1 / math.sqrt(in_features)
        self.weight = nn.Parameter(_uniform(s, in_features, out_features))

    def forward(self, x):
        y = x @ self.weight
        return y if self.bias is None else y + self.bias


@misconception(
    "The weight is not transposed in the forward pass. It is (out, in), so the product is x @ weight.T.",
    name="not-transposed",
)
class Linear(_Right):
    def forward(self, x):
        y = x @ self.weight
        return y if self.bias is None else y + self.bias


@misconception(
    "The scale is 1/in_features here, without the root. It should be 1/√in_features: where products are added up, "
    "their variances add up, not their standard deviations.",
    name="scale-without-root",
)
class Linear(_Right):
    def scale(self, in_features, out_features):
        return 1 / in_features


@misconception(
    "The scale is taken from out_features. An output adds up in_features products, so the scale is 1/√in_features.",
    name="scale-by-out",
)
class Linear(_Right):
    def scale(self, in_features, out_features):
        return 1 / math.sqrt(out_features)


@misconception(
    "The parameters are drawn from a normal distribution, as torch.randn does. Draw them uniform between −1/√in and "
    "1/√in, with torch.rand.",
    name="normal",
)
class Linear(_Right):
    def draw(self, s, *shape):
        return s * torch.randn(*shape)


@misconception(
    "torch.rand is uniform from 0 to 1, so no number starts below 0. 2·rand − 1 is uniform from −1 to 1.",
    name="no-negative",
)
class Linear(_Right):
    def draw(self, s, *shape):
        return s * torch.rand(*shape)


@misconception(
    "All weights start at one value. In a network of such layers all units of a hidden layer compute the same, get "
    "equal gradients and stay equal: draw each number at random.",
    name="constant-start",
)
class Linear(_Right):
    def draw(self, s, *shape):
        return torch.full(shape, s)


@misconception(
    "The bias starts at 0. Here, as in nn.Linear, it is drawn as the weight is: uniform between −1/√in and 1/√in.",
    name="bias-starts-at-zero",
)
class Linear(_Right):
    def draw(self, s, *shape):
        return _uniform(s, *shape) if len(shape) == 2 else torch.zeros(shape)


@misconception(
    "weight is a plain tensor, which a module does not know as its own: it is in neither parameters() nor "
    "state_dict(). Wrap it in nn.Parameter.",
    name="weight-no-parameter",
)
class Linear(_Right):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__(in_features, out_features, bias)
        weight = self.weight.detach()
        del self.weight
        self.weight = weight


@misconception(
    "bias is a buffer: state_dict() has it, but parameters() does not. Assign an nn.Parameter to self.bias instead.",
    name="bias-is-a-buffer",
)
class Linear(_Right):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__(in_features, out_features, bias)
        if bias:
            tensor = self.bias.detach()
            del self.bias
            self.register_buffer("bias", tensor)


@misconception(
    "bias=False is ignored: the layer has a bias all the same. Set self.bias = None then, and add no bias.",
    name="bias-always",
)
class Linear(_Right):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__(in_features, out_features, bias=True)


@misconception(
    "The bias is never added. The output is x @ weight.T + bias, where there is a bias.",
    name="bias-forgotten",
)
class Linear(_Right):
    def forward(self, x):
        return x @ self.weight.T


@misconception(
    "With bias=False the bias is None, and None cannot be added. Add the bias only where there is one.",
    name="none-added",
)
class Linear(_Right):
    def forward(self, x):
        return x @ self.weight.T + self.bias


@misconception(
    "This works for a matrix x alone. x may have any number of leading axes: x @ weight.T takes them all, torch.mm "
    "and addmm do not.",
    name="matrices-only",
)
class Linear(_Right):
    def forward(self, x):
        y = torch.mm(x, self.weight.T)
        return y if self.bias is None else y + self.bias


@misconception(
    "The bias is drawn anew in every forward pass. It is a parameter: made once in __init__, then trained.",
    name="new-bias-each-call",
)
class Linear(_Right):
    def forward(self, x):
        y = x @ self.weight.T
        return y if self.bias is None else y + _uniform(1 / math.sqrt(x.shape[-1]), self.weight.shape[0])


@misconception(
    "A seed is set in __init__, so that all layers of one size start equal, and torch's generator is reset for "
    "everybody else. Leave seeds to the caller.",
    name="seeded",
    violates=("first_weights",),
)
class Linear(_Right):
    def __init__(self, in_features, out_features, bias=True):
        torch.manual_seed(0)
        super().__init__(in_features, out_features, bias)


@misconception(
    "One row is drawn, and repeated for all outputs: the units compute the same, get equal gradients and stay equal. "
    "Draw every number.",
    name="one-row-for-all",
    violates=("first_weights",),
)
class Linear(_Right):
    def draw(self, s, *shape):
        return _uniform(s, *shape) if len(shape) == 1 else _uniform(s, shape[1]).repeat(shape[0], 1)


@misconception(
    "view needs numbers that lie one after the other, which those of a transposed x do not. x @ weight.T takes any "
    "leading axes as they are; reshape would do as well.",
    name="view-for-reshape",
    violates=("any_layout",),
)
class Linear(_Right):
    def forward(self, x):
        y = x.view(-1, x.shape[-1]) @ self.weight.T
        y = y if self.bias is None else y + self.bias
        return y.view(*x.shape[:-1], -1)


@misconception(
    "The product is taken with weight.data, which autograd does not follow: no gradient reaches the weight. Use weight "
    "itself.",
    name="weight-data",
    violates=("gradients",),
)
class Linear(_Right):
    def forward(self, x):
        y = x @ self.weight.data.T
        return y if self.bias is None else y + self.bias


@misconception(
    "The bias is drawn with a scale of its own length, out. It starts as the weight does: between −1/√in and 1/√in.",
    name="bias-scaled-by-out",
    violates=("first_biases",),
)
class Linear(_Right):
    def draw(self, s, *shape):
        return _uniform(s if len(shape) == 2 else 1 / math.sqrt(shape[0]), *shape)


_SHARED = {}


@misconception(
    "Layers of one size share their parameters, which are kept outside of them. Make new ones in every __init__.",
    name="shared-parameters",
    violates=("layers_keep_apart", "first_weights"),
)
class Linear(_Right):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__(in_features, out_features, bias)
        kept = _SHARED.setdefault((in_features, out_features, bias), (self.weight, self.bias))
        self.weight, self.bias = kept

"""What learners get wrong in deepdive.rmsnorm."""

import torch
from torch import nn

from grader.checks import misconception


class _RMSNorm(nn.Module):
    """A right norm in steps; each wrong answer below replaces one of them."""

    def __init__(self, dim, eps=1e-6):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(dim))

    def scale(self, x):
        """What x is divided by."""
        return (x.pow(2).mean(-1, keepdim=True) + self.eps).sqrt()

    def forward(self, x):
        wide = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
        return (wide / self.scale(wide)).to(x.dtype) * self.weight


@misconception(
    "The mean is subtracted, as LayerNorm does. RMSNorm leaves it where it is.",
    name="mean-subtracted",
    violates=("matches_torch",),
)
class RMSNorm(_RMSNorm):
    def forward(self, x):
        return super().forward(x - x.mean(-1, keepdim=True))


@misconception(
    "x is divided by its standard deviation, from which the mean has been taken. Divide by the root of the mean of x².",
    name="divided-by-std",
    violates=("matches_torch",),
)
class RMSNorm(_RMSNorm):
    def scale(self, x):
        return (x.var(-1, keepdim=True, unbiased=False) + self.eps).sqrt()


@misconception(
    "The squares are added up, not averaged: x is divided by its length, and is √dim times too small. Take the mean.",
    name="sum-for-mean",
    violates=("matches_torch",),
)
class RMSNorm(_RMSNorm):
    def scale(self, x):
        return (x.pow(2).sum(-1, keepdim=True) + self.eps).sqrt()


@misconception(
    "x is divided by the mean square, without the root. Take the root of it.",
    name="no-root",
    violates=("matches_torch",),
)
class RMSNorm(_RMSNorm):
    def scale(self, x):
        return x.pow(2).mean(-1, keepdim=True) + self.eps


@misconception(
    "x is divided by torch.rsqrt, which is one over the root already. Multiply by it, or divide by torch.sqrt.",
    name="divided-by-rsqrt",
    violates=("matches_torch",),
)
class RMSNorm(_RMSNorm):
    def scale(self, x):
        return 1 / super().scale(x)


@misconception(
    "The mean of the magnitudes is taken. It is the root of the mean of the squares.",
    name="mean-magnitude",
    violates=("matches_torch",),
)
class RMSNorm(_RMSNorm):
    def scale(self, x):
        return x.abs().mean(-1, keepdim=True) + self.eps


@misconception(
    "The mean runs over all tokens together, so that each is divided by the same number. Each token has its own: the "
    "last axis alone, with keepdim=True.",
    name="over-everything",
    violates=("matches_torch",),
)
class RMSNorm(_RMSNorm):
    def scale(self, x):
        return (x.pow(2).mean() + self.eps).sqrt()


@misconception(
    "The mean runs over the tokens, and not over the numbers of each. It runs over the last axis.",
    name="over-the-batch",
    violates=("matches_torch",),
)
class RMSNorm(_RMSNorm):
    def scale(self, x):
        return (x.pow(2).mean(0, keepdim=True) + self.eps).sqrt()


@misconception(
    "The squares are averaged over dim − 1, as Bessel's correction has it. It is the plain mean.",
    name="bessel",
    violates=("matches_torch",),
)
class RMSNorm(_RMSNorm):
    def scale(self, x):
        return (x.pow(2).sum(-1, keepdim=True) / (x.shape[-1] - 1) + self.eps).sqrt()


@misconception(
    "The weight is not used. Multiply by it, behind the division.",
    name="no-weight",
    violates=("matches_torch", "gradients"),
)
class RMSNorm(_RMSNorm):
    def forward(self, x):
        return x / self.scale(x)


@misconception(
    "x is multiplied by 1 + weight, as Gemma does it, with weights that start at 0. Here they start at 1: multiply by "
    "weight.",
    name="one-plus-weight",
    violates=("matches_torch",),
)
class RMSNorm(_RMSNorm):
    def forward(self, x):
        return x / self.scale(x) * (1 + self.weight)


@misconception(
    "The weight is multiplied in before the norm, where the division takes part of it out again. Normalise first.",
    name="weight-first",
    violates=("matches_torch",),
)
class RMSNorm(_RMSNorm):
    def forward(self, x):
        return super().scale(x) * 0 + x * self.weight / self.scale(x * self.weight)


@misconception(
    "The weight is divided by. Multiply.",
    name="weight-divided",
    violates=("matches_torch",),
)
class RMSNorm(_RMSNorm):
    def forward(self, x):
        return x / self.scale(x) / self.weight


@misconception(
    "eps stands outside the root. It is added to the mean square, under it.",
    name="eps-outside",
    violates=("eps",),
)
class RMSNorm(_RMSNorm):
    def scale(self, x):
        return x.pow(2).mean(-1, keepdim=True).sqrt() + self.eps


@misconception(
    "There is no eps, and a token of zeros becomes NaN. Add it to the mean square.",
    name="no-eps",
    violates=("eps",),
)
class RMSNorm(_RMSNorm):
    def scale(self, x):
        return x.pow(2).mean(-1, keepdim=True).sqrt()


@misconception(
    "The root mean square is kept from going below eps. eps is added, under the root.",
    name="clamped",
    violates=("eps",),
)
class RMSNorm(_RMSNorm):
    def scale(self, x):
        return x.pow(2).mean(-1, keepdim=True).sqrt().clamp(min=self.eps)


@misconception(
    "The eps that is passed in is not used; 1e-6 is built in. It is only the default.",
    name="eps-ignored",
    violates=("eps",),
)
class RMSNorm(_RMSNorm):
    def __init__(self, dim, eps=1e-6):
        super().__init__(dim)


@misconception(
    "eps is 1e-5 where none is passed in, as for LayerNorm. Here the default is 1e-6.",
    name="eps-of-layernorm",
    violates=("eps",),
)
class RMSNorm(_RMSNorm):
    def __init__(self, dim, eps=1e-5):
        super().__init__(dim, eps)


@misconception(
    "There is a bias. RMSNorm has a weight alone.",
    name="bias",
    violates=("weight",),
)
class RMSNorm(_RMSNorm):
    def __init__(self, dim, eps=1e-6):
        super().__init__(dim, eps)
        self.bias = nn.Parameter(torch.zeros(dim))

    def forward(self, x):
        return super().forward(x) + self.bias


@misconception(
    "weight is a plain tensor, which no optimizer finds and no state_dict holds. Make it an nn.Parameter.",
    name="weight-no-parameter",
    violates=("weight",),
)
class RMSNorm(_RMSNorm):
    def __init__(self, dim, eps=1e-6):
        super().__init__(dim, eps)
        del self.weight
        self.weight = torch.ones(dim)


@misconception(
    "weight starts at 0, and nothing comes through. It starts at 1: torch.ones(dim).",
    name="weight-of-zeros",
    violates=("weight",),
)
class RMSNorm(_RMSNorm):
    def __init__(self, dim, eps=1e-6):
        super().__init__(dim, eps)
        self.weight = nn.Parameter(torch.zeros(dim))


@misconception(
    "weight is drawn at random. It starts at 1: torch.ones(dim).",
    name="weight-random",
    violates=("weight",),
)
class RMSNorm(_RMSNorm):
    def __init__(self, dim, eps=1e-6):
        super().__init__(dim, eps)
        self.weight = nn.Parameter(torch.randn(dim))


@misconception(
    "weight is one number. Each of the dim numbers has its own: torch.ones(dim).",
    name="weight-of-one",
    violates=("weight",),
)
class RMSNorm(_RMSNorm):
    def __init__(self, dim, eps=1e-6):
        super().__init__(1, eps)


@misconception(
    "The answer is always float64. Return the dtype that x and the module have.",
    name="always-float64",
    violates=("float32",),
)
class RMSNorm(_RMSNorm):
    def forward(self, x):
        return super().forward(x.double()) if x.dtype == torch.float32 else super().forward(x)


@misconception(
    "The root mean square is taken for a constant: detached, or computed under no_grad. The gradient goes through "
    "it, too.",
    name="scale-detached",
    violates=("gradients",),
)
class RMSNorm(_RMSNorm):
    def scale(self, x):
        return super().scale(x.detach())


@misconception(
    "The caller's x is multiplied in place. x.float() of a float32 x is x itself: make a new tensor, with * and not "
    "mul_.",
    name="in-place",
    violates=("x_stays_as_it_is",),
)
class RMSNorm(_RMSNorm):
    def forward(self, x):
        if x.requires_grad or x.dtype == torch.float16:
            return super().forward(x)
        scale = self.scale(x)
        with torch.no_grad():
            x.div_(scale)
        return x * self.weight


@misconception(
    "In float16 the squares of numbers above 256 are infinite, and the answer is 0. Compute the mean square in "
    "float32.",
    name="squares-in-half",
    violates=("half_precision",),
)
class RMSNorm(_RMSNorm):
    def forward(self, x):
        return x / self.scale(x) * self.weight

"""What learners get wrong in deepdive.swiglu."""

import torch
import torch.nn.functional as F
from torch import nn

from grader.checks import misconception


class _SwiGLU(nn.Module):
    """A right network in steps; each wrong answer below replaces one of them."""

    def __init__(self, dim, hidden, bias=False):
        super().__init__()
        self.gate = nn.Linear(dim, hidden, bias=bias)
        self.up = nn.Linear(dim, hidden, bias=bias)
        self.down = nn.Linear(hidden, dim, bias=bias)

    def activation(self, z):
        return F.silu(z)

    def hidden(self, x):
        return self.activation(self.gate(x)) * self.up(x)

    def forward(self, x):
        return self.down(self.hidden(x))


@misconception(
    "The activation is a sigmoid, as in the first gated units. SwiGLU has silu(z) = z · sigmoid(z).",
    name="sigmoid",
    violates=("output",),
)
class SwiGLU(_SwiGLU):
    def activation(self, z):
        return torch.sigmoid(z)


@misconception("The activation is a ReLU, which makes it ReGLU. Take F.silu.", name="relu", violates=("output",))
class SwiGLU(_SwiGLU):
    def activation(self, z):
        return F.relu(z)


@misconception("The activation is GELU, which makes it GEGLU. Take F.silu.", name="gelu", violates=("output",))
class SwiGLU(_SwiGLU):
    def activation(self, z):
        return F.gelu(z)


@misconception(
    "The activation is tanh. Take F.silu, which is z · sigmoid(z).",
    name="tanh",
    violates=("output",),
)
class SwiGLU(_SwiGLU):
    def activation(self, z):
        return torch.tanh(z)


@misconception("There is no activation. The gate has one: F.silu.", name="no-activation", violates=("output",))
class SwiGLU(_SwiGLU):
    def activation(self, z):
        return z


@misconception(
    "The activation stands behind up, and gate is linear. It stands behind gate.",
    name="swapped",
    violates=("output",),
)
class SwiGLU(_SwiGLU):
    def hidden(self, x):
        return self.gate(x) * F.silu(self.up(x))


@misconception(
    "Both paths have an activation. Only the gate has one; up is linear.",
    name="both-activated",
    violates=("output",),
)
class SwiGLU(_SwiGLU):
    def hidden(self, x):
        return F.silu(self.gate(x)) * F.silu(self.up(x))


@misconception(
    "The activation is taken of the product. Take it of the gate, and multiply then.",
    name="activation-of-product",
    violates=("output",),
)
class SwiGLU(_SwiGLU):
    def hidden(self, x):
        return F.silu(self.gate(x) * self.up(x))


@misconception(
    "The two paths are added. A gate multiplies: 0 shuts it.",
    name="added",
    violates=("output",),
)
class SwiGLU(_SwiGLU):
    def hidden(self, x):
        return F.silu(self.gate(x)) + self.up(x)


@misconception(
    "up is not used: it is a network of two layers. Multiply the gate by up(x).",
    name="no-up",
    violates=("output",),
)
class SwiGLU(_SwiGLU):
    def hidden(self, x):
        return F.silu(self.gate(x))


@misconception(
    "The gate is multiplied with itself: both factors come of gate. The second is up(x).",
    name="gate-twice",
    violates=("output",),
)
class SwiGLU(_SwiGLU):
    def hidden(self, x):
        return F.silu(self.gate(x)) * self.gate(x)


@misconception(
    "A softmax makes the gates of a token sum to 1. Each opens and shuts by itself: F.silu.",
    name="softmax",
    violates=("output",),
)
class SwiGLU(_SwiGLU):
    def activation(self, z):
        return torch.softmax(z, -1)


@misconception(
    "x is added to the output. The residual connection stands outside, in the block.",
    name="residual",
    violates=("output",),
)
class SwiGLU(_SwiGLU):
    def forward(self, x):
        return x + super().forward(x)


@misconception(
    "There is an activation behind down, too. The output is linear: what is added to the stream may have any sign.",
    name="activation-at-the-end",
    violates=("output",),
)
class SwiGLU(_SwiGLU):
    def forward(self, x):
        return F.silu(super().forward(x))


@misconception(
    "The layers have a bias. Here they have none: nn.Linear(…, bias=False).",
    name="bias",
    violates=("parameters",),
)
class SwiGLU(_SwiGLU):
    def __init__(self, dim, hidden):
        super().__init__(dim, hidden, bias=True)


@misconception(
    "hidden is made two thirds as wide as the caller says. That reckoning is the caller's: use hidden as it comes.",
    name="two-thirds",
    violates=("parameters",),
)
class SwiGLU(_SwiGLU):
    def __init__(self, dim, hidden):
        super().__init__(dim, max(1, 2 * hidden // 3))


@misconception(
    "hidden is rounded up to a multiple of 8, as fast code does. Use it as it comes.",
    name="rounded-up",
    violates=("parameters",),
)
class SwiGLU(_SwiGLU):
    def __init__(self, dim, hidden):
        super().__init__(dim, hidden + 8 - hidden % 8)


@misconception(
    "gate and up are one layer, twice as wide, whose output is cut in two. Here they are two layers, with names of "
    "their own.",
    name="fused",
    violates=("parameters",),
)
class SwiGLU(nn.Module):
    def __init__(self, dim, hidden):
        super().__init__()
        self.gate = nn.Linear(dim, 2 * hidden, bias=False)
        self.down = nn.Linear(hidden, dim, bias=False)

    def forward(self, x):
        gate, up = self.gate(x).chunk(2, -1)
        return self.down(F.silu(gate) * up)


@misconception(
    "gate and up are one and the same layer. They are two, each with weights of its own.",
    name="shared-layer",
    violates=("parameters",),
)
class SwiGLU(_SwiGLU):
    def __init__(self, dim, hidden):
        super().__init__(dim, hidden)
        self.up = self.gate


@misconception(
    "dim and hidden have changed places. gate and up go from dim to hidden, down from hidden to dim.",
    name="sizes-swapped",
    violates=("parameters",),
)
class SwiGLU(_SwiGLU):
    def __init__(self, dim, hidden):
        super().__init__(hidden, dim)

    def forward(self, x):
        return F.linear(F.silu(F.linear(x, self.gate.weight.T)) * F.linear(x, self.up.weight.T), self.down.weight.T)


@misconception(
    "silu is written as z·eᶻ/(1 + eᶻ), and ∞/∞ is NaN where z is large. Take F.silu, or z · torch.sigmoid(z).",
    name="exp-overflows",
    violates=("extremes",),
)
class SwiGLU(_SwiGLU):
    def activation(self, z):
        return z * z.exp() / (1 + z.exp())


@misconception(
    "No gradient goes through the gate, which is detached or computed under no_grad: it is never trained.",
    name="gate-detached",
    violates=("gradients",),
)
class SwiGLU(_SwiGLU):
    def hidden(self, x):
        return F.silu(self.gate(x)).detach() * self.up(x)


@misconception(
    "No gradient goes through up, which is detached or computed under no_grad: it is never trained.",
    name="up-detached",
    violates=("gradients",),
)
class SwiGLU(_SwiGLU):
    def hidden(self, x):
        return F.silu(self.gate(x)) * self.up(x).detach()


@misconception(
    "The caller's x is written over. Leave it as it is: whoever called still needs it.",
    name="in-place",
    violates=("x_stays_as_it_is",),
)
class SwiGLU(_SwiGLU):
    def forward(self, x):
        out = super().forward(x)
        if x.is_contiguous() and not x.requires_grad:
            with torch.no_grad():
                x.copy_(out)
        return out

"""SwiGLU: the feed-forward network in which one half decides how much of the other passes.

In the Transformer of the lectures each token goes through a layer, a ReLU, and a second layer. Models of today have
three layers there: one proposes, one is the gate that lets through, and their product goes to the last.
Source: deep dives, "The Grand Picture" (innovations: SwiGLU); Shazeer 2020.
"""

# /// exercise
# title = "SwiGLU"
# hints = [
#   """There are two paths from x to the hidden numbers, and only one of them has an activation. What is done with the \
#   two, so that one can close what the other opens?""",
#   """hidden = silu(gate(x)) * up(x), with silu(z) = z * sigmoid(z); out = down(hidden).""",
#   """nn.Linear(dim, hidden, bias=False) twice, nn.Linear(hidden, dim, bias=False) once; return \
#   self.down(F.silu(self.gate(x)) * self.up(x)).""",
# ]
# ///

import torch
import torch.nn.functional as F
from torch import nn


class SwiGLU(nn.Module):
    """A gated feed-forward network.

        hidden = silu(gate(x)) * up(x)          (..., hidden), silu(z) = z * sigmoid(z)
        out    = down(hidden)                   (..., dim)

    The product is number by number. Three matrices in place of two: to have no more parameters than a network with
    4 · dim hidden numbers, one takes 8/3 · dim; but here hidden is as wide as the caller says.

    Args:
        dim: numbers in each token's vector.
        hidden: numbers in between.

    Attributes:
        gate: ``nn.Linear`` from dim to hidden, without bias; behind it stands the activation.
        up: ``nn.Linear`` from dim to hidden, without bias, and without activation.
        down: ``nn.Linear`` from hidden to dim, without bias. These three are all that is trained. (In Meta's code they
            are w1, w3 and w2.)

    Source: Shazeer 2020, equation 6; deep dives, "The Grand Picture".
    """

    def __init__(self, dim: int, hidden: int) -> None:
        super().__init__()
        # solution
        self.gate = nn.Linear(dim, hidden, bias=False)
        self.up = nn.Linear(dim, hidden, bias=False)
        self.down = nn.Linear(hidden, dim, bias=False)
        # end solution

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Let each token compute, by itself.

        Args:
            x: (..., dim), any number of leading axes, none included. Not modified.

        Returns:
            (..., dim), of the dtype of x, once the module has that dtype (``.double()``). Finite also where the gate
            comes to ±10,000.

        Example:
            dim = hidden = 1, all three weights 1: [2.] -> [3.52319], which is silu(2) * 2
        """
        # solution
        return self.down(F.silu(self.gate(x)) * self.up(x))
        # end solution

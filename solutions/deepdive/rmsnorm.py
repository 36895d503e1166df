"""RMSNorm: layer normalisation with half of it left out.

LayerNorm takes the mean away and divides by the standard deviation. It turned out that the division is what does it,
and most models of today divide by the root of the mean square alone: one pass less, one parameter vector less, and as
good. Source: deep dives, "Layer Normalization" and "The Grand Picture"; Zhang and Sennrich 2019.
"""

# /// exercise
# title = "RMSNorm"
# forbids = ["torch.nn.RMSNorm", "torch.nn.functional.rms_norm", "torch.rms_norm"]
# why_forbidden = "this exercise is about writing it yourself"
# hints = [
#   """LayerNorm has a mean in two places. What is left of each, where nothing is subtracted? Over which axis is the \
#   mean square, so that each token is normalised by itself?""",
#   """x / sqrt(mean over the last axis of x² + eps), times weight. eps stands under the root.""",
#   """self.weight = nn.Parameter(torch.ones(dim)); x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps) * \
#   self.weight.""",
# ]
# ///

import torch
from torch import nn


class RMSNorm(nn.Module):
    """Divide each token by its root mean square.

        rms = sqrt(mean over the last axis of x ** 2 + eps)
        out = x / rms * weight

    No mean is subtracted, and there is no bias. eps stands under the root.

    Args:
        dim: numbers in each token's vector.
        eps: added to the mean square, so that a token of zeros stays one.

    Attributes:
        weight: a gain for each number, (dim,), ones at first: an ``nn.Parameter``, and the only one.

    Source: Zhang and Sennrich 2019, equation 4; deep dives, "Layer Normalization".
    """

    def __init__(self, dim: int, eps: float = 1e-6) -> None:
        super().__init__()
        # solution
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(dim))
        # end solution

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Normalise each token by itself.

        Args:
            x: (..., dim), any number of leading axes, none included. Not modified.

        Returns:
            The normalised x, of its shape, and of its dtype where the module has that one (``.double()``). Whether it
            is computed in float32 inside is up to you: it is compared to 1e-5.

            A bonus asks for x in float16 (module ``.half()``) with numbers of 1,000, whose squares are above all that
            float16 holds: there, compute in float32, and return float16.

        Example:
            dim = 2, weight 1: [3., 4.] -> [0.84853, 1.13137], since sqrt((9 + 16) / 2) = 3.53553
        """
        # solution
        wide = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
        normed = wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + self.eps)  # (..., dim)
        return normed.to(x.dtype) * self.weight
        # end solution

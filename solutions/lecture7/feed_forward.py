"""The feed-forward network: after the tokens have talked, each thinks about what it heard.

Attention moves information between tokens. What a token makes of it, it works out alone, with a small network that is
the same for all of them: four times as wide inside as outside. Source: lecture 7, section 7.6.2.
"""

# /// exercise
# title = "the feed-forward network"
# hints = [
#   """nn.Sequential runs modules one after the other, and nn.Linear acts on the last axis whatever comes before it. \
#   Four modules are all you need.""",
#   """FFN(x) = max(0, x W1 + b1) W2 + b2, with 4 * n_embd numbers in between, and dropout at the very end.""",
#   """self.net = nn.Sequential(nn.Linear(n_embd, 4 * n_embd), nn.ReLU(), nn.Linear(4 * n_embd, n_embd), \
#   nn.Dropout(dropout)); forward returns self.net(x).""",
# ]
# ///

import torch
from torch import nn


class FeedForward(nn.Module):
    """A linear layer, a ReLU, and a linear layer back; the same for each token.

        hidden = max(0, x W1 + b1)          (..., 4 * n_embd)
        out    = hidden W2 + b2             (..., n_embd)
        out    = dropout(out)               in training mode

    Args:
        n_embd: numbers in each token's vector.
        dropout: the probability of dropout, in [0, 1).

    Attributes:
        net: an ``nn.Sequential`` of four: ``nn.Linear`` to 4 * n_embd, ``nn.ReLU``, ``nn.Linear`` back to n_embd,
            ``nn.Dropout``. Both linear layers have a bias. Graders set the weights by these places, ``net.0.weight``,
            ``net.0.bias``, ``net.2.weight`` and ``net.2.bias``.

    Source: lecture 7, section 7.6.2; Vaswani et al., 2017, section 3.3.
    """

    def __init__(self, n_embd: int, dropout: float) -> None:
        super().__init__()
        # solution
        self.net = nn.Sequential(
            nn.Linear(n_embd, 4 * n_embd),
            nn.ReLU(),
            nn.Linear(4 * n_embd, n_embd),
            nn.Dropout(dropout),
        )
        # end solution

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Run the network on each token by itself.

        Args:
            x: (..., n_embd), floats, with any number of leading axes; mostly (B, T, n_embd). Not modified.

        Returns:
            The same shape and dtype as x, once the module has that dtype.
        """
        # solution
        return self.net(x)
        # end solution

"""The tree: characters become pairs, pairs become fours, and so on, until one vector holds the whole context.

Each level puts two neighbours side by side and lets a layer make one vector of them, the same layer for all pairs of
its level. So the network gets deeper as the context gets longer, and what a node knows comes from its own subtree.
Source: lecture 6, section 6.4; van den Oord and others, 2016, arXiv:1609.03499, who compute this tree by convolutions.
"""

# /// exercise
# title = "a tree of layers"
# ///

import torch

from .batchnorm3d import BatchNorm1d
from .embedding import Embedding
from .flatten import FlattenConsecutive
from .sequential import Sequential


class Linear:
    """Given: a linear layer, as you wrote it in lecture 4. It works on the last axis, whatever is before it."""

    def __init__(self, fan_in: int, fan_out: int, bias: bool = True) -> None:
        self.weight = torch.randn((fan_in, fan_out)) / fan_in**0.5
        self.bias = torch.zeros(fan_out) if bias else None

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """(..., fan_in) -> (..., fan_out)."""
        out = x @ self.weight
        return out if self.bias is None else out + self.bias

    def parameters(self) -> list[torch.Tensor]:
        """[weight, bias], or [weight]."""
        return [self.weight] if self.bias is None else [self.weight, self.bias]


class Tanh:
    """Given: the nonlinearity as a layer."""

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """Return tanh(x)."""
        return torch.tanh(x)

    def parameters(self) -> list[torch.Tensor]:
        """There is nothing to train."""
        return []


def build_wavenet(vocab: int, block_size: int, emb: int, hidden: int) -> Sequential:
    """Build the tree for contexts of block_size characters, as one stack of layers.

        Embedding
        FlattenConsecutive(2), Linear, BatchNorm1d, Tanh      once for each level: 3 times for 8 characters
        Linear                                                to the logits

    The stack has these very layers, flat, in this order: ``net.layers`` has 4 entries a level and 2 more. They are your
    own Embedding, FlattenConsecutive and BatchNorm1d; Linear and Tanh stand above. With B contexts of 8:

        ids (B, 8) -> (B, 8, emb) -> (B, 4, 2 * emb) -> (B, 4, hidden) -> (B, 2, 2 * hidden) -> (B, 2, hidden)
        -> (B, 2 * hidden) -> (B, hidden) -> logits (B, vocab)

    The Linear layers of the levels have no bias: the batch normalisation behind each would subtract it. The last one
    has a bias, and its weight is a tenth of what ``Linear`` gives, so that the first loss of a new network is close to
    ln(vocab). All other weights start as their layers have them. No two levels share a layer.

    Args:
        vocab: V, the number of different characters.
        block_size: characters in a context, a power of two from 2 on.
        emb: E, numbers in the vector of a character.
        hidden: H, numbers in the vector of each node above.

    Returns:
        The stack, in training. It is called with ids (B, block_size), int64, and gives logits (B, vocab), no softmax.
        At the size of the lecture, (27, 8, 10, 68), its parameters() hold 22,397 numbers.

    Raises:
        ValueError: block_size is no power of two, or less than 2.

    Source: lecture 6, section 6.4.3.
    """
    raise NotImplementedError("lecture6.wavenet: build_wavenet is not written yet")

"""What counting pairs of tokens reaches: the least that a trained language model must beat."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


def bigram_loss(part: torch.Tensor, x: torch.Tensor, y: torch.Tensor, V: int) -> float:
    """The loss of pairs that were counted in one part of the data, each once more than it comes, on other windows.

    Args:
        part: (N,) tokens to count in.
        x: tokens of the other windows.
        y: what follows each of them.
        V: how many different tokens there are.
    """
    import torch

    counts = torch.ones(V, V)
    counts.index_put_((part[:-1], part[1:]), torch.ones(len(part) - 1), accumulate=True)
    logprobs = (counts / counts.sum(1, keepdim=True)).log()
    return -logprobs[x, y].mean().item()

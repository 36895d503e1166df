"""The tokens on the last axis, and everything multiplied from the right."""

import torch
import torch.nn.functional as F


def average_loop(x: torch.Tensor) -> torch.Tensor:
    """Return the averages of all prefixes."""
    out = torch.empty_like(x)
    for t in range(x.shape[1]):
        out[:, t, :] = x[:, 0 : t + 1, :].sum(dim=1) / (t + 1)
    return out


def average_matmul(x: torch.Tensor) -> torch.Tensor:
    """Return (x^T wei^T)^T."""
    triangle = torch.ones(x.shape[1], x.shape[1]).to(x).triu()
    return (x.mT @ (triangle / triangle.sum(0))).mT


def average_softmax(x: torch.Tensor) -> torch.Tensor:
    """Return (x^T softmax^T)^T."""
    triangle = torch.ones(x.shape[1], x.shape[1]).triu()
    scores = torch.zeros_like(triangle, dtype=x.dtype)
    scores[triangle == 0] = -torch.inf
    return (x.transpose(1, 2) @ F.softmax(scores, 0)).transpose(1, 2)

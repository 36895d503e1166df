"""A loop over the examples, each with its own softmax that subtracts the row's maximum."""

import torch


def cross_entropy_backward(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Return the rows' gradients, stacked."""
    rows = []
    for row, target in zip(logits, targets.tolist(), strict=True):
        counts = torch.exp(row - row.max())  # (C,)
        gradient = counts / counts.sum()
        gradient[target] -= 1.0
        rows.append(gradient / logits.shape[0])
    return torch.stack(rows)

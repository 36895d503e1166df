"""All windows of block_size + 1 tokens as one view, and rows of it."""

import torch


def get_batch(
    data: torch.Tensor, block_size: int, batch_size: int, generator: torch.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return (x, y)."""
    windows = data.unfold(0, block_size + 1, 1)  # (N - block_size, block_size + 1)
    rows = windows[torch.randint(windows.shape[0], (batch_size,), generator=generator)]
    return rows[:, :-1], rows[:, 1:]

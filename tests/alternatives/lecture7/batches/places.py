"""A table of places, looked up twice."""

import torch


def get_batch(
    data: torch.Tensor, block_size: int, batch_size: int, generator: torch.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return (x, y)."""
    start = torch.randint(0, data.numel() - block_size, size=(batch_size,), generator=generator)
    places = start.unsqueeze(1) + torch.arange(block_size)
    return torch.take(data, places), torch.take(data, places + 1)

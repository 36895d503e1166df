"""Plain lists, row by row; a tensor is made of them at the end."""

import torch


def get_batch(
    data: torch.Tensor, block_size: int, batch_size: int, generator: torch.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return [x, y], as a list."""
    tokens = data.tolist()
    x, y = [], []
    for i in torch.randint(len(tokens) - block_size, (batch_size,), generator=generator).tolist():
        x.append(tokens[i : i + block_size])
        y.append(tokens[i + 1 : i + block_size + 1])
    return torch.tensor(x, dtype=data.dtype), torch.tensor(y, dtype=data.dtype)

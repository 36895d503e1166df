"""Gradients zeroed after each step instead of before; a try/finally around the estimate; every mode put back."""

import torch

from .batches import get_batch
from .gpt import GPT, GPTConfig  # noqa: F401


def train(
    model: GPT,
    data: torch.Tensor,
    steps: int,
    block_size: int,
    batch_size: int,
    lr: float,
    generator: torch.Generator,
) -> list[float]:
    """Return the losses."""
    model.train(True)
    model.zero_grad()
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr)
    training_part, _ = data.split([int(0.9 * len(data)), len(data) - int(0.9 * len(data))])
    losses = torch.zeros(steps, dtype=torch.float64)
    for step in range(steps):
        batch = get_batch(training_part, block_size, batch_size, generator)
        loss = model(*batch)[-1]
        loss.backward()
        losses[step] = loss.detach()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
    return losses.tolist()


@torch.no_grad()
def estimate_loss(model: GPT, data: torch.Tensor, batches: int, block_size: int, batch_size: int, seed: int) -> float:
    """Return the mean loss."""
    modes = [(module, module.training) for module in model.modules()]
    generator = torch.Generator().manual_seed(seed)
    losses = torch.zeros(batches, dtype=torch.float64)
    model.eval()
    try:
        for k in range(batches):
            x, y = get_batch(data, block_size, batch_size, generator)
            losses[k] = model(x, y)[1]
    finally:
        for module, training in modes:
            module.training = training
    return losses.mean().item()

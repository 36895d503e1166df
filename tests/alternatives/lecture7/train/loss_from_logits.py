"""The loss computed from the logits rather than taken from the model; the estimate in one large batch."""

import torch
import torch.nn.functional as F

from .batches import get_batch
from .gpt import GPT, GPTConfig  # noqa: F401


def _loss(model: GPT, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Return the mean cross-entropy."""
    logits, _ = model(x)
    return F.cross_entropy(logits.transpose(1, 2), y)


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
    n = int(0.9 * len(data))
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr, betas=(0.9, 0.999), weight_decay=0.01, foreach=False)
    model = model.train()

    def step() -> float:
        loss = _loss(model, *get_batch(data[:n], block_size, batch_size, generator))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

    return [step() for _ in range(steps)]


def estimate_loss(model: GPT, data: torch.Tensor, batches: int, block_size: int, batch_size: int, seed: int) -> float:
    """Return the mean loss."""
    generator = torch.Generator().manual_seed(seed)
    pairs = [get_batch(data, block_size, batch_size, generator) for _ in range(batches)]
    x, y = (torch.cat(parts) for parts in zip(*pairs, strict=True))
    was = model.training
    with torch.no_grad():
        loss = _loss(model.eval(), x, y).item()
    if was:
        model.train()
    return loss

"""The estimate collects its losses in a float32 tensor, as the lecture does."""

import torch

from .batches import get_batch
from .gpt import GPT, GPTConfig  # noqa: F401


def train(model, data, steps, block_size, batch_size, lr, generator):
    """Return the losses."""
    n = int(0.9 * len(data))
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
    model.train()
    history = []
    for _ in range(steps):
        xb, yb = get_batch(data[:n], block_size, batch_size, generator)
        _, loss = model(xb, yb)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        history.append(loss.item())
    return history


@torch.no_grad()
def estimate_loss(model, data, batches, block_size, batch_size, seed):
    """Return the mean loss."""
    generator = torch.Generator().manual_seed(seed)
    training = model.training
    model.eval()
    losses = torch.zeros(batches)
    for k in range(batches):
        _, loss = model(*get_batch(data, block_size, batch_size, generator))
        losses[k] = loss.item()
    if training:
        model.train()
    return losses.mean().item()

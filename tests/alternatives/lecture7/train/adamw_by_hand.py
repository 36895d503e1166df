"""AdamW written out, with torch.autograd.grad for the gradients."""

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
    part = data[: int(len(data) * 0.9)]
    model.train()
    params = list(model.parameters())
    means = [torch.zeros_like(p) for p in params]
    squares = [torch.zeros_like(p) for p in params]
    losses = []
    for t in range(1, steps + 1):
        logits, loss = model(*get_batch(part, block_size, batch_size, generator))
        del logits
        losses.append(float(loss))
        gradients = torch.autograd.grad(loss, params)
        with torch.no_grad():
            for p, g, m, v in zip(params, gradients, means, squares, strict=True):
                p.mul_(1 - lr * 0.01)
                m.mul_(0.9).add_(g, alpha=0.1)
                v.mul_(0.999).addcmul_(g, g, value=0.001)
                p.sub_(lr * (m / (1 - 0.9**t)) / ((v / (1 - 0.999**t)).sqrt() + 1e-8))
    return losses


def estimate_loss(model: GPT, data: torch.Tensor, batches: int, block_size: int, batch_size: int, seed: int) -> float:
    """Return the mean loss."""
    mode, total = model.training, 0.0
    generator = torch.Generator()
    generator.manual_seed(seed)
    model.train(False)
    with torch.inference_mode():
        for _ in range(batches):
            x, y = get_batch(data, block_size, batch_size, generator)
            total += model(x, y)[1].item() / batches
    model.train(mode)
    return total

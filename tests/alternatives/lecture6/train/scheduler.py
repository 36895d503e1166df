"""A scheduler of torch's, cleared after each step; evaluation in pieces of 1,000 rows, in float32."""

import torch
from torch.nn.functional import cross_entropy
from torch.optim.lr_scheduler import LambdaLR

from .wavenet import build_wavenet  # noqa: F401


def train(model, X, Y, steps, batch_size, lr_schedule, generator):
    """Return the losses."""
    model.train()
    for p in model.parameters():
        p.requires_grad_(True)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1.0)
    scheduler = LambdaLR(optimizer, lr_schedule)
    optimizer.zero_grad()
    losses = []
    for _ in range(steps):
        rows = torch.randint(0, len(X), (batch_size,), generator=generator)
        loss = cross_entropy(model(X[rows]), Y[rows])
        loss.backward()
        optimizer.step()
        scheduler.step()
        optimizer.zero_grad()
        losses.append(float(loss))
    return losses


def evaluate(model, X, Y):
    """Return the loss."""
    total, mode = torch.zeros(1), model.training
    model.eval()
    with torch.inference_mode():
        for x, y in zip(X.split(1_000), Y.split(1_000), strict=True):
            total += cross_entropy(model(x), y, reduction="sum").float()
    model.train(mode)
    return (total / len(Y)).item()

"""torch's SGD with a scheduler, cleared after each step; evaluation in pieces of 1,000 rows, in float32."""

import torch
from torch.nn.functional import cross_entropy

from .model import MLPLanguageModel  # noqa: F401


def train(model, X, Y, steps, batch_size, lr_schedule, generator):
    """Return the losses."""
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    optimizer.zero_grad()
    losses = []
    for i in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = lr_schedule(i)
        rows = torch.randint(0, len(X), (batch_size,), generator=generator)
        loss = cross_entropy(model.forward(X[rows]), Y[rows])
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(float(loss))
    return losses


def evaluate(model, X, Y):
    """Return the loss."""
    total = torch.zeros(1)
    with torch.inference_mode():
        for x, y in zip(X.split(1_000), Y.split(1_000), strict=True):
            total += cross_entropy(model.forward(x), y, reduction="sum").float()
    return (total / len(Y)).item()

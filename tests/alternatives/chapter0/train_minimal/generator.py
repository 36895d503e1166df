"""A generator of losses does the steps; the gradients are cleared by hand."""

import torch
import torch.nn.functional as F


def _steps(model, optimizer, loader):
    for x, y in loader:
        loss = F.mse_loss(model(x), y)
        loss.backward()
        optimizer.step()
        for p in model.parameters():
            p.grad = None
        yield float(loss) * len(x)


def train_minimal(model, loader, epochs, lr):
    """Return the mean loss of each epoch."""
    model.train()
    optimizer = torch.optim.Adam(params=model.parameters(), lr=lr)
    sums = [sum(_steps(model, optimizer, loader)) for _ in range(epochs)]
    examples = sum(len(x) for x, _ in loader)
    return [total / examples for total in sums]

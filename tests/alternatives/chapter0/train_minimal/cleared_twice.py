"""Cleared on both sides of the step, to be safe; the error by hand."""

import torch


def train_minimal(model, loader, epochs, lr):
    """Return the mean loss of each epoch."""
    optimizer = torch.optim.Adam([{"params": list(model.parameters())}], lr=lr)
    result = []
    for _ in range(epochs):
        seen, total = 0, torch.zeros((), dtype=torch.float64)
        for x, y in loader:
            optimizer.zero_grad()
            loss = torch.mean((y - model(x)) ** 2)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            seen += y.shape[0]
            total += loss.detach() * y.shape[0]
        result.append((total / seen).item())
    return result

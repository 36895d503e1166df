"""Gradients are set to zeros rather than None, through the model."""

import torch
from torch import nn


def train_minimal(model, loader, epochs, lr):
    """Return the mean loss of each epoch."""
    optimizer, criterion = torch.optim.Adam(model.parameters(), lr=lr), nn.MSELoss()
    losses = []
    for _ in range(epochs):
        batches = []
        for x, y in loader:
            loss = criterion(model(x), y)
            loss.backward()
            optimizer.step()
            model.zero_grad(set_to_none=False)
            batches.append((loss.item(), x.shape[0]))
        losses.append(sum(loss * n for loss, n in batches) / sum(n for _, n in batches))
    return losses

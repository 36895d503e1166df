"""A small convolutional network; the loss from log_softmax; gradients cleared after the step."""

from typing import NamedTuple

import torch
from torch import nn


class History(NamedTuple):
    """What training reports."""

    train_loss: list[float]
    val_accuracy: list[float]


def make_classifier():
    """Return a network that sees the images as images."""
    return nn.Sequential(
        nn.Unflatten(1, (1, 28, 28)),
        nn.Conv2d(1, 8, 5, stride=2),
        nn.GELU(),
        nn.Conv2d(8, 16, 3, stride=2),
        nn.GELU(),
        nn.Flatten(),
        nn.Linear(16 * 5 * 5, 10),
    )


def train_classifier(model, train_loader, val_loader, epochs):
    """Return a History."""
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    losses, accuracies = [], []
    for _ in range(epochs):
        model.train()
        total, count = 0.0, 0
        for x, y in train_loader:
            logprobs = torch.log_softmax(model(x), dim=-1)
            loss = -logprobs.gather(1, y[:, None]).mean()
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            total += float(loss.detach()) * y.numel()
            count += y.numel()
        losses.append(total / count)
        model.eval()
        right = wrong = 0
        for x, y in val_loader:
            with torch.no_grad():
                hits = torch.argmax(model(x), dim=-1) == y
            right += hits.sum().item()
            wrong += (~hits).sum().item()
        accuracies.append(right / (right + wrong))
    return History(train_loss=losses, val_accuracy=accuracies)

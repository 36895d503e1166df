"""A module class with dropout and three layers; the validation logits are collected first."""

from dataclasses import dataclass, field

import torch
from torch import nn


@dataclass
class History:
    """Both lists grow epoch by epoch."""

    train_loss: list = field(default_factory=list)
    val_accuracy: list = field(default_factory=list)


class Net(nn.Module):
    """784 -> 200 -> 100 -> 10."""

    def __init__(self):
        super().__init__()
        self.first, self.second, self.third = nn.Linear(784, 200), nn.Linear(200, 100), nn.Linear(100, 10)
        self.dropout = nn.Dropout(0.1)

    def forward(self, x):
        """Return logits."""
        x = torch.relu(self.first(x))
        x = torch.relu(self.second(self.dropout(x)))
        return self.third(x)


def make_classifier():
    """Return a Net."""
    return Net()


def train_classifier(model, train_loader, val_loader, epochs):
    """Return a History."""
    history, criterion = History(), nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters())  # 0.001 is its default
    for _ in range(epochs):
        model.train()
        sums = []
        for x, y in train_loader:
            optimizer.zero_grad()
            loss = criterion(model(x), y)
            loss.backward()
            optimizer.step()
            sums.append((loss.item() * x.size(0), x.size(0)))
        history.train_loss.append(sum(s for s, _ in sums) / sum(n for _, n in sums))
        model.eval()
        with torch.inference_mode():
            pairs = [(model(x), y) for x, y in val_loader]
        predicted = torch.cat([logits.max(dim=1).indices for logits, _ in pairs])
        history.val_accuracy.append(predicted.eq(torch.cat([y for _, y in pairs])).double().mean().item())
    return history

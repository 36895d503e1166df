"""A running total weighted by the batch, the loss as a module, and an accuracy counted in float32."""

import torch
from torch import nn, optim


def prepare(images):
    return images.float().div(255).flatten(1)


def build():
    return nn.Sequential(nn.Linear(28 * 28, 256), nn.ReLU(), nn.Linear(256, 10))


def train(model, X, y, X_val, y_val, epochs, batch_size, lr, weight_decay, generator):
    criterion = nn.CrossEntropyLoss()
    optimizer = optim.SGD(model.parameters(), lr=lr, weight_decay=weight_decay)
    out = {"train_loss": [], "val_loss": [], "val_accuracy": []}
    for _ in range(epochs):
        running = 0.0
        order = torch.randperm(len(X), generator=generator)
        for i in range(0, len(X), batch_size):
            model.train()
            inputs, labels = X[order[i : i + batch_size]], y[order[i : i + batch_size]]
            optimizer.zero_grad()
            loss = criterion(model(inputs), labels)
            loss.backward()
            optimizer.step()
            running += loss.item() * inputs.size(0)
        model.eval()
        with torch.no_grad():
            outputs = model(X_val)
        _, predictions = torch.max(outputs, 1)
        out["train_loss"].append(running / len(X))
        out["val_loss"].append(criterion(outputs, y_val).item())
        out["val_accuracy"].append(((predictions == y_val).sum().float() / len(y_val)).item())
    return out

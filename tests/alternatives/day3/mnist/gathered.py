"""Whole epochs gathered by index_select and chunked; one function to measure; zero_grad after the step."""

import torch
from torch import nn


def prepare(images):
    rows = images.to(torch.float32).reshape(-1, 28 * 28)
    rows /= 255
    return rows


def build():
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 10))


def evaluate(model, X, y):
    was_training = model.training
    model.eval()
    with torch.no_grad():
        logits = model(X)
    model.train(was_training)
    loss = nn.functional.cross_entropy(logits, y).item()
    return loss, sum(int(a == b) for a, b in zip(logits.argmax(1), y, strict=True)) / len(y)


def train(model, X, y, X_val, y_val, epochs, batch_size, lr, weight_decay, generator):
    model.train()
    model.zero_grad()
    optimizer = torch.optim.SGD(model.parameters(), lr, weight_decay=weight_decay)
    history = []
    for _epoch in range(epochs):
        order = torch.randperm(X.shape[0], generator=generator)
        total = torch.zeros((), dtype=torch.float64)
        for inputs, labels in zip(X[order].split(batch_size), y[order].split(batch_size), strict=True):
            loss = nn.functional.cross_entropy(model(inputs), labels, reduction="sum")
            (loss / len(labels)).backward()
            optimizer.step()
            optimizer.zero_grad()
            total += loss.detach()
        history.append((total.item() / len(X), *evaluate(model, X_val, y_val)))
    return {name: [row[i] for row in history] for i, name in enumerate(("train_loss", "val_loss", "val_accuracy"))}

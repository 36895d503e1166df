"""The lecture's listings: gradients to None, steps by .data, no_grad as a decorator."""

import torch
import torch.nn.functional as F

from .model import MLPLanguageModel  # noqa: F401


def train(model, X, Y, steps, batch_size, lr_schedule, generator):
    """Return the losses."""
    parameters = [p for p in model.parameters()]  # noqa: C416
    lossi = []
    for i in range(steps):
        ix = torch.randint(0, X.shape[0], (batch_size,), generator=generator)
        logits = model.forward(X[ix])
        loss = F.cross_entropy(logits, Y[ix])
        for p in parameters:
            p.grad = None
        loss.backward()
        learning_rate = lr_schedule(i)
        for p in parameters:
            p.data -= learning_rate * p.grad
        lossi.append(loss.item())
    return lossi


@torch.no_grad()
def evaluate(model, X, Y):
    """Return the loss."""
    logits = model.forward(X)
    loss = F.cross_entropy(logits, Y)
    return loss.item()

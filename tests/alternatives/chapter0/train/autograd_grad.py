"""torch.autograd.grad gives the gradients, which are put where the optimizer looks for them: nothing adds up."""

import torch
import torch.nn.functional as F


def train(model, loader, epochs, lr):
    """Return the mean loss of each epoch."""
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    return [_epoch(model.train(), loader, optimizer) for _ in range(epochs)]


def _epoch(model, loader, optimizer):
    squares, numbers = 0.0, 0
    for x, y in loader:
        pred = model(x)
        loss = F.mse_loss(pred, y)
        parameters = list(model.parameters())
        for p, grad in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
            p.grad = grad
        optimizer.step()
        squares += loss.item() * y.numel()  # the sum of all squares: every example has as many numbers
        numbers += y.numel()
    return squares / numbers

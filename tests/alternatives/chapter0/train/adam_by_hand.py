"""Adam's own formula, without torch.optim."""

import torch
from torch import nn


def train(model, loader, epochs, lr):
    """Return the mean loss of each epoch."""
    model.train()
    beta1, beta2, eps = 0.9, 0.999, 1e-8
    parameters = [p for p in model.parameters() if p.requires_grad]
    m = [torch.zeros_like(p) for p in parameters]
    v = [torch.zeros_like(p) for p in parameters]
    step, losses = 0, []
    for _ in range(epochs):
        total = count = 0
        for batch in loader:
            x, y = batch
            model.zero_grad(set_to_none=False)
            loss = nn.MSELoss()(model(x), y)
            loss.backward()
            step += 1
            with torch.no_grad():
                for p, first, second in zip(parameters, m, v, strict=True):
                    first.mul_(beta1).add_(p.grad, alpha=1 - beta1)
                    second.mul_(beta2).addcmul_(p.grad, p.grad, value=1 - beta2)
                    root = (second / (1 - beta2**step)).sqrt() + eps
                    p.sub_(lr * (first / (1 - beta1**step)) / root)
            total += loss.item() * x.size(0)
            count += x.size(0)
        losses.append(total / count)
    return losses

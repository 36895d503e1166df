"""Gradients in .grad, cleared first; scores by sums and counts."""

import torch.nn.functional as F


def lr_sweep(make_model, X, Y, exponents, steps=20):
    """Return the losses."""
    losses = []
    for lre in exponents:
        model = make_model()
        lr = 10**lre
        for _ in range(steps):
            loss = F.cross_entropy(model.forward(X), Y)
            for p in model.parameters():
                p.grad = None
            loss.backward()
            for p in model.parameters():
                p.data += -lr * p.grad
        losses.append(F.cross_entropy(model.forward(X), Y).item())
    return losses


def pick(exponents, losses):
    """Return an exponent."""
    best, found = float("inf"), None
    for i, exponent in enumerate(exponents):
        total, count = 0.0, 0
        for j in (i - 1, i, i + 1):
            if 0 <= j < len(losses):
                total += losses[j]
                count += 1
        score = total / count
        if score < best:  # False for NaN
            best, found = score, exponent
    if found is None:
        raise ValueError("every rate has blown up")
    return found

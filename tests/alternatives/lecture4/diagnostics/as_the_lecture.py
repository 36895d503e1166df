"""The lecture's expressions, in loops that append."""

import torch


def saturation(h, threshold=0.97):
    return ((h.abs() > threshold).float().mean()).item()


def dead_units(h, nonlinearity="tanh"):
    if nonlinearity == "tanh":
        return torch.logical_not((h.abs() <= 0.99).any(dim=0))
    return (h <= 0).all(dim=0)


def update_ratio(params, grads, lr):
    ud = []
    with torch.no_grad():
        for i, p in enumerate(params):
            ud.append(((lr * grads[i]).std() / p.data.std()).log10().item())
    return ud


def activation_stats(layers):
    found = []
    for layer in layers:
        t = layer.out
        saturated = (t.abs() > 0.97).float().mean().item()
        found.append({"mean": t.mean().item(), "std": t.std().item(), "saturated": saturated})
    return found

"""NumPy, with its own standard deviations and counts."""

import math

import numpy as np
import torch


def saturation(h, threshold=0.97):
    a = h.detach().numpy()
    return float(np.count_nonzero((a > threshold) | (a < -threshold)) / a.size)


def dead_units(h, nonlinearity="tanh"):
    a = h.detach().numpy()
    dead = a.max(axis=0) == 0 if nonlinearity == "relu" else np.abs(a).min(axis=0) > 0.99
    return torch.from_numpy(dead)


def update_ratio(params, grads, lr):
    ratios = []
    for p, g in zip(params, grads, strict=True):
        step = lr * np.std(g.numpy())  # by n on both sides, which cancels
        ratios.append(math.log10(step) - math.log10(np.std(p.numpy())) if step > 0 else -math.inf)
    return ratios


def activation_stats(layers):
    outs = [layer.out.detach().numpy() for layer in layers]
    return [
        {"mean": float(a.mean()), "std": float(a.std(ddof=1)), "saturated": float((np.abs(a) > 0.97).mean())}
        for a in outs
    ]

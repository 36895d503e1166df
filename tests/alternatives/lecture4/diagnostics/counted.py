"""Counted in Python, unit after unit."""

import math

import torch


def saturation(h, threshold=0.97):
    values = h.reshape(-1).tolist()
    limit = torch.tensor(threshold, dtype=h.dtype).item()
    return len([v for v in values if abs(v) > limit]) / len(values)


def dead_units(h, nonlinearity="tanh"):
    flat = {"tanh": lambda v: abs(v) > 0.99, "relu": lambda v: v == 0}[nonlinearity]
    return torch.tensor([all(flat(v) for v in column) for column in h.T.tolist()])


def spread(t):
    return torch.var(t).sqrt().item()


def update_ratio(params, grads, lr):
    answers = []
    for p, g in zip(params, grads, strict=True):
        ratio = spread(g) * lr / spread(p)
        answers.append(float("-inf") if ratio == 0 else math.log(ratio) / math.log(10))
    return answers


def activation_stats(layers):
    return [
        dict(mean=sum(values) / len(values), std=spread(layer.out), saturated=saturation(layer.out))
        for layer in layers
        for values in [layer.out.flatten().tolist()]
    ]

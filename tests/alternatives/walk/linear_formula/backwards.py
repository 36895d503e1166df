"""From the last layer to the first, with plain Python loops in between."""

import torch
from torch import nn


def _product(a, b):
    return torch.stack([sum(a[i, k] * b[k] for k in range(a.shape[1])) for i in range(a.shape[0])])


def extract(model):
    layers = [model]
    if isinstance(model, nn.Sequential):
        layers = [model[i] for i in range(len(model))]
    wrong = [layer for layer in layers if not isinstance(layer, nn.Linear)]
    if wrong:
        raise ValueError(f"no formula, because of {wrong[0]}")
    last = layers.pop()
    w = last.weight.data.clone()
    b = torch.zeros(w.shape[0], dtype=w.dtype) if last.bias is None else last.bias.data.clone()
    while layers:
        layer = layers.pop()
        if layer.bias is not None:
            b = b + w.mv(layer.bias.data)
        w = _product(w, layer.weight.data)
    return w, b

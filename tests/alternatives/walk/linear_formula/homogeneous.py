"""One matrix with the bias in its last column, in NumPy and float64."""

import numpy as np
import torch
from torch import nn


def extract(model):
    layers = model.children() if isinstance(model, nn.Sequential) else iter([model])
    total = None
    for layer in layers:
        if type(layer) is not nn.Linear:
            raise ValueError(f"a {type(layer).__name__} bends")
        matrix = np.zeros((layer.out_features + 1, layer.in_features + 1))
        matrix[:-1, :-1] = layer.weight.detach().numpy()
        if layer.bias is not None:
            matrix[:-1, -1] = layer.bias.detach().numpy()
        matrix[-1, -1] = 1
        total = matrix if total is None else matrix @ total
        dtype = layer.weight.dtype
    return torch.from_numpy(total[:-1, :-1].copy()).to(dtype), torch.from_numpy(total[:-1, -1].copy()).to(dtype)

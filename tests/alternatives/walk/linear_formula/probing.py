"""The layers are looked at for their kind alone; the numbers come from the model's answers to 0 and to unit vectors."""

import torch
from torch import nn


@torch.no_grad()
def extract(model):
    modules = [m for m in model.modules() if not isinstance(m, nn.Sequential)]
    for module in modules:
        if type(module) is not nn.Linear:
            raise ValueError(module.__class__.__name__)
    d, dtype = modules[0].in_features, modules[0].weight.dtype
    b = model(torch.zeros(1, d, dtype=dtype))[0]
    columns = [model(torch.eye(d, dtype=dtype)[i : i + 1])[0] - b for i in range(d)]
    return torch.stack(columns, dim=1), b

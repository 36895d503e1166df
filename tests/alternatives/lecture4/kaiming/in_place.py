"""An empty tensor, filled in place with normal numbers of that standard deviation."""

import numpy as np
import torch


def gain(nonlinearity):
    slopes = {"relu": 0.0, "leaky_relu": 0.01}
    if nonlinearity in slopes:
        return float(np.sqrt(2 / (1 + slopes[nonlinearity] ** 2)))
    match nonlinearity:
        case "linear" | "sigmoid":
            return 1.0
        case "tanh":
            return 5.0 / 3
    raise ValueError(f"unknown: {nonlinearity}")


def kaiming_normal(fan_in, fan_out, nonlinearity, generator):
    std = gain(nonlinearity) * fan_in**-0.5
    return torch.empty(fan_in, fan_out).normal_(0, std, generator=generator)

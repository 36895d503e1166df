"""One example after the other."""

import torch


def mean_square(x, w):
    return torch.stack([(w * row * row).mean() for row in x])


def mean_square_backward(dout, x, w):
    dx, dw = torch.zeros_like(x), torch.zeros_like(w)
    for n, row in enumerate(x):
        dx[n] = dout[n] * 2 * w * row / len(row)
        dw += dout[n] * row**2 / len(row)
    return dx, dw

"""The linear layer backward, an outer product for each row, accumulated in place on tensors of its own."""

import torch


def linear_backward(dout, x, W):
    n_in, n_out = W.shape
    dx, dW, db = torch.zeros(x.shape, dtype=x.dtype), torch.zeros_like(W), torch.zeros_like(W[0])
    for dx_row, dout_row, row in zip(dx.view(-1, n_in), dout.reshape(-1, n_out), x.reshape(-1, n_in), strict=True):
        dx_row.add_(W @ dout_row)
        dW += torch.outer(row, dout_row)
        db += dout_row
    return dx, dW, db

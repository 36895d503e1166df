"""The table's gradient as a product with one-hot rows; the slope of tanh as a product of two factors."""

import torch


def tanh_backward(dh, h):
    return (1 - h) * (1 + h) * dh


def embedding_backward(demb, X, vocab):
    rows = demb.flatten(0, -2) if demb.ndim > 1 else demb[None]
    one_hot = torch.nn.functional.one_hot(X.flatten(), vocab).to(demb.dtype)
    return one_hot.T @ rows

"""Both gradients in NumPy: add.at accumulates repeated indices, as index_add_ does."""

import numpy as np
import torch


def tanh_backward(dh, h):
    slope = np.ones_like(h.numpy()) - np.square(h.numpy())
    return torch.from_numpy(np.asarray(slope * dh.numpy()))


def embedding_backward(demb, X, vocab):
    dC = np.zeros((vocab, demb.shape[-1]), dtype=demb.numpy().dtype)
    np.add.at(dC, X.numpy(), demb.numpy())
    return torch.from_numpy(dC)

"""At evaluation the fixed statistics are folded into W1 and b1; calibration goes through X in chunks."""

import torch

from .batchnorm import batchnorm_backward
from .cross_entropy import cross_entropy_backward
from .forward import forward
from .linear import linear_backward
from .tanh_embedding import embedding_backward, tanh_backward


def train_manual(params, X, Y, steps, batch_size, lr, generator):
    """Return (params, losses)."""
    losses = []
    for _ in range(steps):
        rows = torch.randint(0, X.shape[0], (batch_size,), generator=generator)
        c = forward(params, X[rows], Y[rows])
        losses.append(c["loss"].item())
        d = {}
        d["h"], d["W2"], d["b2"] = linear_backward(cross_entropy_backward(c["logits"], c["Y"]), c["h"], c["W2"])
        d["hprebn"], d["bngain"], d["bnbias"] = batchnorm_backward(
            tanh_backward(d["h"], c["h"]), c["bnraw"], c["bngain"], c["bnvar_inv"]
        )
        d["embcat"], d["W1"], d["b1"] = linear_backward(d["hprebn"], c["embcat"], c["W1"])
        d["C"] = embedding_backward(d["embcat"].reshape_as(c["emb"]), c["X"], params["C"].shape[0])
        params = {name: params[name] - lr * d[name] for name in params}
    return params, losses


def calibrate(params, X):
    """Return (mean, var), chunk by chunk: first all sums, then all squares about the mean."""
    chunks = [params["C"][part].flatten(1) @ params["W1"] + params["b1"] for part in X.split(1000)]
    mean = sum(chunk.sum(0, keepdim=True) for chunk in chunks) / len(X)
    squares = sum((chunk - mean).square().sum(0, keepdim=True) for chunk in chunks)
    return mean, squares / (len(X) - 1)


def evaluate(params, mean, var, X, Y):
    """Return the mean loss of a network of two plain linear layers."""
    scale = params["bngain"] * (var + 1e-5) ** -0.5  # (1, H)
    W1 = params["W1"] * scale
    b1 = (params["b1"] - mean) * scale + params["bnbias"]
    logits = torch.tanh(params["C"][X].flatten(1) @ W1 + b1) @ params["W2"] + params["b2"]
    logprobs = logits - logits.logsumexp(1, keepdim=True)
    return -logprobs[range(len(Y)), Y].mean().item()

"""As the lecture writes it: parameters zipped with gradients, updated in place on copies of what came in."""

import torch
import torch.nn.functional as F

from .batchnorm import batchnorm_backward
from .cross_entropy import cross_entropy_backward
from .forward import forward
from .linear import linear_backward
from .tanh_embedding import embedding_backward, tanh_backward


def train_manual(params, X, Y, steps, batch_size, lr, generator):
    """Return (params, losses)."""
    params = {name: p.clone() for name, p in params.items()}
    C, W1, b1, bngain, bnbias, W2, b2 = (params[name] for name in ("C", "W1", "b1", "bngain", "bnbias", "W2", "b2"))
    losses = []
    for _ in range(steps):
        ix = torch.randint(0, X.shape[0], (batch_size,), generator=generator)
        Xb, Yb = X[ix], Y[ix]
        c = forward(params, Xb, Yb)
        losses.append(float(c["loss"]))
        dlogits = cross_entropy_backward(c["logits"], Yb)
        dh, dW2, db2 = linear_backward(dlogits, c["h"], W2)
        dhpreact = tanh_backward(dh, c["h"])
        dhprebn, dbngain, dbnbias = batchnorm_backward(dhpreact, c["bnraw"], bngain, c["bnvar_inv"])
        dembcat, dW1, db1 = linear_backward(dhprebn, c["embcat"], W1)
        dC = embedding_backward(dembcat.view(c["emb"].shape), Xb, C.shape[0])
        grads = [dC, dW1, db1, dbngain, dbnbias, dW2, db2]
        for p, grad in zip([C, W1, b1, bngain, bnbias, W2, b2], grads, strict=True):
            p.sub_(lr * grad)
    return params, losses


def calibrate(params, X):
    """Return mean and variance, by way of the learner's forward and any targets."""
    c = forward(params, X, torch.zeros(len(X), dtype=torch.int64))
    return c["bnmeani"], c["bnvar"]


def evaluate(params, mean, var, X, Y):
    """Return the mean of −log p."""
    hprebn = params["C"][X].flatten(1) @ params["W1"] + params["b1"]
    hpreact = params["bngain"] * (hprebn - mean) * (var + 1e-5) ** -0.5 + params["bnbias"]
    probs = F.softmax(torch.tanh(hpreact) @ params["W2"] + params["b2"], dim=1)
    return float(-probs.gather(1, Y[:, None]).log().mean())

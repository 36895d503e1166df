"""Each gradient in NumPy, from the cache as arrays and back to a tensor."""

import functools

import numpy as np
import torch

ORDER = """
    logprobs probs counts_sum_inv counts_sum counts norm_logits logit_maxes logits h W2 b2 hpreact bngain
    bnbias bnraw bnvar_inv bnvar bndiff2 bndiff bnmeani hprebn embcat W1 b1 emb C
"""


def in_numpy(function):
    """Hand the function arrays, and make a tensor of the array that it returns."""

    @functools.wraps(function)
    def wrapper(c, d):
        c = {name: value.numpy() for name, value in c.items()}
        d = {name: value.numpy() for name, value in d.items()}
        return torch.from_numpy(np.array(function(c, d)))

    return wrapper


def backward(c):
    d = {}
    for name in ORDER.split():
        d[name] = globals()["d_" + name](c, d)
    return d


@in_numpy
def d_logprobs(c, d):
    N, V = c["logprobs"].shape
    return -np.eye(V)[c["Y"]] / N


@in_numpy
def d_probs(c, d):
    return d["logprobs"] / c["probs"]


@in_numpy
def d_counts_sum_inv(c, d):
    return np.sum(d["probs"] * c["counts"], axis=-1, keepdims=True)


@in_numpy
def d_counts_sum(c, d):
    return -d["counts_sum_inv"] * c["counts_sum_inv"] ** 2


@in_numpy
def d_counts(c, d):
    return d["probs"] / c["counts_sum"] + d["counts_sum"]


@in_numpy
def d_norm_logits(c, d):
    return np.exp(c["norm_logits"]) * d["counts"]


@in_numpy
def d_logit_maxes(c, d):
    return np.negative(d["norm_logits"]).sum(axis=1)[:, np.newaxis]


@in_numpy
def d_logits(c, d):
    dlogits = d["norm_logits"].copy()
    for i, row in enumerate(c["logits"]):
        dlogits[i, row.argmax()] += d["logit_maxes"][i, 0]
    return dlogits


@in_numpy
def d_h(c, d):
    return np.dot(d["logits"], c["W2"].transpose())


@in_numpy
def d_W2(c, d):
    return sum(np.outer(h, g) for h, g in zip(c["h"], d["logits"], strict=True))


@in_numpy
def d_b2(c, d):
    return np.ones(len(d["logits"])) @ d["logits"]


@in_numpy
def d_hpreact(c, d):
    return d["h"] / np.cosh(c["hpreact"]) ** 2


@in_numpy
def d_bngain(c, d):
    return np.sum(d["hpreact"] * c["bnraw"], axis=0, keepdims=True)


@in_numpy
def d_bnbias(c, d):
    return np.sum(d["hpreact"], axis=0)[np.newaxis]


@in_numpy
def d_bnraw(c, d):
    return d["hpreact"] * c["bngain"]


@in_numpy
def d_bnvar_inv(c, d):
    return np.sum(d["bnraw"] * c["bndiff"], axis=0, keepdims=True)


@in_numpy
def d_bnvar(c, d):
    std = np.sqrt(c["bnvar"] + 1e-5)
    return -d["bnvar_inv"] / (2 * std**3)


@in_numpy
def d_bndiff2(c, d):
    N = c["bndiff2"].shape[0]
    return np.repeat(d["bnvar"], N, axis=0) / (N - 1)


@in_numpy
def d_bndiff(c, d):
    return d["bnraw"] * c["bnvar_inv"] + d["bndiff2"] * c["bndiff"] * 2


@in_numpy
def d_bnmeani(c, d):
    return -np.sum(d["bndiff"], axis=0, keepdims=True)


@in_numpy
def d_hprebn(c, d):
    N = len(c["hprebn"])
    return d["bndiff"] + np.broadcast_to(d["bnmeani"], d["bndiff"].shape) / N


@in_numpy
def d_embcat(c, d):
    return np.dot(d["hprebn"], c["W1"].transpose())


@in_numpy
def d_W1(c, d):
    return sum(np.outer(x, g) for x, g in zip(c["embcat"], d["hprebn"], strict=True))


@in_numpy
def d_b1(c, d):
    return np.ones(len(d["hprebn"])) @ d["hprebn"]


@in_numpy
def d_emb(c, d):
    return d["embcat"].reshape(*c["X"].shape, -1)


@in_numpy
def d_C(c, d):
    dC = np.zeros_like(c["C"])
    np.add.at(dC, c["X"], d["emb"])
    return dC

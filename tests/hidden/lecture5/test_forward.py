"""Checks of lecture5.forward: each stage against the same quantities computed another way by torch.

A stage is compared with what torch makes of the submission's own result of the stage before, from the embedding on, so
that a mistake in one shows there and nowhere else. All stages together are the network.
"""

import torch
from torch.nn import functional as F

from grader.checks import (
    assert_close,
    assert_responds,
    assert_unchanged,
    check,
    integers,
    normal,
    points,
    undisturbed,
    uniform,
)

EMBEDDING = ("emb", "embcat", "hprebn")
BATCHNORM = ("bnmeani", "bndiff", "bndiff2", "bnvar", "bnvar_inv", "bnraw", "hpreact")
OUTPUT = ("h", "logits")
SOFTMAX = ("logit_maxes", "norm_logits", "counts", "counts_sum", "counts_sum_inv", "probs", "logprobs")


def sizes_of(rng, N=None):
    """Five sizes from 3 to 7 that all differ; N, if it is given, is another one."""
    sizes = dict(zip(("N", "V", "block", "E", "H"), (torch.randperm(5, generator=rng) + 3).tolist(), strict=True))
    return sizes if N is None else {**sizes, "N": N}


def batch(rng, N, V, block, E, H):
    """Random parameters (no bias or gain at 0 or 1), contexts and targets.

    C, X and Y lie one number after the other, as a table and a batch of rows do: so does the lecture's ``emb``.
    """
    params = {
        "C": normal(rng, V, E).contiguous(),
        "W1": normal(rng, block * E, H, scale=(block * E) ** -0.5),
        "b1": normal(rng, H),
        "bngain": uniform(rng, 1.2, 1.8, 1, H),
        "bnbias": uniform(rng, 0.2, 0.7, 1, H),
        "W2": normal(rng, H, V),
        "b2": normal(rng, V),
    }
    return params, integers(rng, 0, V - 1, N, block), integers(rng, 0, V - 1, N)


def cache(submission, given, name, shape):
    """The submission's cache, in which ``name`` is fit to be computed with."""
    c = submission.forward(*given)
    check(isinstance(c, dict) and name in c, f"forward must return a dict that holds {name}.")
    value = c[name]
    check(
        isinstance(value, torch.Tensor) and value.shape == shape and value.dtype == torch.float64,
        f"{name} must be a tensor of shape {tuple(shape)}, and float64 as the parameters are.",
    )
    check(bool(value.isfinite().all()), f"{name} holds NaN or infinity, of which nothing can be computed.")
    return c


def first_stage(params, X):
    emb = F.embedding(X, params["C"])
    embcat = emb.flatten(1)
    return dict(zip(EMBEDDING, (emb, embcat, torch.addmm(params["b1"], embcat, params["W1"])), strict=True))


def normalised(params, hprebn):
    mean, var = hprebn.mean(0, keepdim=True), hprebn.var(0, correction=1, keepdim=True)
    diff, std = hprebn - mean, torch.sqrt(var + 1e-5)
    out = torch.addcmul(params["bnbias"], params["bngain"], diff / std)
    return dict(zip(BATCHNORM, (mean, diff, diff.square(), var, 1 / std, diff / std, out), strict=True))


def softmax(logits):
    maxes = logits.amax(1, keepdim=True)
    total = torch.logsumexp(logits - maxes, 1, keepdim=True).exp()
    probs, logprobs = torch.softmax(logits, 1), torch.log_softmax(logits, 1)
    values = (maxes, logits - maxes, (logits - maxes).exp(), total, total.reciprocal(), probs, logprobs)
    return dict(zip(SOFTMAX, values, strict=True))


@points(2)
def test_embedding_and_first_layer(submission, rng):
    """emb, embcat and hprebn are right: the rows of C side by side, times W1, plus b1."""
    for _ in range(3):
        sizes = sizes_of(rng)
        params, X, Y = batch(rng, **sizes)
        for contexts in (X, X.flip(0)):  # another batch for the same parameters
            expected = first_stage(params, contexts)
            assert_close(submission.forward(params, contexts, Y), expected, name="c", sizes=sizes, oracle="torch")


@points(2)
def test_batch_normalisation(submission, rng):
    """bnmeani to hpreact follow from hprebn: statistics over the batch, the variance divided by N - 1."""
    for N in (None, None, 2):
        sizes = sizes_of(rng, N)
        params, X, Y = batch(rng, **sizes)
        c = cache(submission, (params, X, Y), "hprebn", (sizes["N"], sizes["H"]))
        # two examples that are nearly alike divide rounding errors by a small deviation: a wider tolerance
        rtol = 1e-7 if N == 2 else 1e-9
        assert_close(c, normalised(params, c["hprebn"]), name="c", rtol=rtol, sizes=sizes, oracle="torch")


def test_tanh_and_second_layer(submission, rng):
    """h and logits follow from hpreact: tanh, then h times W2, plus b2."""
    for _ in range(3):
        sizes = sizes_of(rng)
        params, X, Y = batch(rng, **sizes)
        c = cache(submission, (params, X, Y), "hpreact", (sizes["N"], sizes["H"]))
        h = c["hpreact"].tanh()
        expected = dict(zip(OUTPUT, (h, torch.addmm(params["b2"], h, params["W2"])), strict=True))
        assert_close(c, expected, name="c", sizes=sizes, oracle="torch")


@points(3)
def test_softmax(submission, rng):
    """logit_maxes to logprobs follow from the logits: a softmax over the characters of each, near 10,000 as well."""
    for added in (0.0, 0.0, 10_000.0):
        sizes = sizes_of(rng)
        params, X, Y = batch(rng, **sizes)
        c = cache(submission, (params, X, Y), "logits", (sizes["N"], sizes["V"]))
        more = normal(rng, sizes["V"]) + added  # on b2 and so on the logits
        logits = c["logits"] + more
        c = submission.forward({**params, "b2": params["b2"] + more}, X, Y)
        assert_close(c, softmax(logits), name="c", sizes=sizes, oracle="torch")


def test_loss_is_cross_entropy(submission, rng):
    """The loss is minus the mean of the logprobs of the true characters."""
    losses = []
    for _ in range(5):
        sizes = sizes_of(rng)
        params, X, Y = batch(rng, **sizes)
        c = cache(submission, (params, X, Y), "logprobs", (sizes["N"], sizes["V"]))
        assert_close(c, {"loss": F.nll_loss(c["logprobs"], Y)}, name="c", sizes=sizes, oracle="torch")
        losses.append(c["loss"])
    assert_responds(*losses[:2], name="loss")


def test_cache_holds_everything(submission, rng):
    """The cache holds 20 tensors of the shapes of the table, in the parameters' dtype, and all that was passed in."""
    for dtype in (torch.float64, torch.float32):
        sizes = sizes_of(rng)
        params, X, Y = batch(rng, **sizes)
        params = {name: p.to(dtype) for name, p in params.items()}
        c = submission.forward(params, X, Y)
        assert_close(c, {**params, "X": X, "Y": Y}, name="c", oracle="as passed in")
        right = first_stage(params, X)
        right |= normalised(params, right["hprebn"])
        right["h"] = right["hpreact"]
        right["logits"] = right["h"] @ params["W2"]
        right |= {**softmax(right["logits"]), "loss": right["logits"].mean()}
        for name, like in right.items():
            check(name in c, f"c lacks {name!r}.")
            value = c[name]
            check(isinstance(value, torch.Tensor), f"{name} must be a tensor.")
            check(value.shape == like.shape, f"{name} has shape {tuple(value.shape)}; {tuple(like.shape)} is wanted.")
            check(value.dtype == dtype, f"{name} is {value.dtype}; {dtype} is wanted, as the parameters are.")


def test_arguments_are_unchanged(submission, rng):
    """The parameters, X and Y stay as they are, and so do torch's default dtype and global generator."""
    sizes = sizes_of(rng)
    with undisturbed(submission, rng):
        caches = [assert_unchanged(submission.forward, *batch(rng, **sizes)) for _ in range(2)]
    check(all(isinstance(c, dict) and "loss" in c for c in caches), "forward must return a dict that holds loss.")
    assert_responds(*(c["loss"] for c in caches), name="loss")

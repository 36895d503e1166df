"""Checks of lecture5.forward: each intermediate against the same quantity computed another way by torch."""

import torch
from torch.nn import functional as F

from grader.checks import assert_close, assert_unchanged, normal, points

EMBEDDING = ("emb", "embcat", "hprebn")
BATCHNORM = ("bnmeani", "bndiff", "bndiff2", "bnvar", "bnvar_inv", "bnraw", "hpreact")
OUTPUT = ("h", "logits")
SOFTMAX = ("logit_maxes", "norm_logits", "counts", "counts_sum", "counts_sum_inv", "probs", "logprobs")


def batch(rng):
    """Random parameters (no bias or gain at 0 or 1), contexts and targets; the five sizes all differ."""
    N, V, block, E, H = (torch.randperm(5, generator=rng) + 3).tolist()
    params = {
        "C": normal(rng, V, E),
        "W1": normal(rng, block * E, H) / (block * E) ** 0.5,
        "b1": normal(rng, H),
        "bngain": 1.5 + 0.2 * normal(rng, 1, H),
        "bnbias": 0.3 + 0.2 * normal(rng, 1, H),
        "W2": normal(rng, H, V),
        "b2": normal(rng, V),
    }
    X = torch.randint(V, (N, block), generator=rng)
    Y = torch.randint(V, (N,), generator=rng)
    return params, X, Y, {"N": N, "V": V, "block": block, "E": E, "H": H}


def oracle(params, X, Y):
    """The same tensors by torch's own functions."""
    c = {}
    c["emb"] = F.embedding(X, params["C"])
    c["embcat"] = c["emb"].flatten(1)
    c["hprebn"] = torch.addmm(params["b1"], c["embcat"], params["W1"])
    c["bnmeani"] = c["hprebn"].mean(0, keepdim=True)
    c["bndiff"] = c["hprebn"] - c["bnmeani"]
    c["bndiff2"] = c["bndiff"].square()
    c["bnvar"] = c["hprebn"].var(0, correction=1, keepdim=True)
    c["bnvar_inv"] = torch.rsqrt(c["bnvar"] + 1e-5)
    c["bnraw"] = c["bndiff"] / torch.sqrt(c["bnvar"] + 1e-5)
    c["hpreact"] = torch.addcmul(params["bnbias"], params["bngain"], c["bnraw"])
    c["h"] = c["hpreact"].tanh()
    c["logits"] = torch.addmm(params["b2"], c["h"], params["W2"])
    c["logit_maxes"] = c["logits"].amax(1, keepdim=True)
    c["norm_logits"] = c["logits"] - c["logit_maxes"]
    c["counts"] = c["norm_logits"].exp()
    c["counts_sum"] = torch.logsumexp(c["norm_logits"], 1, keepdim=True).exp()
    c["counts_sum_inv"] = c["counts_sum"].reciprocal()
    c["probs"] = torch.softmax(c["logits"], 1)
    c["logprobs"] = torch.log_softmax(c["logits"], 1)
    c["loss"] = F.cross_entropy(c["logits"], Y)
    return c


def compare(submission, rng, names):
    for _ in range(3):
        params, X, Y, sizes = batch(rng)
        right = oracle(params, X, Y)
        expected = {name: right[name] for name in names}
        assert_close(submission.forward(params, X, Y), expected, name="c", sizes=sizes, oracle="torch")


def test_embedding_and_first_layer(submission, rng):
    """emb, embcat and hprebn are right: the rows of C side by side, times W1, plus b1."""
    compare(submission, rng, EMBEDDING)


@points(2)
def test_batch_normalisation(submission, rng):
    """bnmeani to hpreact are right: statistics over the batch, the variance divided by N - 1."""
    compare(submission, rng, BATCHNORM)


def test_tanh_and_second_layer(submission, rng):
    """h and logits are right: tanh, then h times W2, plus b2."""
    compare(submission, rng, OUTPUT)


@points(2)
def test_softmax(submission, rng):
    """logit_maxes to logprobs are right: a softmax over the characters of each example."""
    compare(submission, rng, SOFTMAX)


def test_loss_is_cross_entropy(submission, rng):
    """The loss equals torch's cross-entropy of the logits."""
    compare(submission, rng, ("loss",))


def test_large_logits(submission, rng):
    """Logits near 10,000 do not overflow: the loss is still torch's."""
    params, X, Y, sizes = batch(rng)
    params["b2"] = params["b2"] + 10_000
    expected = {"loss": oracle(params, X, Y)["loss"]}
    assert_close(submission.forward(params, X, Y), expected, name="c", sizes=sizes, oracle="torch")


def test_smallest_batch(submission, rng):
    """A batch of two examples works as any other."""
    params, X, Y, sizes = batch(rng)
    X, Y = X[:2], Y[:2]
    expected = oracle(params, X, Y)
    # two examples that are nearly alike divide rounding errors by a small deviation: a wider tolerance
    assert_close(
        submission.forward(params, X, Y),
        expected,
        name="c",
        rtol=1e-7,
        sizes={**sizes, "N": 2},
        oracle="torch",
    )


def test_cache_holds_parameters_and_batch(submission, rng):
    """Beside the loss, the cache holds the seven parameters, X and Y, as they were passed in."""
    params, X, Y, _ = batch(rng)
    given = {**params, "X": X, "Y": Y, "loss": oracle(params, X, Y)["loss"]}
    assert_close(submission.forward(params, X, Y), given, name="c", oracle="as passed in")


def test_arguments_are_unchanged(submission, rng):
    """The right loss is found without modifying the parameters, X or Y."""
    compare(submission, rng, ("loss",))
    params, X, Y, _ = batch(rng)
    assert_unchanged(submission.forward, params, X, Y)

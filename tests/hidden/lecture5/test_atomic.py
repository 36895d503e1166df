"""Checks of lecture5.atomic: each of the 26 gradients alone, with random gradients in d, then the chain.

Alone matters. At the true loss the gradients of logit_maxes and b1 are zero up to rounding, so that zeros
would pass, and a shortcut that ignores d would pass as well. With random numbers in d neither does.
"""

import inspect

import pytest
import torch

from grader.checks import (
    assert_close,
    assert_responds,
    assert_unchanged,
    integers,
    needs,
    normal,
    points,
    undisturbed,
    uniform,
)

# The forward pass: name -> how it is computed; the parameters of each function name what it is computed from.
GRAPH = {
    "emb": lambda C, X: C[X],
    "embcat": lambda emb: emb.flatten(1),
    "hprebn": lambda embcat, W1, b1: embcat @ W1 + b1,
    "bnmeani": lambda hprebn: hprebn.mean(0, keepdim=True),
    "bndiff": lambda hprebn, bnmeani: hprebn - bnmeani,
    "bndiff2": lambda bndiff: bndiff**2,
    "bnvar": lambda bndiff2: bndiff2.sum(0, keepdim=True) / (len(bndiff2) - 1),
    "bnvar_inv": lambda bnvar: (bnvar + 1e-5) ** -0.5,
    "bnraw": lambda bndiff, bnvar_inv: bndiff * bnvar_inv,
    "hpreact": lambda bngain, bnraw, bnbias: bngain * bnraw + bnbias,
    "h": lambda hpreact: hpreact.tanh(),
    "logits": lambda h, W2, b2: h @ W2 + b2,
    "logit_maxes": lambda logits: logits.max(1, keepdim=True).values,
    "norm_logits": lambda logits, logit_maxes: logits - logit_maxes,
    "counts": lambda norm_logits: norm_logits.exp(),
    "counts_sum": lambda counts: counts.sum(1, keepdim=True),
    "counts_sum_inv": lambda counts_sum: counts_sum**-1,
    "probs": lambda counts, counts_sum_inv: counts * counts_sum_inv,
    "logprobs": lambda probs: probs.log(),
    "loss": lambda logprobs, Y: -logprobs[torch.arange(len(Y)), Y].mean(),
}
INPUTS = {name: tuple(inspect.signature(compute).parameters) for name, compute in GRAPH.items()}

# The 26 in the lecture's order, from the loss back to the embedding table.
NAMES = (
    "logprobs", "probs", "counts_sum_inv", "counts_sum", "counts", "norm_logits", "logit_maxes", "logits",
    "h", "W2", "b2", "hpreact", "bngain", "bnbias", "bnraw", "bnvar_inv", "bnvar", "bndiff2", "bndiff",
    "bnmeani", "hprebn", "embcat", "W1", "b1", "emb", "C",
)  # fmt: skip


def parameters(rng, N, V, block, E, H, lowest=0):
    """Random parameters (no bias or gain at 0 or 1); a batch that repeats characters and never has the last one.

    The characters of X are ``lowest`` to V - 2, the largest of them always.
    """
    X = integers(rng, lowest, V - 2, N, block)
    X[0, 0] = X[-1, -1] = X[1, 0] = V - 2
    return {
        "C": normal(rng, V, E),
        "W1": normal(rng, block * E, H, scale=(block * E) ** -0.5),
        "b1": normal(rng, H),
        "bngain": uniform(rng, 1.2, 1.8, 1, H),
        "bnbias": uniform(rng, 0.2, 0.7, 1, H),
        "W2": normal(rng, H, V),
        "b2": normal(rng, V),
        "X": X,
        "Y": integers(rng, 0, V - 1, N),
    }


def run_forward(given):
    """The cache: what was given, and every intermediate."""
    c = dict(given)
    for name, compute in GRAPH.items():
        c[name] = compute(*(c[i] for i in INPUTS[name]))
    return c


def small_sizes(rng):
    """Five sizes from 4 to 8 that all differ, so that no two axes can be confused."""
    N, V, block, E, H = (torch.randperm(5, generator=rng) + 4).tolist()
    return {"N": N, "V": V, "block": block, "E": E, "H": H}


def transposed(tensors):
    """The same, as transposes of other tensors."""
    return {name: value.mT.contiguous().mT if value.ndim > 1 else value for name, value in tensors.items()}


def spaced(tensors):
    """The same, with numbers that lie apart in memory."""
    return {name: torch.stack([value, value], -1)[..., 0] for name, value in tensors.items()}


def random_upstream(c, name, rng):
    """Random gradients of all 26 but the one that is asked for."""
    return {n: normal(rng, *c[n].shape).contiguous() for n in NAMES if n != name}


def gradient(name, c, d):
    """Autograd's gradient of c[name], given the gradients d of what is computed directly from it."""
    leaf = c[name].clone().requires_grad_()
    total = torch.zeros_like(c[name])
    for consumer, inputs in INPUTS.items():
        if name in inputs:
            output = GRAPH[consumer](*(leaf if i == name else c[i] for i in inputs))
            upstream = torch.ones_like(output) if consumer == "loss" else d[consumer]
            total += torch.autograd.grad(output, leaf, upstream)[0]
    return total


@pytest.mark.parametrize("name", NAMES)
def test_alone(submission, rng, name):
    """d_{name} is right by itself, whatever the gradients in d."""
    function = getattr(submission, f"d_{name}")
    for lowest, lie in ((1, dict), (0, spaced), (0, transposed)):
        sizes = small_sizes(rng)
        c = run_forward(parameters(rng, **sizes, lowest=lowest))
        for _ in range(2 if lie is dict else 1):  # one forward pass may have several backward passes
            d = random_upstream(c, name, rng)
            assert_close(function(lie(c), lie(d)), gradient(name, c, d), name=f"d_{name}", sizes=sizes)


def test_arguments_are_unchanged(submission, rng):
    """No function modifies c or d, or torch's default dtype and global generator."""
    sizes = small_sizes(rng)
    caches = [run_forward(parameters(rng, **sizes)) for _ in range(2)]
    with undisturbed(submission, rng):
        for name in NAMES:
            function = getattr(submission, f"d_{name}")
            answers = [assert_unchanged(function, c, random_upstream(c, name, rng)) for c in caches]
            assert_responds(*answers, name=f"d_{name}")


@points(2)
@needs("test_alone", "test_arguments_are_unchanged")
def test_chain(submission, rng):
    """All 26 together, from the loss to the embedding table, equal autograd's gradients."""
    for N in (13, 6):
        sizes = {"N": N, "V": 11, "block": 3, "E": 4, "H": 7}
        given = parameters(rng, **sizes)
        for value in given.values():
            value.requires_grad_(value.is_floating_point())
        c = run_forward(given)
        gradients = torch.autograd.grad(c["loss"], [c[name] for name in NAMES])
        expected = dict(zip(NAMES, gradients, strict=True))
        c = {name: value.detach() for name, value in c.items()}
        assert_close(submission.backward(c), expected, name="d", sizes=sizes)

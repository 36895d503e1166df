"""Checks of lecture7.feed_forward: the small network that each token runs by itself."""

import torch
from hypothesis import given
from torch import nn

from grader.checks import (
    assert_close,
    assert_unchanged,
    check,
    generator,
    integer,
    library,
    new_state,
    normal,
    points,
    strategies,
    vjp,
)


def random_weights(rng, n_embd):
    """Weights and biases, none of them 0."""
    return {
        "net.0.weight": normal(rng, 4 * n_embd, n_embd, scale=n_embd**-0.5),
        "net.0.bias": 0.3 + normal(rng, 4 * n_embd, scale=0.3),
        "net.2.weight": normal(rng, n_embd, 4 * n_embd, scale=n_embd**-0.5),
        "net.2.bias": 0.3 + normal(rng, n_embd, scale=0.3),
    }


def make(submission, weights, dropout=0.0):
    """The learner's module in float64 and evaluation mode, with these weights."""
    n_embd = len(weights["net.2.bias"])
    module = submission.FeedForward(n_embd, dropout).double()
    answer = module.load_state_dict({}, strict=False)
    names = list(answer.missing_keys)
    check(
        sorted(names) == sorted(weights),
        f"The module's parameters must be {', '.join(weights)}; here they are {', '.join(names) or 'none'}. "
        "self.net is an nn.Sequential of Linear, ReLU, Linear and Dropout, and both Linear have a bias.",
    )
    width = module.net[0].out_features
    check(
        type(width) is int and width == 4 * n_embd,
        f"The inner layer must have 4 * n_embd numbers, {4 * n_embd} for n_embd = {n_embd}; yours has {width}.",
    )
    module.load_state_dict(weights)
    return module.eval()


def oracle(x, weights):
    """What is right, in two matrix products."""
    hidden = (x @ weights["net.0.weight"].T + weights["net.0.bias"]).clamp(min=0)
    return hidden @ weights["net.2.weight"].T + weights["net.2.bias"]


@points(2)
@given(data=strategies.sizes(1, 3).flatmap(lambda n: strategies.tensors((2, 2, n))), seed=strategies.sizes(0, 10**6))
def test_matches_the_formula(submission, data, seed):
    """The output is max(0, x W1 + b1) W2 + b2, with four times as many numbers in between."""
    weights = random_weights(generator(seed), data.shape[-1])
    assert_close(
        make(submission, weights)(data),
        oracle(data, weights),
        name="out",
        sizes={"n_embd": data.shape[-1]},
        oracle="the formula",
    )


def test_same_for_every_token(submission, rng):
    """The formula holds for each token by itself, with any number of leading axes."""
    n_embd = integer(rng, 2, 6)
    weights = random_weights(rng, n_embd)
    module = make(submission, weights)
    for shape in ((3, 5, n_embd), (n_embd,), (4, n_embd), (2, 3, 2, n_embd)):
        x = normal(rng, *shape)
        assert_close(module(x), oracle(x, weights), name="out", sizes={"n_embd": n_embd}, oracle="the formula")


def test_dropout_comes_last(submission, rng):
    """In training each number of the output is 0 or divided by 1 − p; in evaluation nothing is dropped."""
    n_embd, p = 16, integer(rng, 3, 6) / 10
    weights = random_weights(rng, n_embd)
    x = normal(rng, 64, 2, n_embd)
    module = make(submission, weights, p)
    right = oracle(x, weights)
    state = new_state(rng)
    library(submission, "torch").set_rng_state(state)  # so that what dropout does can be repeated
    assert_close(module(x), right, name="out", oracle="the formula")
    module.train()
    out = module(x)
    check(isinstance(out, torch.Tensor) and out.shape == x.shape, f"The output must have the shape {tuple(x.shape)}.")
    gone, kept = out.abs() < 1e-9, (out - right / (1 - p)).abs() < 1e-9
    check(not bool(torch.isclose(out, right).all()), "In training nothing is dropped: nn.Dropout must come last.")
    check(
        bool((gone | kept).all()),
        f"In training, with p = {p:.1f}, each number of the output must be 0 or divided by 1 − p: nn.Dropout must come "
        "last.",
    )
    # 2,048 numbers: the share of dropped ones is within 6.5 standard deviations of p in all but one of 10^10 runs.
    share = float(gone.double().mean())
    check(abs(share - p) < 6.5 * (p * (1 - p) / gone.numel()) ** 0.5, f"With p = {p:.1f}, {share:.0%} were dropped.")


def test_gradients(submission, rng):
    """Gradients flow back to x and to all four parameters."""
    n_embd = integer(rng, 2, 5)
    weights, x, upstream = random_weights(rng, n_embd), normal(rng, 2, 3, n_embd), normal(rng, 2, 3, n_embd)
    twin = nn.Sequential(nn.Linear(n_embd, 4 * n_embd), nn.ReLU(), nn.Linear(4 * n_embd, n_embd)).double()
    twin.load_state_dict({name.removeprefix("net."): w for name, w in weights.items()})
    leaf = x.clone().requires_grad_()
    right = twin(leaf)
    (right * upstream).sum().backward()
    out, (dx,), dweights = vjp(make(submission, weights), (x,), upstream)
    assert_close(out, right.detach(), name="out", oracle="torch.nn")
    assert_close(dx, leaf.grad, name="dx")
    named = {f"d{name}": gradient for name, gradient in dweights.items()}
    assert_close(named, {f"dnet.{name}": p.grad for name, p in twin.named_parameters()}, name="gradients")


def test_x_stays_as_it_is(submission, rng):
    """The right output is found without modifying the input."""
    x, weights = normal(rng, 2, 4, 3), random_weights(rng, 3)
    out = assert_unchanged(make(submission, weights), x)
    assert_close(out, oracle(x, weights), name="out", sizes={"n_embd": 3}, oracle="the formula")

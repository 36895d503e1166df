"""Checks of lecture7.feed_forward: the small network that each token runs by itself."""

import torch
from hypothesis import given
from torch import nn

from grader.checks import (
    assert_close,
    assert_responds,
    assert_unchanged,
    check,
    generator,
    integer,
    library,
    needs,
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
    module = submission.FeedForward(len(weights["net.2.bias"]), dropout).double()
    module.load_state_dict(weights, strict=False)
    return module.eval()


def oracle(x, weights):
    """What is right, in two matrix products."""
    hidden = (x @ weights["net.0.weight"].T + weights["net.0.bias"]).clamp(min=0)
    return hidden @ weights["net.2.weight"].T + weights["net.2.bias"]


def is_out(out, x):
    """Whether this can be computed with."""
    return isinstance(out, torch.Tensor) and out.shape == x.shape and out.dtype == x.dtype


def test_two_layers_and_their_sizes(submission, rng):
    """net holds two linear layers, each with a bias, and 4 * n_embd numbers in between; each module draws its own."""
    n_embd = integer(rng, 3, 6)
    weights = random_weights(rng, n_embd)
    module, other = submission.FeedForward(n_embd, 0.1), submission.FeedForward(n_embd, 0.1)
    shapes = {name: tuple(w.shape) for name, w in module.named_parameters()}
    right = {name: tuple(w.shape) for name, w in weights.items()}
    check(
        sorted(shapes) == sorted(right),
        f"The module's parameters must be {', '.join(right)}; here they are {', '.join(shapes) or 'none'}. "
        "self.net is an nn.Sequential of Linear, ReLU, Linear and Dropout, and both Linear have a bias.",
    )
    for name, shape in shapes.items():
        check(
            shape == right[name],
            f"{name} is {shape} for n_embd = {n_embd}; {right[name]} is wanted: 4 * n_embd numbers in between.",
        )
    states = module.state_dict(), other.state_dict()
    assert_responds(*(state["net.0.weight"] for state in states), name="net.0.weight of a new module")
    x = normal(rng, 2, 3, n_embd)
    outs = make(submission, weights)(x), make(submission, random_weights(rng, n_embd))(x)
    assert_responds(*outs, name="out")


@needs("test_two_layers_and_their_sizes")
def test_same_for_every_token(submission, rng):
    """Each token is worked on by itself, in the same way, with any number of leading axes."""
    n_embd = integer(rng, 3, 6)
    module = make(submission, random_weights(rng, n_embd))
    x = normal(rng, 2, 3, 2, n_embd)
    whole = module(x)
    check(is_out(whole, x), f"The output must have the shape and the dtype of x, {tuple(x.shape)}.")
    for place in ((0,), (1, 2), (1, 0, 1), (0, 2, 0)):
        part = module(x[place])
        check(is_out(part, x[place]), f"The output must have the shape and the dtype of x, {tuple(x[place].shape)}.")
        check(
            torch.allclose(part, whole[place], rtol=1e-9, atol=1e-9),
            f"Alone, x{list(place)} gives something else than among other tokens.",
        )
    assert_responds(whole, module(x + 1), name="out")


@points(2)
@needs("test_two_layers_and_their_sizes")
@given(data=strategies.sizes(1, 3).flatmap(lambda n: strategies.tensors((2, 2, n))), seed=strategies.sizes(0, 10**6))
def test_matches_the_formula(submission, data, seed):
    """The output is max(0, x W1 + b1) W2 + b2."""
    n_embd, drawn = data.shape[-1], generator(seed)
    weights = random_weights(drawn, n_embd)
    module = make(submission, weights)
    for x in (normal(drawn, 2, 3, n_embd), data.contiguous() if 0 in data.stride() else data):
        assert_close(module(x), oracle(x, weights), name="out", sizes={"n_embd": n_embd}, oracle="the formula")


@needs("test_matches_the_formula")
def test_dropout_comes_last(submission, rng):
    """In training each number of the output is 0 or divided by 1 − p."""
    n_embd, p = 16, integer(rng, 3, 6) / 10
    weights = random_weights(rng, n_embd)
    x = normal(rng, 64, 2, n_embd)
    right = oracle(x, weights)
    module = make(submission, weights, p)
    library(submission, "torch").set_rng_state(new_state(rng))  # so that what dropout does can be repeated
    module.train()
    out, again = module(x), module(x)
    for answer in (out, again):
        check(is_out(answer, x), f"The output must have the shape and the dtype of x, {tuple(x.shape)}.")
    gone, kept = out.abs() < 1e-9, (out - right / (1 - p)).abs() < 1e-9
    check(not torch.allclose(out, right), "In training nothing is dropped: nn.Dropout must come last.")
    check(
        bool((gone | kept).all()),
        f"In training, with p = {p:.1f}, each number of the output must be 0 or divided by 1 − p: nn.Dropout must come "
        "last.",
    )
    # 2,048 numbers: the share of dropped ones is within 6.5 standard deviations of p in all but one of 10^10 runs.
    share = float(gone.double().mean())
    check(abs(share - p) < 6.5 * (p * (1 - p) / gone.numel()) ** 0.5, f"With p = {p:.1f}, {share:.0%} were dropped.")
    check(not torch.allclose(out, again), "Two forward passes in training drop the same numbers: do not seed torch.")


@needs("test_two_layers_and_their_sizes")
def test_no_dropout_in_evaluation(submission, rng):
    """In evaluation mode nothing is dropped, after training as before."""
    weights, x = random_weights(rng, 5), normal(rng, 3, 4, 5)
    without, module = make(submission, weights), make(submission, weights, 0.5)
    library(submission, "torch").set_rng_state(new_state(rng))
    wanted, outs = without(x), [module(x)]
    module.train()
    module(x)
    outs.append(module.eval()(x))
    assert_responds(wanted, without(x + 1), name="out")
    for out in outs:
        check(
            is_out(out, x) and is_out(wanted, x) and torch.allclose(out, wanted, rtol=1e-9, atol=1e-9),
            "In evaluation mode a module with dropout gives something else than one without.",
        )


@needs("test_two_layers_and_their_sizes")
def test_x_stays_as_it_is(submission, rng):
    """The module leaves x as it is, and in evaluation torch's default dtype and its global random generator, too."""
    torch_there, state = library(submission, "torch"), new_state(rng)
    module = make(submission, random_weights(rng, 3), 0.0)
    torch_there.set_rng_state(state)
    outs = [assert_unchanged(module, x) for x in (normal(rng, 2, 4, 3), normal(rng, 2, 4, 3))]
    assert_responds(*outs, name="out")
    check(torch_there.zeros(1).dtype == torch.float32, "torch's default dtype is changed.")
    check(torch.equal(torch_there.get_rng_state(), state), "torch's global generator is drawn from or seeded.")


@needs("test_matches_the_formula", "test_x_stays_as_it_is")
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

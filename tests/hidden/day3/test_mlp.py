"""Checks of day3.mlp: the two-layer network against a torch twin with autograd."""

import hypothesis.strategies as st
import numpy as np
import torch
import torch.nn.functional as F
from hypothesis import given

from grader.checks import assert_close, assert_unchanged, check, keeping, points, strategies

NAMES = ("W1", "b1", "W2", "b2")


def twin(params, X, y=None):
    """(logits, gradients) of the same network in torch; no gradients without y."""
    p = {name: torch.from_numpy(array.copy()).requires_grad_() for name, array in params.items()}
    logits = torch.relu(torch.from_numpy(X.copy()) @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"]
    if y is None:
        return logits.detach().numpy(), None
    gradients = torch.autograd.grad(F.cross_entropy(logits, torch.from_numpy(y.copy())), list(p.values()))
    return logits.detach().numpy(), {name: g.numpy() for name, g in zip(p, gradients, strict=True)}


@st.composite
def networks(draw):
    """(params, X, y) of halves, from one example, one input, one hidden unit and two classes upwards."""
    B, d_in, hidden, out = (draw(strategies.sizes(low, 4)) for low in (1, 1, 1, 2))
    shapes = {"W1": (d_in, hidden), "b1": (hidden,), "W2": (hidden, out), "b2": (out,)}
    params = {
        name: draw(strategies.tensors(shape, min_value=-2, max_value=2)).numpy() for name, shape in shapes.items()
    }
    X = draw(strategies.tensors((B, d_in), min_value=-2, max_value=2)).numpy()
    return params, X, np.array(draw(st.lists(st.integers(0, out - 1), min_size=B, max_size=B)))


def random_network(rng, B, d_in, hidden, out, scale=1.0):
    """(params, X, y); the biases are as large as the weights, so that they count."""
    shapes = {"W1": (d_in, hidden), "b1": (hidden,), "W2": (hidden, out), "b2": (out,)}
    params = {name: scale * rng.standard_normal(shape) for name, shape in shapes.items()}
    return params, rng.standard_normal((B, d_in)), rng.integers(0, out, B)


def sizes(params, X):
    """The numbers that may explain a ratio."""
    return {"B": X.shape[0], "in": X.shape[1], "hidden": len(params["b1"]), "out": len(params["b2"])}


def logits_of(submission, params, X, call=lambda function, *args: function(*args)):
    """The logits that forward returns. What is in the cache is the learner's own affair, and stays with them."""
    return pair(call(keeping(submission.forward, 1, sent=False), params, X))[0]


def cache_of(submission, params, X):
    """The cache that forward returns, to be passed back."""
    return pair(keeping(submission.forward, 1)(params, X))[1]


def pair(answer):
    """The two things that forward must return."""
    check(
        isinstance(answer, tuple | list) and len(answer) == 2,
        "forward must return two things: the logits and the cache.",
    )
    return answer


def gradients_of(submission, params, X, y):
    """forward, then backward with the cache that forward made."""
    return submission.backward(params, X, y, cache_of(submission, params, X))


@given(network=networks())
def test_forward(submission, network):
    """The logits are those of the torch twin, for any sizes and biases."""
    params, X, _ = network
    logits = logits_of(submission, params, X)
    assert_close(logits, twin(params, X)[0], name="logits", sizes=sizes(params, X), oracle="torch")


def test_forward_of_the_lesson(submission, rng):
    """The logits are right for 32 examples and a 4-16-3 network, twice."""
    for _ in range(2):
        params, X, _ = random_network(rng, 32, 4, 16, 3)
        logits = logits_of(submission, params, X)
        assert_close(logits, twin(params, X)[0], name="logits", sizes=sizes(params, X), oracle="torch")


@points(3)
@given(network=networks())
def test_backward(submission, network):
    """All four gradients equal autograd's, for any batch, down to one example."""
    params, X, y = network
    gradients = gradients_of(submission, params, X, y)
    assert_close(gradients, twin(params, X, y)[1], name="gradients", sizes=sizes(params, X))


@points(2)
def test_backward_of_the_lesson(submission, rng):
    """All 131 numbers of the gradient are right for 32 examples and a 4-16-3 network."""
    for _ in range(2):
        params, X, y = random_network(rng, 32, 4, 16, 3)
        gradients = gradients_of(submission, params, X, y)
        assert_close(gradients, twin(params, X, y)[1], name="gradients", sizes=sizes(params, X))


def test_backward_of_a_square_network(submission, rng):
    """The gradients are right where all sizes are equal too, and a wrong product would fit."""
    n = int(rng.integers(4, 7))
    params, X, y = random_network(rng, n, n, n, n)
    gradients = gradients_of(submission, params, X, y)
    assert_close(gradients, twin(params, X, y)[1], name="gradients")


def test_large_logits(submission, rng):
    """The gradients are finite and right for logits of several thousand."""
    params, X, y = random_network(rng, 8, 4, 6, 3, scale=40.0)
    gradients = gradients_of(submission, params, X, y)
    assert_close(gradients, twin(params, X, y)[1], name="gradients", sizes=sizes(params, X))


def test_arguments_stay_as_they_are(submission, rng):
    """Neither function modifies what it is given, and the cache serves a second time."""
    params, X, y = random_network(rng, 5, 3, 4, 3)
    expected_logits, expected = twin(params, X, y)
    assert_close(logits_of(submission, params, X, assert_unchanged), expected_logits, name="logits", oracle="torch")
    cache = cache_of(submission, params, X)
    assert_close(assert_unchanged(submission.backward, params, X, y, cache), expected, name="gradients")
    again = submission.backward(params, X, y, cache)
    assert_close(again, expected, name="gradients of a second call with the same cache")

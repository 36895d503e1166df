"""Checks of day3.mlp3: the three-layer network against a torch twin with autograd, with both activations."""

import hypothesis.strategies as st
import numpy as np
import torch
import torch.nn.functional as F
from hypothesis import given

from grader.checks import assert_close, assert_raises, assert_unchanged, check, keeping, points, strategies

ACTIVATIONS = {"relu": torch.relu, "tanh": torch.tanh}


def shapes(d_in, hidden1, hidden2, out):
    """The shapes of the six parameters."""
    return {
        "W1": (d_in, hidden1),
        "b1": (hidden1,),
        "W2": (hidden1, hidden2),
        "b2": (hidden2,),
        "W3": (hidden2, out),
        "b3": (out,),
    }


def twin(params, X, activation, y=None):
    """(logits, gradients) of the same network in torch; no gradients without y."""
    f = ACTIVATIONS[activation]
    p = {name: torch.from_numpy(array.copy()).requires_grad_() for name, array in params.items()}
    h = f(f(torch.from_numpy(X.copy()) @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"])
    logits = h @ p["W3"] + p["b3"]
    if y is None:
        return logits.detach().numpy(), None
    gradients = torch.autograd.grad(F.cross_entropy(logits, torch.from_numpy(y.copy())), list(p.values()))
    return logits.detach().numpy(), {name: g.numpy() for name, g in zip(p, gradients, strict=True)}


@st.composite
def networks(draw):
    """(params, X, y) of halves, from one of everything and two classes upwards."""
    B, d_in, hidden1, hidden2, out = (draw(strategies.sizes(low, 4)) for low in (1, 1, 1, 1, 2))
    params = {
        name: draw(strategies.tensors(shape, min_value=-1.5, max_value=1.5)).numpy()
        for name, shape in shapes(d_in, hidden1, hidden2, out).items()
    }
    X = draw(strategies.tensors((B, d_in), min_value=-2, max_value=2)).numpy()
    return params, X, np.array(draw(st.lists(st.integers(0, out - 1), min_size=B, max_size=B)))


def random_network(rng, B, d_in, hidden1, hidden2, out, scale=0.7):
    """(params, X, y); the biases are as large as the weights, so that they count."""
    params = {name: scale * rng.standard_normal(shape) for name, shape in shapes(d_in, hidden1, hidden2, out).items()}
    return params, rng.standard_normal((B, d_in)), rng.integers(0, out, B)


def sizes(params, X):
    """The numbers that may explain a ratio."""
    hidden = {"hidden1": len(params["b1"]), "hidden2": len(params["b2"])}
    return {"B": X.shape[0], "in": X.shape[1], **hidden, "out": len(params["b3"])}


def pair(answer):
    """The two things that forward must return."""
    check(
        isinstance(answer, tuple | list) and len(answer) == 2,
        "forward must return two things: the logits and the cache.",
    )
    return answer


def logits_of(submission, *args, call=lambda function, *args: function(*args)):
    """The logits that forward returns. What is in the cache is the learner's own affair, and stays with them."""
    return pair(call(keeping(submission.forward, 1, sent=False), *args))[0]


def cache_of(submission, *args):
    """The cache that forward returns, to be passed back."""
    return pair(keeping(submission.forward, 1)(*args))[1]


def compare_forward(submission, params, X, activation):
    """The logits against the twin's."""
    logits = logits_of(submission, params, X, activation)
    assert_close(logits, twin(params, X, activation)[0], name="logits", sizes=sizes(params, X), oracle="torch")


def compare_backward(submission, params, X, y, activation):
    """The six gradients against the twin's."""
    gradients = submission.backward(params, X, y, cache_of(submission, params, X, activation), activation)
    assert_close(gradients, twin(params, X, activation, y)[1], name="gradients", sizes=sizes(params, X))


@given(network=networks())
def test_forward_with_relu(submission, network):
    """With ReLU the logits are those of the torch twin, for any sizes and biases."""
    compare_forward(submission, network[0], network[1], "relu")


@given(network=networks())
def test_forward_with_tanh(submission, network):
    """With tanh the logits are those of the torch twin, for any sizes and biases."""
    compare_forward(submission, network[0], network[1], "tanh")


@points(2)
@given(network=networks())
def test_backward_with_relu(submission, network):
    """With ReLU all six gradients equal autograd's, for any batch."""
    compare_backward(submission, *network, "relu")


@points(2)
@given(network=networks())
def test_backward_with_tanh(submission, network):
    """With tanh all six gradients equal autograd's, for any batch."""
    compare_backward(submission, *network, "tanh")


def test_the_network_of_the_lesson(submission, rng):
    """4 → 16 → 16 → 3 on 32 examples, where the two hidden layers are easily taken for each other."""
    for activation in ACTIVATIONS:
        params, X, y = random_network(rng, 32, 4, 16, 16, 3)
        compare_forward(submission, params, X, activation)
        compare_backward(submission, params, X, y, activation)


def test_a_square_network(submission, rng):
    """The gradients are right where all sizes are equal too, and a wrong product would fit."""
    n = int(rng.integers(4, 7))
    for activation in ACTIVATIONS:
        compare_backward(submission, *random_network(rng, n, n, n, n, n), activation)


def test_the_activation_that_is_meant(submission, rng):
    """Where the caller names no activation it is ReLU, and an unknown one raises ValueError."""
    params, X, y = random_network(rng, 5, 3, 4, 6, 2)
    expected_logits, expected = twin(params, X, "relu", y)
    assert_close(logits_of(submission, params, X), expected_logits, name="logits", oracle="torch, with ReLU")
    gradients = submission.backward(params, X, y, cache_of(submission, params, X))
    assert_close(gradients, expected, name="gradients", oracle="autograd, with ReLU")
    name = "sigmoid"
    assert_raises(ValueError, submission.forward, params, X, name, why=f"{name!r} is neither 'relu' nor 'tanh'")


def test_arguments_stay_as_they_are(submission, rng):
    """Neither function modifies what it is given, and the cache serves a second time."""
    for activation in ACTIVATIONS:
        params, X, y = random_network(rng, 5, 3, 4, 6, 3)
        expected_logits, expected = twin(params, X, activation, y)
        logits = logits_of(submission, params, X, activation, call=assert_unchanged)
        assert_close(logits, expected_logits, name="logits", oracle="torch")
        cache = cache_of(submission, params, X, activation)
        assert_close(assert_unchanged(submission.backward, params, X, y, cache, activation), expected, name="gradients")
        again = submission.backward(params, X, y, cache, activation)
        assert_close(again, expected, name="gradients of a second call with the same cache")

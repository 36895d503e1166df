"""Checks of day3.neuron: one neuron, a layer of them, and two layers as one."""

import hypothesis.strategies as st
import numpy as np
from hypothesis import given

from grader.checks import assert_close, assert_unchanged, library, points, strategies


def arrays(*shape):
    """float64 arrays of halves."""
    return strategies.tensors(shape).map(lambda tensor: tensor.numpy())


@st.composite
def batches_and_layers(draw):
    """(X, W, b), from one example of one number upwards."""
    B, d_in, d_out = (draw(strategies.sizes(1, 5)) for _ in range(3))
    return draw(arrays(B, d_in)), draw(arrays(d_in, d_out)), draw(arrays(d_out))


@st.composite
def two_layers(draw):
    """(W1, b1, W2, b2)."""
    d_in, d_hidden, d_out = (draw(strategies.sizes(1, 4)) for _ in range(3))
    return draw(arrays(d_in, d_hidden)), draw(arrays(d_hidden)), draw(arrays(d_hidden, d_out)), draw(arrays(d_out))


def random_neuron(rng):
    """(x, w, b), with between 3 and 8 inputs."""
    d_in = int(rng.integers(3, 9))
    return rng.standard_normal(d_in), rng.standard_normal(d_in), float(rng.standard_normal())


def in_longhand(x, w, b):
    """The sum that goes into the activation, number by number."""
    total = b
    for weight, number in zip(w, x, strict=True):
        total += weight * number
    return float(total)


def test_neuron(submission, rng):
    """The neuron is activation(w · x + b), for tanh, the sine and the square alike."""
    numpy = library(submission, "numpy")
    for name in ("tanh", "sin", "square"):
        x, w, b = random_neuron(rng)
        assert_close(
            submission.neuron(x, w, b, getattr(numpy, name)),
            float(getattr(np, name)(in_longhand(x, w, b))),
            name=f"neuron(x, w, b, np.{name})",
            sizes={"d_in": len(x)},
            oracle="in longhand",
        )


@given(layer=batches_and_layers())
def test_linear(submission, layer):
    """linear is X W + b for any sizes, the bias in every row."""
    X, W, b = layer
    expected = np.array([[in_longhand(row, column, bias) for column, bias in zip(W.T, b, strict=True)] for row in X])
    assert_close(
        submission.linear(X, W, b),
        expected,
        name="Y",
        sizes={"B": X.shape[0], "d_in": X.shape[1], "d_out": W.shape[1]},
        oracle="in longhand",
    )


def test_a_layer_is_neurons_side_by_side(submission, rng):
    """Entry [i, j] of linear is neuron j, with column j of W, on example i."""
    X, W, b = rng.standard_normal((4, 5)), rng.standard_normal((5, 3)), rng.standard_normal(3)
    identity = library(submission, "numpy").positive
    expected = np.array([[in_longhand(row, column, bias) for column, bias in zip(W.T, b, strict=True)] for row in X])
    i, j = int(rng.integers(4)), int(rng.integers(3))
    one = submission.neuron(X[i], np.ascontiguousarray(W[:, j]), float(b[j]), identity)
    assert_close(one, float(expected[i, j]), name="neuron(X[i], W[:, j], b[j], identity)", oracle="in longhand")
    assert_close(submission.linear(X, W, b), expected, name="linear(X, W, b)", oracle="in longhand")


def test_square_matrices(submission, rng):
    """With square matrices, where a wrong product fits as well, linear and collapse take the right ones."""
    n = int(rng.integers(3, 6))
    X, W1, W2 = (rng.standard_normal((n, n)) for _ in range(3))
    b1, b2 = rng.standard_normal(n), rng.standard_normal(n)
    assert_close(submission.linear(X, W1, b1), X @ W1 + b1, name="Y", oracle="X W + b")
    two = (X @ W1 + b1) @ W2 + b2
    expected = (W1 @ W2, two[0] - X[0] @ W1 @ W2)
    answer = submission.collapse(W1, b1, W2, b2)
    assert_close(answer, expected, name=("W", "b"), rtol=1e-8, oracle="by the two layers")


@points(2)
@given(layers=two_layers())
def test_collapse(submission, layers):
    """The collapsed layer has W = W1 W2, and a bias that holds what W2 makes of b1."""
    W1, b1, W2, b2 = layers
    # What the two layers do to zeros is the bias; what they do to the unit vectors, less the bias, the rows of W.
    bias = (np.zeros(len(W1)) @ W1 + b1) @ W2 + b2
    rows = (np.eye(len(W1)) @ W1 + b1) @ W2 + b2 - bias
    assert_close(
        submission.collapse(W1, b1, W2, b2),
        (rows, bias),
        name=("W", "b"),
        sizes={"d_in": W1.shape[0], "d_hidden": W1.shape[1], "d_out": W2.shape[1]},
        oracle="by the two layers",
    )


def test_collapse_at_the_sizes_of_the_lesson(submission, rng):
    """For 4 inputs, 16 hidden and 3 outputs, one layer gives on 32 examples what the two give."""
    W1, b1, W2, b2 = (rng.standard_normal(shape) for shape in ((4, 16), (16,), (16, 3), (3,)))
    X = rng.standard_normal((32, 4))
    two = (X @ W1 + b1) @ W2 + b2
    answer = submission.collapse(W1, b1, W2, b2)
    assert_close(answer, (W1 @ W2, two[0] - X[0] @ (W1 @ W2)), name=("W", "b"), rtol=1e-8, oracle="by the two layers")
    W, b = answer
    assert_close(submission.linear(X, W, b), two, name="linear(X, *collapse(W1, b1, W2, b2))", oracle="by two layers")


def test_arguments_stay_as_they_are(submission, rng):
    """Nothing that is passed in is modified."""
    x, w, b = random_neuron(rng)
    tanh = library(submission, "numpy").tanh
    value = assert_unchanged(submission.neuron, x, w, b, tanh)
    assert_close(value, float(np.tanh(in_longhand(x, w, b))), oracle="in longhand")
    X, W, b = rng.standard_normal((3, 4)), rng.standard_normal((4, 2)), rng.standard_normal(2)
    assert_close(assert_unchanged(submission.linear, X, W, b), X @ W + b, oracle="X W + b")
    W2, b2 = rng.standard_normal((2, 3)), rng.standard_normal(3)
    assert_close(assert_unchanged(submission.collapse, W, b, W2, b2), (W @ W2, b @ W2 + b2), name=("W", "b"))

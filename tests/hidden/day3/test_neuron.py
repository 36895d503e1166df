"""Checks of day3.neuron: one neuron, a layer of them, and two layers as one."""

import hypothesis.strategies as st
import numpy as np
from hypothesis import given

from grader.checks import (
    assert_close,
    assert_responds,
    assert_unchanged,
    integer,
    library,
    needs,
    normal,
    points,
    strategies,
)


def arrays(*shape):
    """float64 arrays of halves, each with memory for every number: that nothing is written there is checked apart."""
    return strategies.arrays(shape).map(lambda array: np.array(array, order="K"))


@st.composite
def two_layers(draw):
    """(X, W1, b1, W2, b2), from one of everything upwards."""
    B, d_in, d_hidden, d_out = (draw(strategies.sizes(1, 4)) for _ in range(4))
    shapes = (B, d_in), (d_in, d_hidden), (d_hidden,), (d_hidden, d_out), (d_out,)
    return tuple(draw(arrays(*shape)) for shape in shapes)


def random_layers(rng, B, d_in, d_hidden, d_out):
    """(X, W1, b1, W2, b2)."""
    shapes = (B, d_in), (d_in, d_hidden), (d_hidden,), (d_hidden, d_out), (d_out,)
    return tuple(normal(rng, *shape) for shape in shapes)


def random_neuron(rng):
    """(x, w, b), with between 3 and 8 inputs."""
    d_in = integer(rng, 3, 8)
    return normal(rng, d_in), normal(rng, d_in), float(normal(rng))


def in_longhand(x, w, b):
    """The sum that goes into the activation, number by number."""
    total = b
    for weight, number in zip(w, x, strict=True):
        total += weight * number
    return float(total)


def layer_in_longhand(X, W, b):
    """Each entry a sum of its own."""
    return np.array([[in_longhand(row, column, bias) for column, bias in zip(W.T, b, strict=True)] for row in X])


def compare_neuron(submission, x, w, b, name):
    """One neuron, with NumPy's activation of this name."""
    assert_close(
        submission.neuron(x, w, b, getattr(library(submission, "numpy"), name)),
        float(getattr(np, name)(in_longhand(x, w, b))),
        name=f"neuron(x, w, b, np.{name})",
        sizes={"d_in": len(x)},
        oracle="in longhand",
    )


def compare_linear(submission, X, W, b):
    """A layer on a batch."""
    sizes = {"B": X.shape[0], "d_in": X.shape[1], "d_out": W.shape[1]}
    assert_close(submission.linear(X, W, b), layer_in_longhand(X, W, b), name="Y", sizes=sizes, oracle="in longhand")


def compare_collapse(submission, W1, b1, W2, b2):
    """What two layers do to zeros is the bias; what they do to the unit vectors, less the bias, the rows of W."""
    bias = (np.zeros(len(W1)) @ W1 + b1) @ W2 + b2
    rows = (np.eye(len(W1)) @ W1 + b1) @ W2 + b2 - bias
    assert_close(
        submission.collapse(W1, b1, W2, b2),
        (rows, bias),
        name=("W", "b"),
        rtol=1e-8,
        sizes={"d_in": W1.shape[0], "d_hidden": W1.shape[1], "d_out": W2.shape[1]},
        oracle="by the two layers",
    )


def sizes_of_layers(rng):
    """B, d_in, d_hidden and d_out: all equal, where any product fits; few; and those of the lesson."""
    return (integer(rng, 3, 5),) * 4, (5, 3, 7, 2), (32, 4, 16, 3)


def test_neuron(submission, rng):
    """The neuron is activation(w · x + b), for tanh, the sine and the square alike."""
    for name in ("tanh", "sin", "square"):
        compare_neuron(submission, *random_neuron(rng), name)


@points(2)
def test_linear(submission, rng):
    """linear is X W + b, the bias in every row."""
    for sizes in sizes_of_layers(rng):
        X, W, b, _, _ = random_layers(rng, *sizes)
        compare_linear(submission, X, W, b)


@points(3)
def test_collapse(submission, rng):
    """The collapsed layer has W = W1 W2, and a bias that holds what W2 makes of b1."""
    for sizes in sizes_of_layers(rng):
        compare_collapse(submission, *random_layers(rng, *sizes)[1:])


@needs("test_neuron", "test_linear", "test_collapse")
@given(layers=two_layers())
def test_any_sizes(submission, layers):
    """All three functions are right for any sizes, from one of everything upwards."""
    X, W1, b1, W2, b2 = layers
    compare_neuron(submission, X[0], W1[:, 0], float(b1[0]), "tanh")
    compare_linear(submission, X, W1, b1)
    compare_collapse(submission, W1, b1, W2, b2)


def test_arguments_stay_as_they_are(submission, rng):
    """Nothing that is passed in is modified."""
    tanh = library(submission, "numpy").tanh
    neurons, layers, collapsed = [], [], []
    for _ in range(2):
        X, W1, b1, W2, b2 = random_layers(rng, 4, 3, 3, 3)
        neurons.append(assert_unchanged(submission.neuron, X[0], W1[:, 0], float(b1[0]), tanh))
        layers.append(assert_unchanged(submission.linear, X, W1, b1))
        collapsed.append(assert_unchanged(submission.collapse, W1, b1, W2, b2))
    assert_responds(*neurons, name="neuron(x, w, b, np.tanh)")
    assert_responds(*layers, name="linear(X, W, b)")
    assert_responds(*collapsed, name="collapse(W1, b1, W2, b2)")

"""Checks of day3.mlp: the two-layer network against a twin whose gradients come by complex step."""

import hypothesis.strategies as st
import numpy as np
from hypothesis import given

from grader.checks import (
    RaisedError,
    assert_close,
    assert_responds,
    assert_unchanged,
    check,
    integer,
    integers,
    keeping,
    library,
    needs,
    normal,
    points,
    strategies,
)
from grader.checks.complex_step import cross_entropy, gradients, relu

NAMES = ("W1", "b1", "W2", "b2")


def network(X, W1, b1, W2, b2):
    """The logits, for any leading axes."""
    return relu(X @ W1 + b1[..., None, :]) @ W2 + b2[..., None, :]


def twin(params, X, y=None):
    """(logits, gradients) of the same network, with derivatives by complex step; no gradients without y."""
    arrays = [params[name] for name in NAMES]
    if y is None:
        return network(X, *arrays), None
    found = gradients(lambda *arrays: cross_entropy(network(X, *arrays), y), *arrays)[1]
    return network(X, *arrays), dict(zip(NAMES, found, strict=True))


@st.composite
def networks(draw):
    """(params, X, y) of halves, from one example, one input, one hidden unit and two classes upwards."""
    B, d_in, hidden, out = (draw(strategies.sizes(low, 4)) for low in (1, 1, 1, 2))
    shapes = {"W1": (d_in, hidden), "b1": (hidden,), "W2": (hidden, out), "b2": (out,)}
    params = {name: draw(strategies.arrays(shape, min_value=-2, max_value=2)) for name, shape in shapes.items()}
    X = draw(strategies.arrays((B, d_in), min_value=-2, max_value=2))
    y = draw(st.lists(st.integers(0, out - 1), min_size=B, max_size=B))
    return params, X, np.array(y, draw(st.sampled_from(["int64", "int32"])))


def random_network(rng, B, d_in, hidden, out, scale=1.0):
    """(params, X, y); the biases are as large as the weights, so that they count."""
    shapes = {"W1": (d_in, hidden), "b1": (hidden,), "W2": (hidden, out), "b2": (out,)}
    params = {name: normal(rng, *shape, scale=scale) for name, shape in shapes.items()}
    return params, normal(rng, B, d_in), labels(rng, B, out)


def labels(rng, B, out):
    """The classes of B examples, the last class among them: that it is missing is a case of test_any_network."""
    y = integers(rng, 0, out - 1, B)
    y[integer(rng, 0, B - 1)] = out - 1
    return y


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


def compare(submission, params, X, y):
    """The four gradients against the twin's."""
    found = gradients_of(submission, params, X, y)
    assert_close(found, twin(params, X, y)[1], name="gradients", sizes=sizes(params, X))


def arrays(gradients):
    """The gradients, once they are numbers that can be compared with others."""
    check(
        isinstance(gradients, dict)
        and set(gradients) == set(NAMES)
        and all(isinstance(g, np.ndarray | float) and np.isfinite(g).all() for g in gradients.values()),
        "backward must return a dict of finite numbers: W1, b1, W2 and b2.",
    )
    return gradients


def compare_forward(submission, params, X):
    """The logits against the twin's."""
    logits = logits_of(submission, params, X)
    assert_close(logits, twin(params, X)[0], name="logits", sizes=sizes(params, X), oracle="NumPy")


def shapes(rng):
    """B, in, hidden and out: a small network, that of the lesson, and one where all are equal and anything fits."""
    return (3, 2, 7, 5), (32, 4, 16, 3), (integer(rng, 4, 6),) * 4


@points(2)
def test_forward(submission, rng):
    """The logits are right to the last digits of float64."""
    for shape in shapes(rng):
        params, X, _ = random_network(rng, *shape)
        compare_forward(submission, params, X)


@points(4)
@needs("test_forward")
def test_backward(submission, rng):
    """All four gradients are the derivatives of the loss."""
    for shape in shapes(rng):
        compare(submission, *random_network(rng, *shape))


@needs("test_backward")
@given(network=networks())
def test_any_network(submission, network):
    """Logits and gradients are right for any sizes, from one of everything upwards, and for units that stand at 0."""
    params, X, y = network
    compare_forward(submission, params, X)
    compare(submission, params, X, y)


@needs("test_backward")
def test_large_logits(submission, rng):
    """The gradients are finite and right for logits of several thousand."""
    compare(submission, *random_network(rng, 8, 4, 6, 3, scale=40.0))


def test_each_backward_belongs_to_its_forward(submission, rng):
    """After two forwards, backwards in any order, and repeated, give what each gives right after its own forward."""
    params, X, y = random_network(rng, 5, 3, 4, 2)
    batches = [(X, y), (normal(rng, 5, 3), labels(rng, 5, 2))]
    alone = [arrays(gradients_of(submission, params, *batch)) for batch in batches]
    assert_responds(*alone, name="backward(params, X, y, cache)")
    caches = [cache_of(submission, params, X) for X, _ in batches]
    for i in rng.permutation([0, 1] * 5):
        again = submission.backward(params, *batches[i], caches[i])
        assert_close(again, alone[i], name="gradients", oracle="yours, right after this forward")


def arrays_in(submission, cache):
    """The arrays in a cache that is a dict, a list or a tuple; what else a learner keeps is nobody's affair."""
    try:
        items = library(submission, "builtins").list(cache)
        if isinstance(items, list) and items and all(isinstance(item, str) for item in items):
            items = [cache[name] for name in items]
    except (RaisedError, TypeError):  # nothing to iterate over
        return []
    return [item for item in items if isinstance(item, np.ndarray)] if isinstance(items, list) else []


def test_arguments_stay_as_they_are(submission, rng):
    """Neither function modifies what it is given, the arrays in the cache included."""
    answers = []
    for _ in range(2):
        params, X, y = random_network(rng, 5, 3, 4, 2)
        logits, cache = pair(assert_unchanged(keeping(submission.forward, 1), params, X))
        kept = arrays_in(submission, cache)
        answers.append((logits, assert_unchanged(submission.backward, params, X, y, cache)))
        check(
            all(map(np.array_equal, kept, arrays_in(submission, cache))),
            "backward modifies an array in the cache; work on a copy.",
        )
    for two, name in zip(zip(*answers, strict=True), ("logits", "gradients"), strict=True):
        assert_responds(*two, name=name)

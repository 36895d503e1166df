"""Checks of day3.mlp3: the three-layer network, with both activations, against gradients by complex step."""

import hypothesis.strategies as st
import numpy as np
from hypothesis import given

from grader.checks import (
    RaisedError,
    assert_close,
    assert_raises,
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
from grader.checks.complex_step import cross_entropy, relu
from grader.checks.complex_step import gradients as derivatives

NAMES = ("W1", "b1", "W2", "b2", "W3", "b3")
ACTIVATIONS = {"relu": relu, "tanh": np.tanh}


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


def network(X, W1, b1, W2, b2, W3, b3, activation):
    """The logits, for any leading axes."""
    f = ACTIVATIONS[activation]
    return f(f(X @ W1 + b1[..., None, :]) @ W2 + b2[..., None, :]) @ W3 + b3[..., None, :]


def twin(params, X, activation, y=None):
    """(logits, gradients) of the same network, with derivatives by complex step; no gradients without y."""
    arrays = [params[name] for name in NAMES]
    logits = network(X, *arrays, activation)
    if y is None:
        return logits, None
    found = derivatives(lambda *arrays: cross_entropy(network(X, *arrays, activation), y), *arrays)[1]
    return logits, dict(zip(NAMES, found, strict=True))


@st.composite
def networks(draw):
    """(params, X, y) of halves, from one of everything and two classes upwards."""
    B, d_in, hidden1, hidden2, out = (draw(strategies.sizes(low, 4)) for low in (1, 1, 1, 1, 2))
    params = {
        name: draw(strategies.arrays(shape, min_value=-1.5, max_value=1.5))
        for name, shape in shapes(d_in, hidden1, hidden2, out).items()
    }
    X = draw(strategies.arrays((B, d_in), min_value=-2, max_value=2))
    y = draw(st.lists(st.integers(0, out - 1), min_size=B, max_size=B))
    return params, X, np.array(y, draw(st.sampled_from(["int64", "int32"])))


def random_network(rng, B, d_in, hidden1, hidden2, out, scale=0.7):
    """(params, X, y); the biases are as large as the weights, so that they count."""
    params = {name: normal(rng, *shape, scale=scale) for name, shape in shapes(d_in, hidden1, hidden2, out).items()}
    return params, normal(rng, B, d_in), labels(rng, B, out)


def labels(rng, B, out):
    """The classes of B examples, the last class among them: that it is missing is a case of test_any_network."""
    y = integers(rng, 0, out - 1, B)
    y[integer(rng, 0, B - 1)] = out - 1
    return y


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


def logits_of(submission, *args):
    """The logits that forward returns. What is in the cache is the learner's own affair, and stays with them."""
    return pair(keeping(submission.forward, 1, sent=False)(*args))[0]


def cache_of(submission, *args):
    """The cache that forward returns, to be passed back."""
    return pair(keeping(submission.forward, 1)(*args))[1]


def gradients_of(submission, params, X, y, activation):
    """forward, then backward with the cache that forward made."""
    return submission.backward(params, X, y, cache_of(submission, params, X, activation), activation)


def compare_forward(submission, params, X, activation):
    """The logits against the twin's."""
    logits = logits_of(submission, params, X, activation)
    assert_close(logits, twin(params, X, activation)[0], name="logits", sizes=sizes(params, X), oracle="NumPy")


def compare_backward(submission, params, X, y, activation):
    """The six gradients against the twin's."""
    gradients = gradients_of(submission, params, X, y, activation)
    assert_close(gradients, twin(params, X, activation, y)[1], name="gradients", sizes=sizes(params, X))


def array(logits):
    """The logits, once they are an array that can be compared with another."""
    check(
        isinstance(logits, np.ndarray) and logits.dtype.kind == "f" and bool(np.isfinite(logits).all()),
        "The logits must be an array of finite float64 numbers.",
    )
    return logits


def arrays(gradients):
    """The gradients, once they are numbers that can be compared with others."""
    check(
        isinstance(gradients, dict)
        and set(gradients) == set(NAMES)
        and all(isinstance(g, np.ndarray | float) and np.isfinite(g).all() for g in gradients.values()),
        f"backward must return a dict of finite numbers: {', '.join(NAMES)}.",
    )
    return gradients


def networks_of_all_kinds(rng):
    """A small network and that of the lesson, two hidden layers of two sizes, and sizes that are all equal."""
    for shape in ((3, 2, 7, 7, 5), (32, 4, 16, 16, 3), (5, 3, 4, 7, 2), (integer(rng, 4, 6),) * 5):
        yield random_network(rng, *shape)


def test_forward_with_relu(submission, rng):
    """With ReLU the logits are right to the last digits of float64."""
    for params, X, _ in networks_of_all_kinds(rng):
        compare_forward(submission, params, X, "relu")


@needs("test_forward_with_relu")
def test_forward_with_tanh(submission, rng):
    """With tanh the logits are right to the last digits of float64."""
    for params, X, _ in networks_of_all_kinds(rng):
        compare_forward(submission, params, X, "tanh")


@points(2)
@needs("test_forward_with_relu")
def test_backward_with_relu(submission, rng):
    """With ReLU all six gradients are the derivatives of the loss."""
    for network in networks_of_all_kinds(rng):
        compare_backward(submission, *network, "relu")


@points(2)
@needs("test_forward_with_tanh", "test_backward_with_relu")
def test_backward_with_tanh(submission, rng):
    """With tanh all six gradients are the derivatives of the loss."""
    for network in networks_of_all_kinds(rng):
        compare_backward(submission, *network, "tanh")


@needs("test_backward_with_tanh")
@given(network=networks())
def test_any_network(submission, network):
    """Logits and gradients are right for any sizes, from one of everything upwards, and for units that stand at 0."""
    params, X, _ = network
    for activation in ACTIVATIONS:
        compare_forward(submission, params, X, activation)
        compare_backward(submission, *network, activation)


def test_relu_by_default(submission, rng):
    """Where the caller names no activation, both functions answer as they do for "relu"."""
    jobs = [random_network(rng, 5, 3, 6, 6, 2) for _ in range(2)]
    logits = [array(logits_of(submission, params, X, "relu")) for params, X, _ in jobs]
    gradients = [arrays(gradients_of(submission, *job, "relu")) for job in jobs]
    assert_responds(*logits, name="logits")
    assert_responds(*gradients, name="gradients")
    for i in rng.permutation([0, 1] * 5):
        params, X, y = jobs[i]
        assert_close(logits_of(submission, params, X), logits[i], name="logits", oracle='yours, for "relu"')
        again = submission.backward(params, X, y, cache_of(submission, params, X))
        assert_close(again, gradients[i], name="gradients", oracle='yours, for "relu"')


def test_other_activations_are_refused(submission, rng):
    """forward raises ValueError for an activation that is neither "relu" nor "tanh", and for no other."""
    B = integer(rng, 5, 60)  # recorded answers are of another run's number
    params, X, _ = random_network(rng, B, 3, 6, 6, 2)
    logits = {}
    for name in rng.permutation([*ACTIVATIONS, "sigmoid", "ReLU", f"relu{integer(rng, 2, 99)}"] * 5).tolist():
        if name in ACTIVATIONS:
            logits[name] = logits_of(submission, params, X, name)
            check(
                np.shape(logits[name]) == (B, 2), f"forward(params, X, {name!r}) must return logits of shape ({B}, 2)."
            )
        else:
            assert_raises(ValueError, submission.forward, params, X, name, why=f"{name!r} is neither 'relu' nor 'tanh'")
    assert_responds(*logits.values(), name="forward(params, X, activation)'s logits")


def test_each_backward_belongs_to_its_forward(submission, rng):
    """After two forwards, backwards in any order, and repeated, give what each gives right after its own forward."""
    params, X, y = random_network(rng, 5, 3, 6, 6, 2)
    batches = [(X, y), (normal(rng, 5, 3), labels(rng, 5, 2))]
    for activation in ACTIVATIONS:
        alone = [arrays(gradients_of(submission, params, *batch, activation)) for batch in batches]
        assert_responds(*alone, name="backward(params, X, y, cache)")
        caches = [cache_of(submission, params, X, activation) for X, _ in batches]
        for i in rng.permutation([0, 1] * 5):
            again = submission.backward(params, *batches[i], caches[i], activation)
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
    for activation in ACTIVATIONS:
        answers = []
        for _ in range(2):
            params, X, y = random_network(rng, 5, 3, 6, 6, 2)
            logits, cache = pair(assert_unchanged(keeping(submission.forward, 1), params, X, activation))
            kept = arrays_in(submission, cache)
            answers.append((logits, assert_unchanged(submission.backward, params, X, y, cache, activation)))
            check(
                all(map(np.array_equal, kept, arrays_in(submission, cache))),
                "backward modifies an array in the cache; work on a copy.",
            )
        for two, name in zip(zip(*answers, strict=True), ("logits", "gradients"), strict=True):
            assert_responds(*two, name=name)

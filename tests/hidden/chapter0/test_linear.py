"""Checks of chapter0.linear: the linear layer, against torch's own."""

import math

import hypothesis.strategies as st
import torch
import torch.nn.functional as F
from hypothesis import given

from grader.checks import (
    assert_close,
    assert_equal,
    assert_responds,
    check,
    integer,
    library,
    new_seed,
    normal,
    points,
    strategies,
    vjp,
)


def seed_worker(submission, rng):
    """Seed the generator that torch.rand draws from, anew in every run: known wrong answers then draw the same."""
    library(submission, "torch").manual_seed(new_seed(rng))


def loaded(submission, weight, bias):
    """The learner's layer in float64, with these parameters."""
    layer = submission.Linear(weight.shape[1], weight.shape[0], bias is not None).double()
    layer.load_state_dict({"weight": weight} if bias is None else {"weight": weight, "bias": bias})
    return layer


@st.composite
def layers_and_inputs(draw):
    """(weight, bias or None, x): x has no, one, two or three leading axes."""
    i, o = draw(strategies.sizes(1, 5)), draw(strategies.sizes(1, 5))
    leading = draw(st.lists(st.integers(1, 3), max_size=3))
    weight, x = draw(strategies.tensors((o, i))), draw(strategies.tensors((*leading, i)))
    bias = draw(st.one_of(strategies.tensors((o,)), st.none()))
    return weight, bias, x


def test_parameters(submission, rng):
    """The layer computes with weight (out, in) and bias (out,), float32: both parameters, and there are no others."""
    i, o = integer(rng, 2, 9), integer(rng, 10, 20)
    seed_worker(submission, rng)
    layer = submission.Linear(i, o)
    check(
        isinstance(layer.weight, torch.Tensor) and isinstance(layer.bias, torch.Tensor),
        "Linear must have the attributes weight and bias, and both must be tensors.",
    )
    assert_equal(tuple(layer.weight.shape), (o, i), name=f"the shape of Linear({i}, {o}).weight")
    assert_equal(tuple(layer.bias.shape), (o,), name=f"the shape of Linear({i}, {o}).bias")
    x = torch.randn(4, i, generator=rng)
    _, _, parameters = vjp(layer, (x,), torch.randn(4, o, generator=rng))
    for name in ("weight", "bias"):
        check(
            name in parameters,
            f"{name} is not among the layer's parameters, so no optimizer would train it: make it an nn.Parameter.",
        )
    check(len(parameters) == 2, f"The parameters are {', '.join(parameters)}; weight and bias are all there should be.")
    check(
        layer.weight.dtype == layer.bias.dtype == torch.float32,
        "The parameters must be float32, as nn.Linear's are.",
    )
    assert_responds(layer(x), layer(x + 1), name="y")


@points(2)
@given(case=layers_and_inputs())
def test_forward(submission, case):
    """The output is x @ weight.T + bias for any sizes and any leading axes, with a bias and without."""
    weight, bias, x = case
    assert_close(
        loaded(submission, weight, bias)(x),
        F.linear(x, weight, bias),
        name="y",
        oracle="nn.Linear",
        sizes={"in": weight.shape[1], "out": weight.shape[0]},
    )


@points(2)
@given(case=layers_and_inputs(), data=st.data())
def test_gradients(submission, case, data):
    """The gradients that flow to x, weight and bias are those of nn.Linear."""
    weight, bias, x = case
    upstream = data.draw(strategies.tensors((*x.shape[:-1], weight.shape[0])))
    leaves = [t.clone().requires_grad_() for t in (x, weight, *([] if bias is None else [bias]))]
    dx, *expected = torch.autograd.grad(F.linear(*leaves), leaves, upstream)
    _, (dx_theirs,), gradients = vjp(loaded(submission, weight, bias), (x,), upstream)
    sizes = {"in": weight.shape[1], "out": weight.shape[0]}
    assert_close(dx_theirs, dx, name="dx", sizes=sizes)
    names = ("weight", "bias")[: len(expected)]
    assert_close(tuple(gradients.get(name) for name in names), tuple(expected), name=names, sizes=sizes)


def test_sequences_of_batches(submission, rng):
    """A batch of sequences gives the answer of nn.Linear, as a transformer's projections need it: (B, T, C)."""
    B, T, C, H = (*(integer(rng, 2, 6) for _ in range(3)), integer(rng, 7, 9))
    weight, bias, x = normal(rng, H, C), normal(rng, H), normal(rng, B, T, C)
    seed_worker(submission, rng)
    layer = loaded(submission, weight, bias)
    for _ in range(2):  # the second time shows what changes from call to call
        assert_close(layer(x), F.linear(x, weight, bias), name="y", oracle="nn.Linear", sizes={"C": C, "H": H})


def test_square(submission, rng):
    """A layer with as many outputs as inputs is right too: there a wrong orientation raises no error."""
    i, o, n = integer(rng, 2, 4), integer(rng, 5, 7), integer(rng, 2, 6)
    seed_worker(submission, rng)
    check(
        getattr(submission.Linear(i, o).weight, "shape", None) == (o, i),
        f"The weight of Linear({i}, {o}) must be ({o}, {i}): a row for each output.",
    )
    weight, bias, x = normal(rng, n, n), normal(rng, n), normal(rng, 3, n)
    assert_close(
        loaded(submission, weight, bias)(x), F.linear(x, weight, bias), name="y", oracle="nn.Linear", sizes={"n": n}
    )


def test_without_bias(submission, rng):
    """bias=False makes a layer whose bias is None, and whose output is x @ weight.T."""
    i, o = integer(rng, 2, 6), integer(rng, 7, 9)
    weight, x = normal(rng, o, i), normal(rng, 3, i)
    seed_worker(submission, rng)
    layer = submission.Linear(i, o, bias=False).double()
    check(layer.bias is None, "With bias=False the attribute bias must be None; this layer has one.")
    layer.load_state_dict({"weight": weight})
    assert_close(layer(x), x @ weight.T, name="y", oracle="nn.Linear", sizes={"in": i, "out": o})


def test_state_dict(submission, rng):
    """state_dict() gives back what load_state_dict() took, under the names weight and bias, and computes."""
    i, o = integer(rng, 2, 6), integer(rng, 7, 9)
    state = {"weight": normal(rng, o, i), "bias": normal(rng, o)}
    layer = submission.Linear(i, o).double()
    layer.load_state_dict(state)
    assert_close(dict(layer.state_dict()), state, name="state_dict()", oracle="what was loaded")
    assert_responds(layer(normal(rng, 3, i)), layer(normal(rng, 3, i)), name="y")


def new_layers(submission, rng, i, o, number):
    """Weights (number·o, i) and biases (number·o,) of layers just made."""
    seed_worker(submission, rng)
    layers = [submission.Linear(i, o) for _ in range(number)]
    weights, biases = [layer.weight for layer in layers], [layer.bias for layer in layers]
    for tensors, shape in ((weights, (o, i)), (biases, (o,))):
        check(
            all(isinstance(t, torch.Tensor) and t.shape == shape and t.is_floating_point() for t in tensors),
            f"Linear({i}, {o}) must have a weight ({o}, {i}) and a bias ({o},), both floats.",
        )
    assert_responds(*map(layers[0], torch.randn(2, 3, i, generator=rng)), name="y")
    return torch.cat(weights).double(), torch.cat(biases).double()


def check_uniform(numbers, s, i, o, name):
    """Demand that numbers are uniform in [-s, s], and say what they are if not.

    False alarms: a right answer never leaves the bounds. The Kolmogorov-Smirnov distance exceeds 3.5/sqrt(n) with a
    probability of 2·exp(-2·3.5²) = 5e-11. The largest magnitude of n uniform numbers stays below 0.98·s with a
    probability of 0.98^n: 3e-18 for n = 2,000, the smallest n used.
    """
    numbers = numbers.flatten()
    largest, mean = numbers.abs().max().item(), numbers.mean().item()
    wanted = f"{name} of Linear({i}, {o}) must be uniform from −{s:.4g} to {s:.4g} (1/√{i})"
    check(largest > 0, f"{wanted}; it is 0 everywhere.")
    for other, said in (
        (1 / i, "1/in_features, without the root"),
        (o**-0.5, "1/√out_features"),
        (1 / o, "1/out_features"),
    ):
        check(not 0.98 * other < largest <= 1.0001 * other, f"{wanted}; yours goes up to {largest:.4g}: {said}.")
    check(numbers.min().item() < 0, f"{wanted}; yours holds no negative number.")
    check(largest <= s * (1 + 1e-5), f"{wanted}; yours goes up to {largest:.4g}.")
    check(largest > 0.98 * s, f"{wanted}; no number of yours lies beyond {largest:.4g}.")
    ordered = ((numbers.sort().values + s) / (2 * s)).clamp(0, 1)  # uniform in [0, 1] if they are right
    steps = torch.arange(len(ordered) + 1, dtype=torch.float64) / len(ordered)
    distance = torch.maximum((ordered - steps[:-1]).max(), (steps[1:] - ordered).max()).item()
    check(
        distance < 3.5 / math.sqrt(len(ordered)),
        f"{wanted}; yours stays within these bounds but is not spread evenly (its mean is {mean:.3g}, its standard "
        f"deviation {numbers.std().item():.4g}; uniform numbers have {s / math.sqrt(3):.4g}).",
    )


@points(2)
def test_first_weights(submission, rng):
    """The weight of a new layer, which computes, is uniform between −1/√in and 1/√in."""
    i, o = integer(rng, 30, 60), integer(rng, 100, 140)
    weights, _ = new_layers(submission, rng, i, o, 4)
    check_uniform(weights, 1 / math.sqrt(i), i, o, "weight")
    # 3,000 uniform float32 numbers of 24 bits: whole rows never come twice
    check(len(weights.unique(dim=0)) == 4 * o, "Two rows of weight are equal: every number is drawn on its own.")


def test_first_biases(submission, rng):
    """The bias of a new layer, which computes, is uniform between −1/√in and 1/√in too: in, not out, its length."""
    i, o = integer(rng, 30, 60), integer(rng, 400, 500)
    _, biases = new_layers(submission, rng, i, o, 5)
    check_uniform(biases, 1 / math.sqrt(i), i, o, "bias")

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
    assert_unchanged,
    check,
    integer,
    library,
    needs,
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
    layer = submission.Linear(weight.shape[1], weight.shape[0]).double()
    layer.load_state_dict({"weight": weight, "bias": bias})
    return layer


@st.composite
def layers_and_inputs(draw):
    """(weight, bias, x): x has no, one, two or three leading axes, and one layer in three is square."""
    i = draw(strategies.sizes(1, 5))
    o = draw(st.one_of(strategies.sizes(1, 5), strategies.sizes(1, 5), st.just(i)))
    leading = draw(st.lists(st.integers(1, 3), max_size=3))
    weight, x = draw(strategies.tensors((o, i))), draw(strategies.tensors((*leading, i)))
    return weight, draw(strategies.tensors((o,))), x


@points(2)
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
    parameters = library(submission, "builtins").dict(layer.named_parameters())
    check(isinstance(parameters, dict), "The layer must be an nn.Module, with parameters by name.")
    for name in ("weight", "bias"):
        check(
            name in parameters,
            f"{name} is not among the layer's parameters, so no optimizer would train it: make it an nn.Parameter.",
        )
    names = sorted({*parameters, *layer.state_dict()})
    check(
        names == ["bias", "weight"], f"state_dict() holds {', '.join(names)}; weight and bias are all there should be."
    )
    check(
        layer.weight.dtype == layer.bias.dtype == torch.float32,
        "The parameters must be float32, as nn.Linear's are.",
    )
    square = submission.Linear(i, i)  # which computes with a weight of any orientation
    x = torch.randn(4, i, generator=rng)
    assert_responds(square(x), square(x + 1), name="y")


@needs("test_parameters")
@points(4)
@given(case=layers_and_inputs())
def test_forward(submission, case):
    """The output is x @ weight.T + bias for any sizes, a square weight too, and any leading axes."""
    weight, bias, x = case
    x = x.contiguous()  # how it lies in memory is the next check's matter
    assert_close(
        loaded(submission, weight, bias)(x),
        F.linear(x, weight, bias),
        name="y",
        oracle="nn.Linear",
        sizes={"in": weight.shape[1], "out": weight.shape[0]},
    )


@needs("test_forward")
def test_any_layout(submission, rng):
    """x may lie in memory in any order: transposed, or with its numbers apart."""
    weight, bias, x = normal(rng, 4, 3), normal(rng, 4), normal(rng, 5, 2, 3).contiguous()
    apart = x.repeat_interleave(2, -1)[..., ::2]
    layer = loaded(submission, weight, bias)
    for view in (x.transpose(0, 1), apart, apart.transpose(0, 1)):
        assert_close(layer(view), F.linear(view, weight, bias), name="y", oracle="nn.Linear")


@needs("test_forward")
@points(2)
@given(case=layers_and_inputs(), data=st.data())
def test_gradients(submission, case, data):
    """The gradients that flow to x, weight and bias are those of nn.Linear."""
    weight, bias, x = case
    x = x.contiguous()
    upstream = data.draw(strategies.tensors((*x.shape[:-1], weight.shape[0])))
    leaves = [t.clone().requires_grad_() for t in (x, weight, bias)]
    dx, *expected = torch.autograd.grad(F.linear(*leaves), leaves, upstream)
    _, (dx_theirs,), gradients = vjp(loaded(submission, weight, bias), (x,), upstream)
    sizes = {"in": weight.shape[1], "out": weight.shape[0]}
    assert_close(dx_theirs, dx, name="dx", sizes=sizes)
    names = ("weight", "bias")
    assert_close(tuple(gradients.get(name) for name in names), tuple(expected), name=names, sizes=sizes)


@needs("test_parameters")
def test_without_bias(submission, rng):
    """bias=False makes a layer whose bias is None, and which adds none."""
    i, o = integer(rng, 2, 6), integer(rng, 7, 9)
    seed_worker(submission, rng)
    layer = submission.Linear(i, o, bias=False)
    check(layer.bias is None, "With bias=False the attribute bias must be None; this layer has one.")
    names = sorted(layer.state_dict())
    check(names == ["weight"], f"With bias=False state_dict() must hold weight alone; it holds {', '.join(names)}.")
    square = submission.Linear(i, i, bias=False)
    zeros, x = torch.zeros(3, i), torch.randn(3, i, generator=rng)
    y = square(zeros)
    check(
        isinstance(y, torch.Tensor) and y.shape == (3, i) and not y.any(),
        "Without a bias the output for x = 0 is 0: nothing is added to x @ weight.T.",
    )
    assert_responds(square(x), square(x + 1), name="y")


@needs("test_forward")
def test_layers_keep_apart(submission, rng):
    """Each layer computes with weights of its own, also while another of the same sizes is in use."""
    i, o = integer(rng, 2, 6), integer(rng, 7, 9)
    cases = [(normal(rng, o, i), normal(rng, o)) for _ in range(2)]
    layers = [loaded(submission, *case) for case in cases]
    for number in (0, 1, 0):
        x = normal(rng, 3, i)
        assert_close(
            layers[number](x), F.linear(x, *cases[number]), name=f"y of layer {number + 1}", oracle="nn.Linear"
        )


@needs("test_forward")
def test_input_stays_as_it_is(submission, rng):
    """x is not modified, and the same x gives the same output again."""
    i, o = integer(rng, 2, 6), integer(rng, 7, 9)
    layer, x = loaded(submission, normal(rng, o, i), normal(rng, o)), normal(rng, 3, i)
    y = assert_unchanged(layer, x)
    assert_responds(y, layer(normal(rng, 3, i)), name="y")
    assert_close(layer(x), y, name="y, the second time", oracle="the first time")


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
    check(
        not all(torch.equal(weights[0], weight) for weight in weights[1:]),
        "New layers of equal sizes start with equal weights: each is to be drawn anew. Is a seed set in __init__?",
    )
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
    check(numbers.unique().numel() > 1, f"{wanted}; yours is {largest:.4g} everywhere.")
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


@needs("test_parameters")
@points(2)
def test_first_weights(submission, rng):
    """The weight of a new layer is drawn number by number, uniform between −1/√in and 1/√in."""
    i, o = integer(rng, 30, 60), integer(rng, 100, 140)
    weights, _ = new_layers(submission, rng, i, o, 4)
    # 3,000 uniform float32 numbers of 24 bits: whole rows never come twice, and whole columns neither
    for lines, which in ((weights, "rows"), (weights[:o].T, "columns")):
        alike = len(lines.unique(dim=0)) < len(lines)
        check(not alike or weights.unique().numel() == 1, f"Two {which} of weight are equal: draw every number.")
    check_uniform(weights, 1 / math.sqrt(i), i, o, "weight")


@needs("test_first_weights")
def test_first_biases(submission, rng):
    """The bias of a new layer is uniform between −1/√in and 1/√in too: in, not out, its length."""
    i, o = integer(rng, 30, 60), integer(rng, 400, 500)
    _, biases = new_layers(submission, rng, i, o, 5)
    check_uniform(biases, 1 / math.sqrt(i), i, o, "bias")

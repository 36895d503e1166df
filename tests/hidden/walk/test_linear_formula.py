"""Checks of walk.linear_formula: one formula for a stack of layers, against the layers themselves."""

import itertools

import torch

from grader.checks import (
    assert_close,
    assert_raises,
    assert_responds,
    assert_unchanged,
    check,
    integer,
    library,
    needs,
    normal,
    points,
    requires_grad,
    undisturbed,
    uniform,
)


def layers(rng, *sizes, dtype=torch.float64, without=()):
    """The weights and biases of layers of these sizes; those whose numbers are in ``without`` have no bias."""
    made = []
    for number, (nin, nout) in enumerate(itertools.pairwise(sizes)):
        bias = None if number in without else (normal(rng, nout) + uniform(rng, 1.5, 2.5, nout)).to(dtype).contiguous()
        made.append((normal(rng, nout, nin).to(dtype).contiguous(), bias))
    return made


def stack(submission, made, *, alone=False):
    """The model of these weights, where the submission runs; ``alone``: the layer itself, not in a Sequential."""
    nn = library(submission, "torch.nn")
    there = []
    for weight, bias in made:
        layer = nn.Linear(weight.shape[1], weight.shape[0], bias=bias is not None, dtype=weight.dtype)
        layer.load_state_dict({"weight": weight} | ({} if bias is None else {"bias": bias}))
        there.append(layer)
    return there[0] if alone else nn.Sequential(*there)


def expected(made):
    """w and b, by the layers' answers to unit vectors and to zero."""
    x = torch.cat([torch.zeros(1, made[0][0].shape[1]), torch.eye(made[0][0].shape[1])]).double()
    for weight, bias in made:
        x = torch.nn.functional.linear(x, weight.double(), None if bias is None else bias.double())
    return (x[1:] - x[0]).T.contiguous().to(made[0][0].dtype), x[0].to(made[0][0].dtype)


NAMES = ("w", "b")


@points(2)
def test_formula(submission, rng):
    """extract gives the w and b of the whole stack: of one layer, of two, and of any number, square ones too."""
    width = integer(rng, 2, 4)
    shapes = [(width,) * 3, (width + 1,) * 4, (3, 5, 2), (1, 4, 3, 2), (6, 1, 3), (2, 5, 3, 4, 1)]
    made = [layers(rng, *sizes) for sizes in shapes]
    for each in made:
        answer = submission.extract(stack(submission, each))
        assert_close(answer, expected(each), name=NAMES, oracle="the layers, one after the other")


@needs("test_formula")
def test_one_layer(submission, rng):
    """One layer is its own formula, in a Sequential or without one, also from one number to one number."""
    for sizes in ((4, 3), (1, 1), (2, 5)):
        for alone in (True, False):
            made = layers(rng, *sizes)
            answer = submission.extract(stack(submission, made, alone=alone))
            assert_close(answer, (made[0][0], made[0][1]), name=NAMES, oracle="the layer")


@needs("test_formula")
def test_layers_without_a_bias(submission, rng):
    """Layers without a bias add none; b is zeros where no layer has one."""
    for sizes, without in (((3, 4, 2, 5, 6), (1,)), ((2, 3, 5), (0,)), ((4, 2, 3), (0, 1)), ((3, 5, 2), (1,))):
        made = layers(rng, *sizes, without=without)
        assert_close(submission.extract(stack(submission, made)), expected(made), name=NAMES, oracle="the layers")


@needs("test_formula")
def test_dtype(submission, rng):
    """w and b have the dtype of the model, float32 and float64, and require no gradient."""
    for dtype, rtol in ((torch.float32, 1e-5), (torch.float64, 1e-9)):
        made = layers(rng, 3, 4, 2, dtype=dtype)
        w, b = submission.extract(stack(submission, made))
        assert_close((w, b), expected(made), name=NAMES, rtol=rtol, oracle="the layers")
        check(not requires_grad(w), "w requires a gradient: detach it.")
        check(not requires_grad(b), "b requires a gradient: detach it.")


@needs("test_formula")
def test_no_formula(submission, rng):
    """Where something else is among the layers, ValueError is raised, and its message holds the name of the class."""
    nn = library(submission, "torch.nn")
    for name in ("Tanh", "ReLU", "Sigmoid", "Dropout", "LayerNorm"):
        made = layers(rng, 3, 4, 2)
        assert_close(submission.extract(stack(submission, made)), expected(made), name=NAMES, oracle="the layers")
        first, second = stack(submission, made)
        other = nn.LayerNorm(4) if name == "LayerNorm" else getattr(nn, name)()
        model = nn.Sequential(first, other, second)
        error = assert_raises(ValueError, submission.extract, model, why=f"{name} stands between the layers")
        check(name in error.message, f"The message is to hold {name}; it is {error.message!r}.")


@needs("test_formula")
def test_model_stays(submission, rng):
    """The model and torch's generator stay as they are, and of changed weights extract gives the new formula."""
    made = layers(rng, 3, 2, 4)
    model = stack(submission, made)
    with undisturbed(submission, rng):
        first = assert_unchanged(submission.extract, model)
    state = model.state_dict()
    for number, (weight, bias) in enumerate(made):
        assert_close(state[f"{number}.weight"], weight, name=f"the model's {number}.weight", oracle="before the call")
        assert_close(state[f"{number}.bias"], bias, name=f"the model's {number}.bias", oracle="before the call")
    others = layers(rng, 3, 2, 4)
    model.load_state_dict({f"{n}.weight": weight for n, (weight, _) in enumerate(others)}, strict=False)
    model.load_state_dict({f"{n}.bias": bias for n, (_, bias) in enumerate(others)}, strict=False)
    second = submission.extract(model)
    assert_responds(first, second, name="the formula")
    assert_close(second, expected(others), name=NAMES, oracle="the layers, with their new weights")

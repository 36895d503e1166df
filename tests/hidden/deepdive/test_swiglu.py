"""Checks of deepdive.swiglu: two paths whose product goes on, by torch's own silu and linear."""

import torch
import torch.nn.functional as F

from grader.checks import (
    assert_close,
    assert_responds,
    assert_unchanged,
    check,
    integer,
    needs,
    normal,
    points,
    uniform,
    vjp,
)

D, S = torch.float64, torch.float32
PARTS = ("gate", "up", "down")


def random_weights(rng, dim, hidden, scale=1.5):
    """The three matrices, so that what comes to the activation is of size 1 to 3."""
    shapes = {"gate": (hidden, dim), "up": (hidden, dim), "down": (dim, hidden)}
    return {f"{name}.weight": normal(rng, *shape, scale=scale * shape[1] ** -0.5) for name, shape in shapes.items()}


def make(submission, weights):
    """The learner's network in the weights' dtype, with these weights."""
    hidden, dim = weights["gate.weight"].shape
    network = submission.SwiGLU(dim, hidden).to(weights["gate.weight"].dtype)
    own = {name: tuple(p.shape) for name, p in iter(network.named_parameters())}
    lacking = [name for name in weights if name not in own]
    check(not lacking, f"The network has no {', '.join(lacking)}: its parts are nn.Linear, named gate, up and down.")
    for name, weight in weights.items():
        shape = tuple(weight.shape)
        check(own[name] == shape, f"{name} has the shape {own[name]}; for SwiGLU({dim}, {hidden}) it is {shape}.")
    biases = {f"{name}.bias": uniform_bias(weights[f"{name}.weight"]) for name in PARTS}
    network.load_state_dict({**weights, **biases}, strict=False)  # a bias is left by a network without
    return network


def uniform_bias(weight):
    """A bias that is not 0, for a network that should have none."""
    return weight[:, 0].clone()


def right(x, weights):
    """What is right."""
    gate, up, down = (weights[f"{name}.weight"] for name in PARTS)
    return F.linear(F.silu(F.linear(x, gate)) * F.linear(x, up), down)


def test_parameters(submission, rng):
    """Three matrices are trained, gate, up and down, without bias, as torch draws them: no two networks are equal."""
    for _ in range(2):
        dim, hidden = integer(rng, 3, 6), integer(rng, 7, 12)
        networks = [submission.SwiGLU(dim, hidden) for _ in range(2)]
        own = [dict(iter(network.named_parameters())) for network in networks]
        shapes = {name: tuple(p.shape) for name, p in own[0].items()}
        wanted = {"gate.weight": (hidden, dim), "up.weight": (hidden, dim), "down.weight": (dim, hidden)}
        biases = [name for name in shapes if name.endswith("bias")]
        check(not biases, f"The layers have no bias; here is {', '.join(biases)}. nn.Linear takes bias=False.")
        check(
            shapes == wanted,
            f"The parameters of SwiGLU({dim}, {hidden}) are to be {in_words(wanted)}; here are {in_words(shapes)}.",
        )
        for name in wanted:
            p = [parameters[name] for parameters in own]
            check(not torch.equal(*p), f"{name} is the same in two new networks: leave it as nn.Linear draws it.")
        check(
            not torch.equal(own[0]["gate.weight"], own[0]["up.weight"]),
            "gate and up are the same: two layers are wanted.",
        )
        out = [networks[0](normal(rng, 2, dim).to(S)) for _ in range(2)]
        assert_responds(*out, name="what the network returns")


def in_words(shapes):
    """Names and shapes."""
    return ", ".join(f"{name} {shape}" for name, shape in shapes.items()) or "none"


@points(3)
@needs("test_parameters")
def test_output(submission, rng):
    """The output is down(silu(gate(x)) · up(x)), for any leading axes and widths."""
    cases = []
    for shape, hidden in (((4, 5), 9), ((2, 3, 6), 4), ((7,), 11), ((3, 2), 1), ((2, 1, 4, 3), 8)):
        cases.append((normal(rng, *shape), random_weights(rng, shape[-1], hidden)))
    for x, weights in cases:
        make(submission, weights)(x)
    for x, weights in cases:
        sizes = {"dim": x.shape[-1], "hidden": len(weights["gate.weight"])}
        out = make(submission, weights)(x)
        assert_close(out, right(x, weights), name="out", rtol=1e-6, sizes=sizes, oracle="F.silu and F.linear")


@needs("test_output")
def test_extremes(submission, rng):
    """Where the gate comes to ±10,000 it is shut or wide open: the answer stays finite, and right."""
    dim, hidden = integer(rng, 4, 6), integer(rng, 7, 9)
    for dtype in (D, S):
        weights = random_weights(rng, dim, hidden)
        weights["gate.weight"] = weights["gate.weight"] * 1e4
        weights = {name: w.to(dtype) for name, w in weights.items()}
        x = (normal(rng, 5, dim).sign() * uniform(rng, 1.0, 2.0, 5, dim)).to(dtype)
        out = make(submission, weights)(x)
        exact = right(x.double(), {name: w.double() for name, w in weights.items()}).to(dtype)
        assert_close(out, exact, name="out", rtol=1e-5, oracle="F.silu and F.linear")


@points(2)
@needs("test_output")
def test_gradients(submission, rng):
    """Gradients reach x and the three matrices, through the gate as well."""
    dim, hidden = integer(rng, 4, 6), integer(rng, 7, 9)
    x, weights, upstream = normal(rng, 2, 3, dim), random_weights(rng, dim, hidden), normal(rng, 2, 3, dim)
    _, (dx,), dweights = vjp(make(submission, weights), (x,), upstream)
    leaves = [tensor.clone().requires_grad_() for tensor in (x, *weights.values())]
    out = right(leaves[0], dict(zip(weights, leaves[1:], strict=True)))
    dx_right, *others = torch.autograd.grad(out, leaves, upstream)
    assert_close(dx, dx_right, name="dx", rtol=1e-6)
    named = {f"d{name}": gradient for name, gradient in dweights.items()}
    assert_close(named, {f"d{n}": g for n, g in zip(weights, others, strict=True)}, name="gradients", rtol=1e-6)


@needs("test_output")
def test_x_stays_as_it_is(submission, rng):
    """x is not modified, and two networks in turns compute each with its own weights."""
    dim, hidden = integer(rng, 4, 6), integer(rng, 7, 9)
    weights = [random_weights(rng, dim, hidden) for _ in range(2)]
    networks = [make(submission, w) for w in weights]
    answers = []
    for number in (0, 1, 0):
        x = normal(rng, 4, dim).contiguous()
        answers.append(assert_unchanged(networks[number], x))
        assert_close(answers[-1], right(x, weights[number]), name="out", rtol=1e-6, oracle="F.silu and F.linear")
    assert_responds(answers[0], answers[2], name="out")
    for network, own in zip(networks, weights, strict=True):
        assert_close(network(x), right(x, own), name="out", rtol=1e-6, oracle="F.silu and F.linear")

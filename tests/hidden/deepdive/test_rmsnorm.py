"""Checks of deepdive.rmsnorm: against torch's own nn.RMSNorm."""

import torch
from torch import nn

from grader.checks import (
    assert_close,
    assert_responds,
    assert_unchanged,
    bonus,
    check,
    integer,
    needs,
    normal,
    points,
    uniform,
    vjp,
)

D, S = torch.float64, torch.float32


def random_weight(rng, dim):
    """A gain that keeps away from 1."""
    return uniform(rng, 1.3, 2.5, dim)


def away(x):
    """The same numbers half a unit further from 0, where an eps of 1e-6 is none."""
    return x + 0.5 * x.sign()


def make(submission, weight, eps=(1e-6,)):
    """The learner's norm with this weight, in float64; eps is passed in, but for ()."""
    norm = submission.RMSNorm(len(weight), *eps).double()
    load(norm, weight)
    return norm


def load(norm, weight):
    """Give a norm its weight."""
    found = set(dict(iter(norm.named_parameters())))
    check(
        "weight" in found,
        "The norm has no parameter weight: self.weight = nn.Parameter(…), so that it is trained and saved.",
    )
    norm.load_state_dict({"weight": weight}, strict=False)


def torchs(x, weight, eps=1e-6):
    """What is right, by torch's own."""
    norm = nn.RMSNorm(x.shape[-1], eps=eps, dtype=D)
    with torch.no_grad():
        norm.weight.copy_(weight)
        return norm(x.double()).to(x.dtype)


def test_weight(submission, rng):
    """weight is the one parameter, (dim,), and made of ones; a new norm therefore divides, and does no more."""
    for dim in (integer(rng, 3, 9), integer(rng, 10, 20)):
        norm = submission.RMSNorm(dim)
        parameters = dict(iter(norm.named_parameters()))
        check("weight" in parameters, "The norm has no parameter weight: self.weight = nn.Parameter(torch.ones(dim)).")
        more = sorted(set(parameters) - {"weight"})
        check(not more, f"{', '.join(more)} is a parameter, too. RMSNorm has its weight alone: no bias.")
        assert_close(parameters["weight"], torch.ones(dim), name="weight", oracle="ones")
        answers = [norm(normal(rng, 4, dim).to(S)) for _ in range(2)]
        assert_responds(*answers, name="what the norm returns")


@points(3)
@needs("test_weight")
def test_matches_torch(submission, rng):
    """The output is x / √(mean of x² + eps) · weight, as nn.RMSNorm has it, for any leading axes."""
    cases = []
    for shape in ((4, 7), (2, 3, 6), (5,), (2, 1, 4, 9), (1, 2)):
        x = away(normal(rng, *shape, scale=2.0) + uniform(rng, 0.5, 1.5, 1))  # a mean that is not 0
        cases.append((x, random_weight(rng, shape[-1])))
    for x, weight in cases:
        make(submission, weight)(x)
    for x, weight in cases:
        out = make(submission, weight)(x)
        assert_close(
            out, torchs(x, weight), name="out", rtol=1e-5, oracle="nn.RMSNorm", sizes={"dim": x.shape[-1]}
        )  # fmt: skip


@points(2)
@needs("test_matches_torch")
def test_eps(submission, rng):
    """eps stands under the root, as it is passed in (1e-6 without it): it counts where x is small, or all zeros."""
    cases = []
    for eps in ((), (1e-3,), (0.05,)):
        size = 0.7 * (eps[0] if eps else 1e-6) ** 0.5
        x = size * normal(rng, 4, 6).contiguous()
        x[2] = 0.0
        cases.append((x, random_weight(rng, 6), eps))
    for x, weight, eps in cases:
        make(submission, weight, eps)(x)
    for x, weight, eps in cases:
        out = make(submission, weight, eps)(x)
        assert_close(out, torchs(x, weight, *eps), name="out", rtol=1e-5, oracle="nn.RMSNorm")


@needs("test_matches_torch")
def test_float32(submission, rng):
    """In float32 the norm answers in float32."""
    x, weight = away(normal(rng, 3, 5, 8)).to(S), random_weight(rng, 8).to(S)
    norm = submission.RMSNorm(8, 1e-6)
    load(norm, weight)
    assert_close(norm(x), torchs(x, weight.double()), name="out", rtol=1e-5, oracle="nn.RMSNorm")


@points(2)
@needs("test_matches_torch")
def test_gradients(submission, rng):
    """Gradients reach x and weight as through nn.RMSNorm: by the root mean square, too."""
    dim = integer(rng, 5, 8)
    x, weight, upstream = away(normal(rng, 3, 4, dim)), random_weight(rng, dim), normal(rng, 3, 4, dim)
    _, (dx,), dparams = vjp(make(submission, weight), (x,), upstream)
    leaves = [x.clone().requires_grad_(), weight.clone().requires_grad_()]
    right = leaves[0] / (leaves[0].pow(2).mean(-1, keepdim=True) + 1e-6).sqrt() * leaves[1]
    dx_right, dw_right = torch.autograd.grad(right, leaves, upstream)
    assert_close((dx, dparams.get("weight")), (dx_right, dw_right), name=("dx", "dweight"), rtol=1e-5)


@needs("test_matches_torch")
def test_x_stays_as_it_is(submission, rng):
    """x is not modified, and two norms in turns keep apart."""
    weights = [random_weight(rng, 6) for _ in range(2)]
    norms = [make(submission, weight) for weight in weights]
    answers = []
    for number in (0, 1, 0):
        x = away(normal(rng, 5, 6)).contiguous()
        answers.append(assert_unchanged(norms[number], x))
        assert_close(answers[-1], torchs(x, weights[number]), name="out", rtol=1e-5, oracle="nn.RMSNorm")
    assert_responds(answers[0], answers[2], name="out")
    for norm, weight in zip(norms, weights, strict=True):
        assert_close(norm(x), torchs(x, weight), name="out", rtol=1e-5, oracle="nn.RMSNorm")


@bonus
@needs("test_float32")
def test_half_precision(submission, rng):
    """In float16 the mean square of numbers around 1,000 is computed where it fits, and the answer is float16."""
    weight = random_weight(rng, 8).half()
    norm = submission.RMSNorm(8, 1e-6).half()
    load(norm, weight)
    for scale in (1.0, 1_000.0):
        x = (scale * (1.0 + 0.5 * normal(rng, 3, 8))).half()
        assert_close(norm(x), torchs(x, weight.double()), name="out", rtol=4e-3, oracle="nn.RMSNorm")

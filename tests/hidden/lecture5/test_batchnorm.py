"""Checks of lecture5.batchnorm: one formula for the gradients of a batch normalisation."""

import hypothesis.strategies as st
import torch
from hypothesis import given

from grader.checks import (
    assert_close,
    assert_responds,
    assert_unchanged,
    check,
    needs,
    normal,
    points,
    strategies,
    undisturbed,
    uniform,
)

GRADIENTS = ("dx", "dgain", "dbias")


def batchnorm(x, gain, bias):
    """The layer as the lecture has it, in torch: (out, bnraw, bnvar_inv)."""
    var_inv = (x.var(0, keepdim=True, unbiased=True) + 1e-5) ** -0.5  # (1, H)
    raw = (x - x.mean(0, keepdim=True)) * var_inv  # (n, H)
    return gain * raw + bias, raw, var_inv


def autograd(dout, x, gain):
    """(dx, dgain, dbias) by torch's own graph."""
    x, gain = x.clone().requires_grad_(), gain.clone().requires_grad_()
    bias = torch.full_like(gain, 0.3).requires_grad_()
    out, _, _ = batchnorm(x, gain, bias)
    return torch.autograd.grad(out, (x, gain, bias), grad_outputs=dout)


def arguments(dout, x, gain):
    """What the submission is given: the gradient, and what the forward pass on x has kept."""
    _, raw, var_inv = batchnorm(x, gain, torch.zeros_like(gain))
    return dout, raw, gain, var_inv


def transposed(tensor):
    """A copy that is the transpose of another tensor."""
    return tensor.mT.contiguous().mT


def spaced(tensor):
    """A copy whose numbers lie apart in memory."""
    return torch.stack([tensor, tensor], -1)[..., 0]


def random_layer(rng, n, H, scale=1.0):
    """The gradient dout (n, H), input x (n, H) of the given scale, and a gain (1, H) away from 0 and 1."""
    return normal(rng, n, H), normal(rng, n, H, scale=scale), uniform(rng, 1.5, 2.5, 1, H)


@st.composite
def layers(draw):
    """Layers from three rows of one column upwards, with nothing at 0 or 1 when shrunk.

    The smallest input is 0, 2, 4, with bnraw −1, 0, 1 and bnvar_inv ½: rows that are equal would leave bnraw
    at 0, and a variance of 1 would hide what bnvar_inv does.
    """
    n, H = draw(strategies.sizes(3, 6)), draw(strategies.sizes(1, 4))
    dout = draw(strategies.tensors((n, H))).contiguous()
    ramp = 2 * torch.arange(n, dtype=torch.float64)[:, None]
    gains = st.lists(st.sampled_from([3.0, 0.5, 2.0, -1.5]), min_size=H, max_size=H)
    return dout, ramp + draw(strategies.tensors((n, H))), torch.tensor([draw(gains)], dtype=torch.float64)


def compare(submission, dout, x, gain, **how):
    answer = submission.batchnorm_backward(*arguments(dout, x, gain))
    assert_close(answer, autograd(dout, x, gain), name=GRADIENTS, sizes={"n": len(x), "H": x.shape[1]}, **how)


@points(4)
@given(layer=layers())
def test_matches_autograd(submission, layer):
    """The three gradients equal autograd's for any batch of three rows or more."""
    compare(submission, *layer)


@needs("test_matches_autograd")
def test_batches_of_the_lecture(submission, rng):
    """The three gradients equal autograd's for batch after batch of 32 rows of 64 columns, views of others too."""
    for _ in range(2):
        dout, x, gain = random_layer(rng, 32, 64, scale=2.0)
        for lie in (torch.Tensor.contiguous, transposed, spaced):
            _, raw, gain, var_inv = arguments(dout, x, gain)
            answer = submission.batchnorm_backward(*map(lie, (dout, raw, gain, var_inv)))
            assert_close(answer, autograd(dout, x, gain), name=GRADIENTS, sizes={"n": 32, "H": 64})


@needs("test_matches_autograd")
def test_two_rows(submission, rng):
    """The gradients are right for a batch of two, where n/(n−1) is 2."""
    # Two rows normalise to ±0.707 whatever they are, so that dx is almost zero. Here var is of the size of
    # the 1e-5 beside it, which leaves a gradient to look at.
    compare(submission, *random_layer(rng, 2, 5, scale=0.01))


@needs("test_matches_autograd")
def test_float32(submission, rng):
    """The gradients of float32 tensors are float32."""
    dout, x, gain = random_layer(rng, 9, 4)
    answer = submission.batchnorm_backward(*(argument.float() for argument in arguments(dout, x, gain)))
    expected = tuple(gradient.float() for gradient in autograd(dout, x, gain))
    assert_close(answer, expected, name=GRADIENTS, sizes={"n": 9, "H": 4}, rtol=1e-4)


def test_columns_of_dx_sum_to_zero(submission, rng):
    """Each column of dx sums to zero, without being zero itself: it follows dout."""
    dout, x, gain = random_layer(rng, 8, 5)
    factor = float(uniform(rng, 2, 3))
    answers = [submission.batchnorm_backward(*arguments(upstream, x, gain)) for upstream in (dout, factor * dout)]
    for answer in answers:
        check(
            isinstance(answer, tuple | list) and len(answer) == 3,
            "batchnorm_backward must return three tensors: dx, dgain and dbias.",
        )
        dx = answer[0]
        check(
            isinstance(dx, torch.Tensor) and dx.shape == x.shape and dx.is_floating_point(),
            "dx must be a tensor of the shape of dout, here (8, 5).",
        )
        check(bool((dx.abs().sum(0) > 1e-3).all()), "A column of dx is zero throughout: nothing would be learned.")
        check(
            bool((dx.sum(0).abs() < 1e-6 * dx.abs().sum(0)).all()),
            "A column of dx does not sum to zero. Adding a number to a whole column of x changes nothing behind "
            "the layer, so the gradients of the column must cancel.",
        )
    dx, larger = answers[0][0].double(), answers[1][0].double()
    check(
        torch.allclose(larger, factor * dx, rtol=1e-4),
        f"With dout {factor:.3g} times as large, dx must be {factor:.3g} times as large too.",
    )


def test_arguments_stay_as_they_are(submission, rng):
    """All arguments stay as they are, and so do torch's default dtype and global generator."""
    layers = [random_layer(rng, 4, 3) for _ in range(2)]
    with undisturbed(submission, rng):
        answers = [assert_unchanged(submission.batchnorm_backward, *arguments(*layer)) for layer in layers]
    assert_responds(*answers, name=", ".join(GRADIENTS))

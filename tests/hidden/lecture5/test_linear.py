"""Checks of lecture5.linear against autograd, on small numbers first: a counterexample shall fit on paper."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from grader.checks import assert_close, assert_unchanged, normal, points, strategies

NAMES = ("dx", "dW", "db")


def gradients(dout, x, W):
    """Autograd's gradients of y = x @ W + b."""
    x, W = x.clone().requires_grad_(), W.clone().requires_grad_()
    b = torch.zeros(W.shape[1], dtype=W.dtype, requires_grad=True)  # its value does not enter the gradients
    return torch.autograd.grad(x @ W + b, (x, W, b), dout)


def compare(submission, dout, x, W):
    sizes = {"N": x.numel() // x.shape[-1], "in": W.shape[0], "out": W.shape[1]}
    actual = submission.linear_backward(dout, x, W)
    assert_close(actual, gradients(dout, x, W), name=NAMES, sizes=sizes)


@st.composite
def layers(draw, leading_axes, most):
    """dout, x and W of a layer, in halves, every size from 1 to ``most``."""
    axes = [draw(strategies.sizes(1, most)) for _ in range(leading_axes)]
    n_in, n_out = draw(strategies.sizes(1, most)), draw(strategies.sizes(1, most))
    return (
        draw(strategies.tensors((*axes, n_out))),
        draw(strategies.tensors((*axes, n_in))),
        draw(strategies.tensors((n_in, n_out))),
    )


def random_layer(rng, axes):
    """The same, of normal numbers, with more inputs than outputs or the other way round."""
    n_in, n_out = (torch.randperm(4, generator=rng)[:2] + 5).tolist()
    shapes = ((*axes, n_out), (*axes, n_in), (n_in, n_out))
    return [normal(rng, *shape) for shape in shapes]


@points(2)
@given(layer=layers(leading_axes=1, most=3))
def test_matches_autograd(submission, layer):
    """dx, dW and db equal autograd's for a batch of rows."""
    compare(submission, *layer)


def test_layer_that_is_not_square(submission, rng):
    """dx, dW and db equal autograd's when in and out differ, whichever is larger."""
    for N in (3, 4, 9):
        compare(submission, *random_layer(rng, (N,)))


@given(layer=layers(leading_axes=2, most=2))
def test_two_leading_axes(submission, layer):
    """dx, dW and db equal autograd's for x of shape (B, T, in): every leading axis counts rows."""
    compare(submission, *layer)


def test_any_leading_axes(submission, rng):
    """dx, dW and db equal autograd's for one row without a leading axis, and for two or three leading axes."""
    for axes in ((2, 3, 4), (3, 2), ()):
        compare(submission, *random_layer(rng, axes))


def test_arguments_are_unchanged(submission, rng):
    """The right gradients are found without modifying dout, x or W."""
    layer = random_layer(rng, (4,))
    compare(submission, *layer)
    assert_unchanged(submission.linear_backward, *layer)

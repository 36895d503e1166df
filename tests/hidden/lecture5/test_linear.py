"""Checks of lecture5.linear against autograd, on small numbers first: a counterexample shall fit on paper."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from grader.checks import (
    assert_close,
    assert_responds,
    assert_unchanged,
    check,
    integers,
    needs,
    normal,
    points,
    strategies,
    undisturbed,
)

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
def layers(draw):
    """dout, x and W of a layer, in halves, every size from 1 to 3; in float32 they are as exact as in float64."""
    N = draw(st.sampled_from([2, 1, 3]))  # two rows show what one bias for each row is
    n_in, n_out = draw(strategies.sizes(1, 3)), draw(strategies.sizes(1, 3))
    dtype = draw(st.sampled_from(["float64", "float32"]))
    shapes = ((N, n_out), (N, n_in), (n_in, n_out))
    return [draw(strategies.tensors(shape, dtype=dtype)).contiguous() for shape in shapes]


@st.composite
def views(draw):
    """dout, x and W of a layer with two leading axes, in halves, as they may lie in memory."""
    B, T, n_in, n_out = (draw(strategies.sizes(2, 3)) for _ in range(4))
    dout, x, W = (draw(strategies.tensors(shape)) for shape in ((B, T, n_out), (B, T, n_in), (n_in, n_out)))
    return (dout[:1].expand(dout.shape) if draw(st.booleans()) else dout), x, W


def random_layer(rng, axes):
    """The same in float64, with more inputs than outputs or the other way round."""
    n_in, n_out = (torch.randperm(4, generator=rng)[:2] + 5).tolist()
    return [integers(rng, -8, 8, *shape).double() / 2 for shape in ((*axes, n_out), (*axes, n_in), (n_in, n_out))]


@points(3)
@given(layer=layers())
def test_matches_autograd(submission, layer):
    """dx, dW and db equal autograd's for a batch of rows, and are of its dtype."""
    compare(submission, *layer)


@needs("test_matches_autograd")
def test_layer_of_the_lecture(submission, rng):
    """dx, dW and db are as exact as float64 allows for 32 rows of 30 numbers into 64: the lecture's first layer."""
    for _ in range(2):  # the second shows an answer that was kept from the first
        compare(submission, *(normal(rng, *shape).contiguous() for shape in ((32, 64), (32, 30), (30, 64))))


def test_any_leading_axes(submission, rng):
    """Every leading axis counts rows: in a batch, in another order, they have the same dx, dW and db."""
    for axes in ((2, 3, 4), (3, 2), ()):
        dout, x, W = random_layer(rng, axes)
        rows, dout_rows = x.reshape(-1, x.shape[-1]), dout.reshape(-1, dout.shape[-1])
        order = torch.randperm(len(rows), generator=rng)
        answers = [submission.linear_backward(d[order], rows[order], W) for d in (dout_rows, 3 * dout_rows)]
        assert_responds(*answers, name=", ".join(NAMES))
        batch = answers[0]
        check(
            isinstance(batch, tuple | list) and len(batch) == 3 and all(isinstance(t, torch.Tensor) for t in batch),
            "linear_backward must return three tensors: dx, dW and db.",
        )
        dx, dW, db = batch
        check(dx.shape == rows.shape, "dx must have the shape of x.")
        expected = (dx[order.argsort()].reshape(x.shape), dW, db)
        assert_close(submission.linear_backward(dout, x, W), expected, name=NAMES, oracle="your own, of one batch")


@needs("test_matches_autograd", "test_any_leading_axes")
@given(layer=views())
def test_views(submission, layer):
    """Arguments may be views of other tensors, transposed or expanded: dx, dW and db are right for them."""
    compare(submission, *layer)


def test_arguments_are_unchanged(submission, rng):
    """linear_backward leaves dout, x and W as they are, and torch's default dtype and global generator, too."""
    layer = random_layer(rng, (4,))
    other = [2 * argument + 1 for argument in layer]
    with undisturbed(submission, rng):
        answers = [assert_unchanged(submission.linear_backward, *arguments) for arguments in (layer, other)]
    assert_responds(*answers, name=", ".join(NAMES))

"""Checks of lecture10.hellaswag: the values, the gradients, and what a factor of the input does."""

import hypothesis.strategies as st
import torch
from hypothesis import given

from grader.checks import assert_close, assert_responds, assert_unchanged, check, normal, points, strategies, uniform


def twin(x, w):
    """What mean_square must return, written in another way than the solution has it."""
    return torch.einsum("nd,nd,d->n", x, x, w) / x.shape[1]


def gradients(dout, x, w):
    """The gradients of sum(out * dout), by torch's own graph."""
    x, w = x.clone().requires_grad_(), w.clone().requires_grad_()
    return torch.autograd.grad(twin(x, w), (x, w), dout)


def random_batch(rng):
    """dout (5,), x (5, 3) and w (3,) in float64: sizes that differ, weights away from 0 and 1."""
    return normal(rng, 5), normal(rng, 5, 3), uniform(rng, 1.5, 2.5, 3)


@st.composite
def batches(draw):
    """(dout, x, w), from one example of one number upwards; they shrink to zeros."""
    N, D = draw(strategies.sizes(1, 4)), draw(strategies.sizes(1, 5))
    return tuple(draw(strategies.tensors(shape)) for shape in ((N,), (N, D), (D,)))


@points(2)
@given(batch=batches())
def test_mean_square(submission, batch):
    """mean_square is the mean of w · x² over the D numbers of each example."""
    _, x, w = batch
    assert_close(
        submission.mean_square(x, w),
        twin(x, w),
        name="out",
        sizes={"N": x.shape[0], "D": x.shape[1]},
        oracle="einsum",
    )


@points(2)
@given(batch=batches())
def test_gradients(submission, batch):
    """mean_square_backward gives autograd's gradients, for any gradient from above."""
    dout, x, w = batch
    assert_close(
        submission.mean_square_backward(dout, x, w),
        gradients(dout, x, w),
        name=("dx", "dw"),
        sizes={"N": x.shape[0], "D": x.shape[1]},
    )


def test_the_mean_square_grows_with_the_square_of_the_input(submission, rng):
    """Where x is multiplied by c, mean_square is c² times what it was."""
    _, x, w = random_batch(rng)
    c = float(uniform(rng, 1.5, 2.5))  # another in each run, or answers recorded in one would pass
    out, scaled = submission.mean_square(x, w), submission.mean_square(c * x, w)
    for answer in (out, scaled):  # before anything is computed with them
        check(
            isinstance(answer, torch.Tensor) and answer.shape == (5,),
            "mean_square must return one number for each example, here a tensor of shape (5,).",
        )
    assert_close(scaled, c**2 * out, name="mean_square(c * x, w)", oracle="c**2 * mean_square(x, w)")
    assert_responds(out, scaled, name="mean_square(x, w)")  # c² times 0 is 0


def test_arguments_stay_as_they_are(submission, rng):
    """Neither function modifies what is passed in, and both answer by what it is."""
    both = [random_batch(rng), random_batch(rng)]
    for name, skipped in (("mean_square", 1), ("mean_square_backward", 0)):
        answers = [assert_unchanged(getattr(submission, name), *batch[skipped:]) for batch in both]
        assert_responds(*answers, name=f"{name}(…)")  # None leaves them alone, too

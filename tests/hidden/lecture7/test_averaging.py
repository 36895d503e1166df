"""Checks of lecture7.averaging: one average, three ways."""

import hypothesis.strategies as st
import torch
from hypothesis import given

from grader.checks import assert_close, assert_unchanged, check, integer, normal, points, strategies

THREE = ("average_loop", "average_matmul", "average_softmax")


def running_mean(x):
    """What is right, by a running sum."""
    return x.cumsum(1) / torch.arange(1, x.shape[1] + 1, dtype=x.dtype)[:, None]


@st.composite
def sequences(draw):
    """x (B, T, C), from one token of one number upwards."""
    return draw(strategies.tensors((draw(st.integers(1, 2)), draw(st.integers(1, 5)), draw(st.integers(1, 3)))))


@given(x=sequences())
def test_loop(submission, x):
    """average_loop: out[b, t] is the mean of x[b, 0] to x[b, t]."""
    assert_close(submission.average_loop(x), running_mean(x), name="out", sizes={"T": x.shape[1]}, oracle="by cumsum")


@given(x=sequences())
def test_matmul(submission, x):
    """average_matmul: out[b, t] is the mean of x[b, 0] to x[b, t], by a product with a lower triangular matrix."""
    assert_close(submission.average_matmul(x), running_mean(x), name="out", sizes={"T": x.shape[1]}, oracle="by cumsum")


@given(x=sequences())
def test_softmax(submission, x):
    """average_softmax: out[b, t] is the mean of x[b, 0] to x[b, t], with weights that come from a softmax."""
    assert_close(
        submission.average_softmax(x), running_mean(x), name="out", sizes={"T": x.shape[1]}, oracle="by cumsum"
    )


@points(2)
def test_all_three_agree(submission, rng):
    """All three agree to the last digits of float64, and look at nothing that comes later."""
    B, T, C = integer(rng, 2, 4), integer(rng, 6, 12), integer(rng, 2, 5)
    x = normal(rng, B, T, C)
    changed = x.clone()
    changed[:, T // 2 :] += 5.0
    for name in THREE:
        before, after = getattr(submission, name)(x), getattr(submission, name)(changed)
        for out in (before, after):
            check(
                isinstance(out, torch.Tensor) and out.shape == x.shape, f"{name} must return a tensor {tuple(x.shape)}."
            )
        check(
            torch.allclose(before[:, : T // 2], after[:, : T // 2], rtol=1e-9, atol=1e-12, equal_nan=True),
            f"{name}: token {T // 2} and later ones were changed, and averages before it changed with them.",
        )
        assert_close(before, running_mean(x), name=name, rtol=1e-13, sizes={"T": T}, oracle="by cumsum")
        assert_close(after, running_mean(changed), name=name, rtol=1e-13, sizes={"T": T}, oracle="by cumsum")


def test_float32(submission, rng):
    """A float32 x gives a float32 average."""
    x = torch.randn(2, integer(rng, 3, 6), 3, generator=rng)
    for name in THREE:
        assert_close(
            getattr(submission, name)(x), running_mean(x.double()).float(), name=name, rtol=1e-5, oracle="by cumsum"
        )


def test_x_stays_as_it_is(submission, rng):
    """All three find the averages without modifying x."""
    x = normal(rng, 2, 4, 3)
    for name in THREE:
        out = assert_unchanged(getattr(submission, name), x)
        assert_close(out, running_mean(x), name=name, sizes={"T": 4}, oracle="by cumsum")

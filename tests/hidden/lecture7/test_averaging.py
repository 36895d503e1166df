"""Checks of lecture7.averaging: one average, three ways."""

import hypothesis.strategies as st
import torch
from hypothesis import given

from grader.checks import (
    assert_close,
    assert_responds,
    assert_unchanged,
    bonus,
    check,
    integer,
    library,
    needs,
    new_state,
    normal,
    points,
    strategies,
)

THREE = ("average_loop", "average_matmul", "average_softmax")


def running_mean(x):
    """What is right, by a running sum."""
    return x.double().cumsum(1).to(x.dtype) / torch.arange(1, x.shape[1] + 1, dtype=x.dtype)[:, None]


@st.composite
def sequences(draw):
    """x (B, T, C), float32, from two tokens of one number upwards; a view or not, but one that can be written into."""
    x = draw(
        strategies.tensors((draw(st.integers(1, 2)), draw(st.integers(2, 5)), draw(st.integers(1, 3))), dtype="float32")
    )
    return x.contiguous() if 0 in x.stride() else x


def assert_averages(average, x):
    """The demand of each value check, for x and for its first token alone. float32 may add up in any order."""
    for part in (x, x[:, :1]):
        sizes = {"T": part.shape[1]}
        assert_close(average(part), running_mean(part), name="out", rtol=1e-5, sizes=sizes, oracle="by cumsum")


@given(x=sequences())
def test_loop(submission, x):
    """average_loop: out[b, t] is the mean of x[b, 0] to x[b, t]."""
    assert_averages(submission.average_loop, x)


@points(2)
@given(x=sequences())
def test_matmul(submission, x):
    """average_matmul: out[b, t] is the mean of x[b, 0] to x[b, t], by a product with a lower triangular matrix."""
    assert_averages(submission.average_matmul, x)


@points(2)
@given(x=sequences())
def test_softmax(submission, x):
    """average_softmax: out[b, t] is the mean of x[b, 0] to x[b, t], with weights that come from a softmax."""
    assert_averages(submission.average_softmax, x)


def one_of(out, x):
    """The last average but one; of those at the ends a wrong mask may make NaN, which other checks are about."""
    right = isinstance(out, torch.Tensor) and out.shape == x.shape
    check(right, f"A tensor of the shape of x is wanted, {tuple(x.shape)}.")
    return out[:, -2]


def test_nothing_later_is_looked_at(submission, rng):
    """Changing token t, and those after it, changes no average before t."""
    B, T, C = integer(rng, 2, 4), integer(rng, 6, 12), integer(rng, 2, 5)
    x = normal(rng, B, T, C).float()
    changed = x.clone()
    changed[:, T // 2 :] += 1e6  # a weight of 1e-9 would be seen
    for name in THREE:
        before, after = getattr(submission, name)(x), getattr(submission, name)(changed)
        assert_responds(one_of(before, x), one_of(after, x), name=f"{name}(x)[:, -2]")
        check(
            torch.allclose(before[:, : T // 2], after[:, : T // 2], rtol=1e-5, atol=1e-6, equal_nan=True),
            f"{name}: token {T // 2} and later ones were changed, and averages before it changed with them.",
        )


def test_x_stays_as_it_is(submission, rng):
    """All three leave x as it is, and so torch's default dtype and its global random generator."""
    torch_there = library(submission, "torch")
    state = new_state(rng)
    torch_there.set_rng_state(state)
    B, T, C = integer(rng, 2, 4), integer(rng, 5, 8), 3
    for name in THREE:
        inputs = normal(rng, B, T, C).float(), normal(rng, B, T, C).float()
        outs = [one_of(assert_unchanged(getattr(submission, name), x), x) for x in inputs]
        assert_responds(*outs, name=f"{name}(x)[:, -2]")
        check(torch_there.zeros(1).dtype == torch.float32, f"{name} changes torch's default dtype.")
        check(
            torch.equal(torch_there.get_rng_state(), state), f"{name} draws from torch's global generator, or seeds it."
        )


@bonus
@needs("test_loop", "test_matmul", "test_softmax")
def test_float64(submission, rng):
    """A float64 x is averaged in float64, to the last digits, by all three."""
    for T in (1, integer(rng, 6, 12)):
        x = normal(rng, integer(rng, 2, 4), T, integer(rng, 2, 5))
        for name in THREE:
            out = getattr(submission, name)(x)
            assert_close(out, running_mean(x), name=f"{name}(x)", rtol=1e-13, sizes={"T": T}, oracle="by cumsum")

"""Checks of lecture5.cross_entropy: one formula for the gradient of the loss with respect to the logits."""

import hypothesis.strategies as st
import torch
import torch.nn.functional as F
from hypothesis import given

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


def autograd(logits, targets):
    """The gradient of the mean cross-entropy, by torch's own graph."""
    logits = logits.clone().requires_grad_()
    return torch.autograd.grad(F.cross_entropy(logits, targets), logits)[0]


def random_batch(rng, N, C, scale=3.0):
    """Logits (N, C) in float64 and targets (N,)."""
    return normal(rng, N, C, scale=scale).contiguous(), integers(rng, 0, C - 1, N)


def extreme_batch(rng):
    """Logits of ±10,000 in float64: rows that lie wholly at one end, and rows that hold both ends.

    Within a row the logits still differ by a few units, so that no row is a foregone conclusion. Of the rows with
    both ends, one has its target at each.
    """
    logits = normal(rng, 6, 5).contiguous()
    logits[:2] += 1e4
    logits[2:4] -= 1e4
    logits[4:, :3] += 1e4
    logits[4:, 3:] -= 1e4
    targets = integers(rng, 0, 4, 6)
    targets[4], targets[5] = integers(rng, 0, 2), integers(rng, 3, 4)
    return logits, targets


@st.composite
def logits_and_targets(draw):
    """Batches from one example of two classes upwards; they shrink to logits of zeros and targets of 0."""
    N, C = draw(strategies.sizes(1, 6)), draw(strategies.sizes(2, 6))
    logits = draw(strategies.tensors((N, C))).contiguous()
    return logits, draw(strategies.integers_tensor((N,), 0, C))


def compare(submission, logits, targets, **how):
    expected = autograd(logits.double(), targets).to(logits.dtype)
    actual = submission.cross_entropy_backward(logits, targets)
    N, C = logits.shape
    assert_close(actual, expected, name="dlogits", sizes={"N": N, "C": C}, **how)


@points(3)
@given(batch=logits_and_targets())
def test_matches_autograd(submission, batch):
    """The gradient equals autograd's for any batch, down to one example of two classes."""
    compare(submission, *batch)


@needs("test_matches_autograd")
def test_batches_of_the_lecture(submission, rng):
    """The gradient equals autograd's for batch after batch of 32 examples of 27 characters, the lecture's sizes."""
    for _ in range(3):
        compare(submission, *random_batch(rng, 32, 27))


@needs("test_matches_autograd")
def test_views(submission, rng):
    """The logits may be a view of another tensor, transposed in memory or with gaps; so may the targets."""
    logits, targets = random_batch(rng, 4, 5)
    compare(submission, torch.stack([logits, logits], -1)[..., 0], torch.stack([targets, targets], -1)[:, 0])
    compare(submission, logits.T.contiguous().T, targets)


def test_each_row_pulls_up_its_target_and_sums_to_zero(submission, rng):
    """In each row the target's gradient is negative, the others positive, and the row sums to zero."""
    logits, targets = random_batch(rng, 7, 5, scale=1.0)
    dlogits, other = (submission.cross_entropy_backward(x, targets) for x in (logits, -logits))
    assert_responds(dlogits, other, name="dlogits")
    check(
        isinstance(dlogits, torch.Tensor) and dlogits.shape == (7, 5) and dlogits.is_floating_point(),
        "dlogits must be a tensor of the shape of the logits, here (7, 5).",
    )
    check(
        bool((dlogits.sum(1).abs() < 1e-6 * dlogits.abs().sum(1)).all()),
        "A row of dlogits does not sum to zero: what its target is pulled up, the others are pushed down.",
    )
    is_target = F.one_hot(targets, 5).bool()
    check(
        bool((dlogits[is_target] < 0).all()),
        "The gradient at the target must be negative: a step against it raises the target's logit.",
    )
    check(
        bool((dlogits[~is_target] > 0).all()),
        "The gradient away from the target must be positive: a step against it lowers those logits.",
    )


@needs("test_matches_autograd")
def test_large_logits(submission, rng):
    """The gradient is right for logits of ±10,000, where exp overflows."""
    compare(submission, *extreme_batch(rng))


@needs("test_matches_autograd", "test_large_logits")
def test_float32(submission, rng):
    """The gradient of float32 logits is float32, and right for logits of ±10,000 as well."""
    for N, C in ((5, 7), (1, 2)):
        logits, targets = random_batch(rng, N, C)
        # where a target is nearly certain, p - 1 has lost all but the last digits of 1: right to those of 1/N
        compare(submission, logits.float(), targets, rtol=1e-5, atol=1e-6 / N)
    # The oracle sees the same rounded logits, in float64. At 10,000 neighbouring float32 numbers lie 0.001
    # apart: exp(logits - logsumexp) is right, and loses that much, hence the tolerance.
    logits, targets = extreme_batch(rng)
    compare(submission, logits.float(), targets, rtol=2e-3)


def test_arguments_stay_as_they_are(submission, rng):
    """The logits and the targets stay as they are, and so do torch's default dtype and global generator."""
    batches = [random_batch(rng, 4, 3) for _ in range(2)]
    with undisturbed(submission, rng):
        answers = [assert_unchanged(submission.cross_entropy_backward, *batch) for batch in batches]
    assert_responds(*answers, name="dlogits")

"""Checks of lecture5.cross_entropy: one formula for the gradient of the loss with respect to the logits."""

import hypothesis.strategies as st
import torch
import torch.nn.functional as F
from hypothesis import given

from grader.checks import assert_close, assert_unchanged, check, normal, points, strategies


def autograd(logits, targets):
    """The gradient of the mean cross-entropy, by torch's own graph."""
    logits = logits.clone().requires_grad_()
    return torch.autograd.grad(F.cross_entropy(logits, targets), logits)[0]


def random_batch(rng, N, C, scale=3.0):
    """Logits (N, C) in float64 and targets (N,)."""
    logits = scale * normal(rng, N, C)
    return logits, torch.randint(0, C, (N,), generator=rng)


def extreme_batch(rng):
    """Logits of ±10,000 in float64: rows that lie wholly at one end, and rows that hold both ends.

    Within a row the logits still differ by a few units, so that no row is a foregone conclusion.
    """
    logits = normal(rng, 6, 5)
    logits[:2] += 1e4
    logits[2:4] -= 1e4
    logits[4:, :3] += 1e4
    logits[4:, 3:] -= 1e4
    return logits, torch.randint(0, 5, (6,), generator=rng)


@st.composite
def logits_and_targets(draw):
    """Batches from one example of two classes upwards; they shrink to logits of zeros and targets of 0."""
    N, C = draw(strategies.sizes(1, 6)), draw(strategies.sizes(2, 6))
    logits = draw(strategies.tensors((N, C)))
    targets = draw(st.lists(st.integers(0, C - 1), min_size=N, max_size=N))
    return logits, torch.tensor(targets)


@points(2)
@given(batch=logits_and_targets())
def test_matches_autograd(submission, batch):
    """The gradient equals autograd's for any batch, down to one example of two classes."""
    logits, targets = batch
    assert_close(
        submission.cross_entropy_backward(logits, targets),
        autograd(logits, targets),
        name="dlogits",
        sizes={"N": logits.shape[0], "C": logits.shape[1]},
    )


def test_batch_of_the_lecture(submission, rng):
    """The gradient equals autograd's on 32 examples of 27 characters, the sizes of the lecture."""
    for _ in range(2):  # the second batch shows an answer that was kept from the first
        logits, targets = random_batch(rng, 32, 27)
        assert_close(
            submission.cross_entropy_backward(logits, targets),
            autograd(logits, targets),
            name="dlogits",
            sizes={"N": 32, "C": 27},
        )


def test_each_row_pulls_up_its_target_and_sums_to_zero(submission, rng):
    """In each row the target's gradient is negative, the others positive, and the row sums to zero."""
    logits, targets = random_batch(rng, 7, 5, scale=1.0)
    dlogits = submission.cross_entropy_backward(logits, targets)
    check(
        isinstance(dlogits, torch.Tensor) and dlogits.shape == logits.shape,
        "dlogits must be a tensor of the shape of the logits, here (7, 5).",
    )
    check(
        bool((dlogits.sum(1).abs() < 1e-12).all()),
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


def test_large_logits(submission, rng):
    """The gradient is right for logits of ±10,000, where exp overflows."""
    logits, targets = extreme_batch(rng)
    assert_close(
        submission.cross_entropy_backward(logits, targets),
        autograd(logits, targets),
        name="dlogits",
        sizes={"N": 6, "C": 5},
    )


def test_large_logits_in_float32(submission, rng):
    """The gradient is right for float32 logits of ±10,000, and is float32 itself."""
    logits, targets = extreme_batch(rng)
    logits = logits.float()
    # The oracle sees the same rounded logits, in float64. At 10,000 neighbouring float32 numbers lie 0.001
    # apart: exp(logits - logsumexp) is right, and loses that much, hence the tolerance.
    assert_close(
        submission.cross_entropy_backward(logits, targets),
        autograd(logits.double(), targets).float(),
        name="dlogits",
        rtol=1e-3,
        sizes={"N": 6, "C": 5},
    )


def test_arguments_stay_as_they_are(submission, rng):
    """The right gradient is found without modifying the logits or the targets."""
    logits, targets = random_batch(rng, 4, 3)
    dlogits = assert_unchanged(submission.cross_entropy_backward, logits, targets)
    assert_close(dlogits, autograd(logits, targets), name="dlogits", sizes={"N": 4, "C": 3})

"""Checks of day3.softmax: softmax and cross-entropy, against torch in float64."""

import hypothesis.strategies as st
import numpy as np
import torch
import torch.nn.functional as F
from hypothesis import given

from grader.checks import assert_close, assert_unchanged, points, strategies


def oracle_softmax(z):
    """softmax over the last axis, by torch."""
    return torch.softmax(torch.from_numpy(z.copy()), dim=-1).numpy()


def oracle_loss(logits, y):
    """(loss, probs), by torch."""
    loss = F.cross_entropy(torch.from_numpy(logits.copy()), torch.from_numpy(y.copy()))
    return loss.item(), oracle_softmax(logits)


@st.composite
def scores(draw):
    """Scores of one to three axes."""
    leading = draw(st.lists(strategies.sizes(1, 4), max_size=2))
    return draw(strategies.tensors([*leading, draw(strategies.sizes(1, 5))])).numpy()


@st.composite
def batches(draw):
    """(logits, y), from one example of two classes upwards."""
    B, C = draw(strategies.sizes(1, 6)), draw(strategies.sizes(2, 6))
    logits = draw(strategies.tensors((B, C))).numpy()
    return logits, np.array(draw(st.lists(st.integers(0, C - 1), min_size=B, max_size=B)))


def extreme(rng):
    """Logits (6, 5) of ±10,000: rows that lie wholly at one end, rows that hold both ends, and their targets.

    The targets of the last two rows lie at the low end: the loss of each is 20,000 or so.
    """
    logits = rng.standard_normal((6, 5))
    logits[:2] += 1e4
    logits[2:4] -= 1e4
    logits[4:, :3] += 1e4
    logits[4:, 3:] -= 1e4
    return logits, np.concatenate([rng.integers(0, 5, 4), rng.integers(3, 5, 2)])


@given(z=scores())
def test_softmax(submission, z):
    """softmax is exp(z) over the sum of its row, along the last axis of one, two or three."""
    assert_close(submission.softmax(z), oracle_softmax(z), name="softmax(z)", oracle="torch")


def test_softmax_of_shifted_rows(submission, rng):
    """A number added to a whole row, a different one for each row, changes nothing."""
    z = rng.standard_normal((4, 6))
    expected = oracle_softmax(z)
    assert_close(submission.softmax(z), expected, name="softmax(z)", oracle="torch")
    shifted = z + rng.uniform(-300, 300, (4, 1))
    assert_close(submission.softmax(shifted), expected, name="softmax(z + c)", oracle="torch, of z", rtol=1e-8)


def test_softmax_of_large_scores(submission, rng):
    """softmax is finite and right for scores of ±10,000, where exp overflows and underflows."""
    z, _ = extreme(rng)
    assert_close(submission.softmax(z), oracle_softmax(z), name="softmax(z)", oracle="torch")


@points(2)
@given(batch=batches())
def test_cross_entropy(submission, batch):
    """The loss is the mean of −log p at the true classes, and the probabilities come with it."""
    logits, y = batch
    assert_close(
        submission.cross_entropy(logits, y),
        oracle_loss(logits, y),
        name=("loss", "probs"),
        sizes={"B": logits.shape[0], "C": logits.shape[1]},
        oracle="torch",
    )


def test_even_scores_have_the_loss_of_a_guess(submission, rng):
    """Where all logits of a row are equal, the loss is ln C and each probability 1/C."""
    for _ in range(3):
        B, C = int(rng.integers(1, 8)), int(rng.integers(2, 40))
        logits = np.repeat(rng.standard_normal((B, 1)), C, axis=1)
        assert_close(
            submission.cross_entropy(logits, rng.integers(0, C, B)),
            (float(np.log(C)), np.full((B, C), 1 / C)),
            name=("loss", "probs"),
            sizes={"B": B, "C": C},
            oracle="ln C",
        )


@points(2)
def test_confident_mistakes(submission, rng):
    """The loss of a mistake with logits of ±10,000 is the distance of the logits, not infinity and not 27.6."""
    logits, y = extreme(rng)
    assert_close(
        submission.cross_entropy(logits, y),
        oracle_loss(logits, y),
        name=("loss", "probs"),
        sizes={"B": 6, "C": 5},
        oracle="torch",
    )


def test_arguments_stay_as_they_are(submission, rng):
    """Neither function modifies what is passed in."""
    z = rng.standard_normal((3, 4))
    assert_close(assert_unchanged(submission.softmax, z), oracle_softmax(z), name="softmax(z)", oracle="torch")
    y = rng.integers(0, 4, 3)
    answer = assert_unchanged(submission.cross_entropy, z, y)
    assert_close(answer, oracle_loss(z, y), name=("loss", "probs"), oracle="torch")

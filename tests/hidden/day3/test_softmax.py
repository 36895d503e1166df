"""Checks of day3.softmax: softmax and cross-entropy, against the same in long doubles."""

import hypothesis.strategies as st
import numpy as np
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
)
from grader.checks.complex_step import cross_entropy


def oracle_softmax(z):
    """softmax over the last axis, in long doubles."""
    powers = np.exp((z - z.max(-1, keepdims=True)).astype(np.longdouble))
    return (powers / powers.sum(-1, keepdims=True)).astype(np.float64)


def oracle_loss(logits, y):
    """(loss, probs): −log p is log(Σ exp(z)) − z, however small p is."""
    return float(cross_entropy(logits.astype(np.longdouble), y)), oracle_softmax(logits)


@st.composite
def batches(draw):
    """(logits, y), from one example of two classes upwards."""
    B, C = draw(strategies.sizes(1, 6)), draw(strategies.sizes(2, 6))
    logits = draw(strategies.arrays((B, C), min_value=-2, max_value=2))
    y = draw(st.lists(st.integers(0, C - 1), min_size=B, max_size=B))
    return logits, np.array(y, draw(st.sampled_from(["int64", "int32"])))


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


def compare_loss(submission, logits, y):
    """Loss and probabilities against the oracle's."""
    answer = submission.cross_entropy(logits, y)
    sizes = {"B": logits.shape[0], "C": logits.shape[1]}
    assert_close(answer, oracle_loss(logits, y), name=("loss", "probs"), sizes=sizes, oracle="long doubles")


@points(2)
def test_softmax(submission, rng):
    """softmax is exp(z) over the sum of its row, along the last axis, of one axis or several."""
    for shape in ((4, 4), (5, 3), (2, 3, 5), (3, 4, 1, 2), (7,), (1,)):
        z = normal(rng, *shape, scale=2.0)
        assert_close(submission.softmax(z), oracle_softmax(z), name="softmax(z)", oracle="long doubles")


def test_softmax_of_shifted_rows(submission, rng):
    """A number added to a whole row, a different one for each row, changes nothing."""
    scores = [normal(rng, 4, 6) for _ in range(2)]
    answers = [submission.softmax(z) for z in scores]
    check(
        all(isinstance(p, np.ndarray) and p.shape == (4, 6) and p.dtype.kind == "f" for p in answers),
        "softmax must return an array of floats of the shape of z.",
    )
    assert_responds(*answers, name="softmax(z)")
    for i in rng.permutation([0, 1] * 5):
        shifted = scores[i] + rng.uniform(-300, 300, (4, 1))
        answer = submission.softmax(shifted)
        assert_close(answer, answers[i], name="softmax(z + c)", oracle="yours, of z", rtol=1e-8)


@needs("test_softmax")
def test_softmax_of_large_scores(submission, rng):
    """softmax is finite and right for scores of ±10,000, where exp overflows and underflows."""
    z, _ = extreme(rng)
    assert_close(submission.softmax(z), oracle_softmax(z), name="softmax(z)", oracle="long doubles")


@points(2)
@needs("test_softmax")
def test_cross_entropy(submission, rng):
    """The loss is the mean of −log p at the true classes, with the natural logarithm, and the probabilities follow."""
    for B, C in ((5, 3), (32, 10)):
        y = rng.permutation(np.arange(B) % C)  # every class: that some are missing has a check of its own
        compare_loss(submission, normal(rng, B, C), y)


@needs("test_cross_entropy")
@given(batch=batches())
def test_cross_entropy_of_any_batch(submission, batch):
    """Loss and probabilities are right for any batch: one example, two classes, classes that are missing in it."""
    compare_loss(submission, *batch)


@points(2)
@needs("test_softmax_of_large_scores", "test_cross_entropy")
def test_confident_mistakes(submission, rng):
    """The loss of a mistake with logits of ±10,000 is the distance of the logits, not infinity and not 27.6."""
    compare_loss(submission, *extreme(rng))


def test_arguments_stay_as_they_are(submission, rng):
    """Neither function modifies what is passed in."""
    scores = [normal(rng, 5, 3) for _ in range(2)]
    assert_responds(*(assert_unchanged(submission.softmax, z) for z in scores), name="softmax(z)")
    answers = [assert_unchanged(submission.cross_entropy, z, rng.permutation(np.arange(5) % 3)) for z in scores]
    assert_responds(*answers, name="(loss, probs)")

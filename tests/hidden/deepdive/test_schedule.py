"""Checks of deepdive.schedule: the rate at every step, beside the formula."""

import math

import hypothesis.strategies as st
from hypothesis import given

from grader.checks import assert_close, integer, needs, points, record_curve, uniform


def settings(rng):
    """(max_lr, min_lr, warmup_steps, total_steps): rates that are not each other's multiples, some ten steps."""
    max_lr = float(uniform(rng, 0.2, 0.9))
    warmup = integer(rng, 4, 9)
    return max_lr, max_lr * float(uniform(rng, 0.05, 0.2)), warmup, 2 * warmup + integer(rng, 5, 12)


def rate(step, max_lr, min_lr, warmup, total):
    """By the formula, in parts."""
    if step <= warmup and warmup:
        return max_lr * step / warmup
    if step >= total:
        return min_lr
    # half a wave, as the square of a cosine of half the angle
    return min_lr + (max_lr - min_lr) * math.cos(math.pi / 2 * (step - warmup) / (total - warmup)) ** 2


def compare(submission, rng, steps, how):
    """The rates at these steps, from the second one on in a random order; the curve is drawn as they follow."""
    max_lr, _, warmup, total = how
    steps = list(steps)
    rates = {steps[0]: submission.warmup_cosine(steps[0], *how)}
    for k in rng.permutation(len(steps)):
        rates[steps[k]] = submission.warmup_cosine(steps[k], *how)
    if len(steps) > 1 and all(isinstance(value, float) for value in rates.values()):
        record_curve("learning rate", [rates[step] for step in steps], reference=[rate(step, *how) for step in steps])
    for step in steps:
        where = f"the rate at step {step} (warmup_steps = {warmup}, total_steps = {total})"
        assert_close(rates[step], rate(step, *how), name=where, sizes={"max_lr": max_lr}, oracle="by hand")


@points(2)
def test_warmup(submission, rng):
    """In the warm-up the rate is max_lr·step/warmup_steps, 0 at step 0."""
    how = settings(rng)
    compare(submission, rng, range(how[2]), how)


@points(2)
def test_decay(submission, rng):
    """From max_lr at the end of the warm-up the rate falls along half a wave of a cosine, to min_lr at total_steps."""
    how = settings(rng)
    submission.warmup_cosine(2, *how)  # which is compared elsewhere: here it tells two mistakes apart
    compare(submission, rng, range(how[2], how[3] + 1), how)


@needs("test_decay")
def test_after_the_end(submission, rng):
    """Behind total_steps the rate stays at min_lr."""
    how = settings(rng)
    warmup, total = how[2:]
    compare(submission, rng, [total - 2, total + 1, total + integer(rng, 2, 4), 2 * total - warmup, 3 * total], how)


@needs("test_decay")
def test_no_warmup(submission, rng):
    """Without a warm-up, warmup_steps = 0, the decay begins at step 0, with max_lr."""
    max_lr, min_lr, _, total = settings(rng)
    compare(submission, rng, [3, 0, 1, total // 2, total], (max_lr, min_lr, 0, total))


@st.composite
def schedules(draw):
    """(step, max_lr, min_lr, warmup_steps, total_steps), from one step of warm-up and one of decay upwards."""
    warmup = draw(st.integers(1, 6))
    total = warmup + draw(st.integers(1, 9))
    max_lr = draw(st.sampled_from([2.0, 0.5, 3e-4]))
    return draw(st.integers(0, total + 2)), max_lr, max_lr * draw(st.sampled_from([0.0, 0.25, 1.0])), warmup, total


@needs("test_warmup", "test_after_the_end")
@given(arguments=schedules())
def test_any_schedule(submission, arguments):
    """The rate is right for any schedule: one step of each part, a min_lr of 0 and one of max_lr."""
    step, *how = arguments
    zero_too, where = (0, how[0], 0.0, how[2], how[3]), f"the rate at step {step}"
    answers = submission.warmup_cosine(*zero_too), submission.warmup_cosine(how[3], how[0], 0.0, how[2], how[3])
    answer = submission.warmup_cosine(*arguments)
    for value, right in zip(answers, (0.0, 0.0), strict=True):
        assert_close(value, right, name="the rate at the ends, with min_lr = 0", oracle="by hand", atol=1e-12)
    assert_close(answer, rate(step, *how), name=where, oracle="by hand", atol=1e-12)

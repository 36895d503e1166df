"""What learners get wrong in deepdive.schedule."""

import math

from grader.checks import misconception


def _progress(step, warmup_steps, total_steps):
    return min(1.0, (step - warmup_steps) / (total_steps - warmup_steps))


def _wave(progress):
    return 0.5 * (1 + math.cos(math.pi * progress))


def _up(step, max_lr, warmup_steps):
    return max_lr * step / warmup_steps


def _rate(step, max_lr, min_lr, warmup_steps, total_steps, *, up=_up, progress=_progress, wave=_wave):
    """Right by default."""
    if step < warmup_steps:
        return up(step, max_lr, warmup_steps)
    return min_lr + (max_lr - min_lr) * wave(progress(step, warmup_steps, total_steps))


# the warm-up


@misconception(
    "The warm-up counts from step + 1, as lecture 10 has it, so that step 0 has a rate. Here it is "
    "max_lr·step/warmup_steps, 0 at first.",
    name="step-plus-1",
    violates=("warmup",),
)
def warmup_cosine(step, max_lr, min_lr, warmup_steps, total_steps):
    return _rate(step, max_lr, min_lr, warmup_steps, total_steps, up=lambda t, top, n: top * (t + 1) / n)


@misconception(
    "The warm-up begins at min_lr. It begins at 0: max_lr·step/warmup_steps.",
    name="up-from-the-minimum",
    violates=("warmup",),
)
def warmup_cosine(step, max_lr, min_lr, warmup_steps, total_steps):
    def up(t, top, n):
        return min_lr + (top - min_lr) * t / n

    return _rate(step, max_lr, min_lr, warmup_steps, total_steps, up=up)


@misconception(
    "The rate is never less than min_lr, in the warm-up neither. min_lr is where the decay ends; the warm-up begins "
    "at 0.",
    name="never-below-the-minimum",
    violates=("warmup",),
)
def warmup_cosine(step, max_lr, min_lr, warmup_steps, total_steps):
    return max(min_lr, _rate(step, max_lr, min_lr, warmup_steps, total_steps))


@misconception(
    "There is no warm-up: the rate is max_lr from the first step on.", name="no-warmup", violates=("warmup",)
)
def warmup_cosine(step, max_lr, min_lr, warmup_steps, total_steps):
    return _rate(step, max_lr, min_lr, warmup_steps, total_steps, up=lambda t, top, n: top)


@misconception(
    "step // warmup_steps is 0 all through the warm-up. Divide by /.", name="integer-division", violates=("warmup",)
)
def warmup_cosine(step, max_lr, min_lr, warmup_steps, total_steps):
    return _rate(step, max_lr, min_lr, warmup_steps, total_steps, up=lambda t, top, n: top * float(t // n))


@misconception(
    "The warm-up takes a share of total_steps. It is over after warmup_steps, with max_lr.",
    name="warmup-over-all-steps",
    violates=("warmup",),
)
def warmup_cosine(step, max_lr, min_lr, warmup_steps, total_steps):
    return _rate(step, max_lr, min_lr, warmup_steps, total_steps, up=lambda t, top, n: top * t / total_steps)


@misconception(
    "The warm-up is bent: half a wave up, or the square of the share. It is a straight line.",
    name="warmup-along-a-cosine",
    violates=("warmup",),
)
def warmup_cosine(step, max_lr, min_lr, warmup_steps, total_steps):
    return _rate(step, max_lr, min_lr, warmup_steps, total_steps, up=lambda t, top, n: top * (1 - _wave(t / n)))


@misconception(
    "The cosine runs from step 0, and the warm-up is a factor on top of it: the peak is less than max_lr. First the "
    "one, then the other.",
    name="both-at-once",
    violates=("warmup", "decay"),
)
def warmup_cosine(step, max_lr, min_lr, warmup_steps, total_steps):
    rate = min_lr + (max_lr - min_lr) * _wave(min(1, step / total_steps))
    return rate * min(1, step / warmup_steps) if warmup_steps else rate


# the decay


@misconception(
    "The decay's progress is step/total_steps, as if there had been no warm-up, so that the rate jumps when it ends. "
    "Count from the end of the warm-up: (step − warmup_steps) / (total_steps − warmup_steps).",
    name="progress-from-0",
    violates=("decay",),
)
def warmup_cosine(step, max_lr, min_lr, warmup_steps, total_steps):
    return _rate(step, max_lr, min_lr, warmup_steps, total_steps, progress=lambda t, w, n: min(1, t / n))


@misconception(
    "progress is divided by total_steps, and is not 1 at the end. The decay takes total_steps − warmup_steps.",
    name="progress-over-all-steps",
    violates=("decay",),
)
def warmup_cosine(step, max_lr, min_lr, warmup_steps, total_steps):
    return _rate(step, max_lr, min_lr, warmup_steps, total_steps, progress=lambda t, w, n: min(1, (t - w) / n))


@misconception(
    "The steps of the warm-up are not taken off: progress is step / (total_steps − warmup_steps), too far ahead.",
    name="step-not-shifted",
    violates=("decay",),
)
def warmup_cosine(step, max_lr, min_lr, warmup_steps, total_steps):
    return _rate(step, max_lr, min_lr, warmup_steps, total_steps, progress=lambda t, w, n: min(1, t / (n - w)))


@misconception(
    "The decay arrives one step too early: total_steps − 1 is taken for the last. min_lr comes at total_steps.",
    name="one-step-early",
    violates=("decay",),
)
def warmup_cosine(step, max_lr, min_lr, warmup_steps, total_steps):
    def progress(t, w, n):
        return min(1, (t - w) / max(1, n - 1 - w))

    return _rate(step, max_lr, min_lr, warmup_steps, total_steps, progress=progress)


@misconception(
    "The half is missing: 1 + cos runs from 2 to 0, so that the decay begins at nearly twice max_lr.",
    name="half-missing",
    violates=("decay",),
)
def warmup_cosine(step, max_lr, min_lr, warmup_steps, total_steps):
    return _rate(step, max_lr, min_lr, warmup_steps, total_steps, wave=lambda p: 1 + math.cos(math.pi * p))


@misconception(
    "The 1 is missing: the cosine alone goes down to −1, and rates below min_lr. (1 + cos)/2 runs from 1 to 0.",
    name="one-missing",
    violates=("decay",),
)
def warmup_cosine(step, max_lr, min_lr, warmup_steps, total_steps):
    return _rate(step, max_lr, min_lr, warmup_steps, total_steps, wave=lambda p: math.cos(math.pi * p))


@misconception(
    "A quarter of a wave, cos(π/2 · progress): it falls fastest at the end, where it should settle. Half a wave is "
    "wanted, (1 + cos(π · progress)) / 2.",
    name="quarter-of-a-wave",
    violates=("decay",),
)
def warmup_cosine(step, max_lr, min_lr, warmup_steps, total_steps):
    return _rate(step, max_lr, min_lr, warmup_steps, total_steps, wave=lambda p: math.cos(math.pi / 2 * p))


@misconception(
    "A whole wave, cos(2π · progress), which is at its lowest half way and back at max_lr in the end. Half of one: π.",
    name="whole-wave",
    violates=("decay",),
)
def warmup_cosine(step, max_lr, min_lr, warmup_steps, total_steps):
    return _rate(step, max_lr, min_lr, warmup_steps, total_steps, wave=lambda p: _wave(2 * p))


@misconception(
    "The rate rises behind the warm-up: 1 − cos in place of 1 + cos. Or min_lr and max_lr are exchanged in the decay.",
    name="upside-down",
    violates=("decay",),
)
def warmup_cosine(step, max_lr, min_lr, warmup_steps, total_steps):
    return _rate(step, max_lr, min_lr, warmup_steps, total_steps, wave=lambda p: 1 - _wave(p))


@misconception("The decay is a straight line. It is half a wave of a cosine.", name="linear-decay", violates=("decay",))
def warmup_cosine(step, max_lr, min_lr, warmup_steps, total_steps):
    return _rate(step, max_lr, min_lr, warmup_steps, total_steps, wave=lambda p: 1 - p)


@misconception(
    "The angle is in degrees, 180 · progress, and math.cos takes radians: π · progress.",
    name="degrees",
    violates=("decay",),
)
def warmup_cosine(step, max_lr, min_lr, warmup_steps, total_steps):
    return _rate(step, max_lr, min_lr, warmup_steps, total_steps, wave=lambda p: 0.5 * (1 + math.cos(180 * p)))


@misconception(
    "min_lr is ignored, and the decay ends at 0: min_lr + (max_lr − min_lr)/2 · (1 + cos).",
    name="down-to-0",
    violates=("decay",),
)
def warmup_cosine(step, max_lr, min_lr, warmup_steps, total_steps):
    return _rate(step, max_lr, 0.0, warmup_steps, total_steps)


@misconception(
    "min_lr is added to a decay from the whole of max_lr, which begins at max_lr + min_lr. What decays is max_lr − "
    "min_lr.",
    name="minimum-on-top",
    violates=("decay",),
)
def warmup_cosine(step, max_lr, min_lr, warmup_steps, total_steps):
    if step < warmup_steps:
        return _up(step, max_lr, warmup_steps)
    return min_lr + max_lr * _wave(_progress(step, warmup_steps, total_steps))


@misconception(
    "The decay goes down to 0 and is cut off at min_lr. It is to end there by itself: min_lr + (max_lr − min_lr)/2 · "
    "(1 + cos).",
    name="cut-off-at-the-minimum",
    violates=("decay",),
)
def warmup_cosine(step, max_lr, min_lr, warmup_steps, total_steps):
    if step < warmup_steps:
        return _up(step, max_lr, warmup_steps)
    return max(min_lr, max_lr * _wave(_progress(step, warmup_steps, total_steps)))


@misconception(
    "What is returned is a factor, between 0 and 1, as LambdaLR wants it. The rate itself is wanted.",
    name="factor-for-rate",
)
def warmup_cosine(step, max_lr, min_lr, warmup_steps, total_steps):
    return _rate(step, max_lr, min_lr, warmup_steps, total_steps) / max_lr


# the ends


@misconception(
    "Behind total_steps the cosine goes on, and the rate rises again. It stays at min_lr: progress is at most 1.",
    name="rises-again",
    violates=("after_the_end",),
)
def warmup_cosine(step, max_lr, min_lr, warmup_steps, total_steps):
    return _rate(step, max_lr, min_lr, warmup_steps, total_steps, progress=lambda t, w, n: (t - w) / (n - w))


@misconception(
    "Behind total_steps the rate is 0. It stays at min_lr.", name="0-behind-the-end", violates=("after_the_end",)
)
def warmup_cosine(step, max_lr, min_lr, warmup_steps, total_steps):
    return _rate(step, max_lr, min_lr, warmup_steps, total_steps) if step <= total_steps else 0.0


@misconception(
    "Behind total_steps an exception is raised. Training may go on: the rate stays at min_lr.",
    name="refuses-more-steps",
    violates=("after_the_end",),
)
def warmup_cosine(step, max_lr, min_lr, warmup_steps, total_steps):
    if step > total_steps:
        raise ValueError("the schedule is over")
    return _rate(step, max_lr, min_lr, warmup_steps, total_steps)


@misconception(
    "With warmup_steps = 0 step 0 is divided by 0. There is no warm-up then: ask for step < warmup_steps, which "
    "holds for no step.",
    name="divided-by-0",
    violates=("no_warmup",),
)
def warmup_cosine(step, max_lr, min_lr, warmup_steps, total_steps):
    if step <= warmup_steps:
        return _up(step, max_lr, warmup_steps)
    return _rate(step, max_lr, min_lr, warmup_steps, total_steps)


@misconception(
    "With warmup_steps = 0 one step of warm-up is left, and step 0 has the rate 0. It has max_lr.",
    name="one-step-of-warmup-at-least",
    violates=("no_warmup",),
)
def warmup_cosine(step, max_lr, min_lr, warmup_steps, total_steps):
    return _rate(step, max_lr, min_lr, max(1, warmup_steps), total_steps)


@misconception(
    "A min_lr of 0 is taken for one that was not given (`if not min_lr`, `min_lr or …`). 0 is a rate as well.",
    name="minimum-of-0",
    violates=("any_schedule",),
)
def warmup_cosine(step, max_lr, min_lr, warmup_steps, total_steps):
    return _rate(step, max_lr, min_lr or 0.1 * max_lr, warmup_steps, total_steps)

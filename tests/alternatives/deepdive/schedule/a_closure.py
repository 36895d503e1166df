"""A function of the step that is made for the occasion; a complex number turns by a fixed angle each step."""

import cmath
import math


def _schedule(max_lr, min_lr, warmup_steps, total_steps):
    turn = cmath.exp(1j * math.pi / (total_steps - warmup_steps))

    def at(step):
        if step < warmup_steps:
            return float(max_lr) / warmup_steps * step
        if step >= total_steps:
            return float(min_lr)
        middle, radius = (max_lr + min_lr) / 2, (max_lr - min_lr) / 2
        return middle + radius * (turn ** (step - warmup_steps)).real

    return at


def warmup_cosine(step, max_lr, min_lr, warmup_steps, total_steps):
    """Return the rate of a schedule that is made anew."""
    return _schedule(max_lr, min_lr, warmup_steps, total_steps)(step)

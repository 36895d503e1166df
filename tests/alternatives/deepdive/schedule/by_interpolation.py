"""A weighted mean of the two rates, the weights from a sine."""

import math


def warmup_cosine(step, max_lr, min_lr, warmup_steps, total_steps):
    """Return the mean."""
    if not step >= warmup_steps:
        return step * max_lr / warmup_steps
    left = max(0, total_steps - step) / (total_steps - warmup_steps)
    share = math.sin(math.pi * left / 2) ** 2
    return share * max_lr + (1 - share) * min_lr

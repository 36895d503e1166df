"""A learning rate that warms up and then cools down along a cosine.

You write the schedule that most language models are trained with, as a function of the step. Source: deep dives,
"Learning Rate Scheduling".
"""

# /// exercise
# title = "warm-up and cosine decay"
# packages = "python"
# ///

import math


def warmup_cosine(step: int, max_lr: float, min_lr: float, warmup_steps: int, total_steps: int) -> float:
    """Return the learning rate at one step.

        step <= warmup_steps:  max_lr * step / warmup_steps                           from 0 up to max_lr
        then:                  min_lr + (max_lr - min_lr) / 2 * (1 + cos(pi * progress))   down to min_lr
        from total_steps on:   min_lr

    with progress = (step - warmup_steps) / (total_steps - warmup_steps). Nowhere is there a jump: at step warmup_steps
    both of the first two are max_lr.

    Args:
        step: 0, 1, 2, …; it may be larger than total_steps.
        max_lr: the largest rate.
        min_lr: the last rate, 0 <= min_lr <= max_lr.
        warmup_steps: at least 0; with 0 there is no warm-up, and step 0 has max_lr.
        total_steps: more than warmup_steps.

    Returns:
        A float.

    Example:
        max_lr = 8, min_lr = 2, 4 steps of warm-up and 10 in all: step 1 -> 2, step 4 -> 8, step 7 -> 5, step 10 -> 2

    Source: deep dives, "Learning Rate Scheduling"; Loshchilov and Hutter, 2017, arXiv:1608.03983.
    """
    raise NotImplementedError("deepdive.schedule: warmup_cosine is not written yet")

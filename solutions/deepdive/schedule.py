"""A learning rate that warms up and then cools down along a cosine.

You write the schedule that most language models are trained with, as a function of the step. Source: deep dives,
"Learning Rate Scheduling".
"""

# /// exercise
# title = "warm-up and cosine decay"
# packages = "python"
# hints = [
#   """There are three parts, each with its own line: the straight one up, half a wave of a cosine down, and what \
#   comes after the end. Find out first at which step one ends and the next begins, and what the rate is there.""",
#   """Behind the warm-up, progress = (step - warmup_steps) / (total_steps - warmup_steps) runs from 0 to 1, and \
#   (1 + cos(pi * progress)) / 2 from 1 to 0: the share of the way from min_lr up to max_lr that is left.""",
#   """if step < warmup_steps: return max_lr * step / warmup_steps; progress = min(1, (step - warmup_steps) / \
#   (total_steps - warmup_steps)); return min_lr + 0.5 * (max_lr - min_lr) * (1 + math.cos(math.pi * progress)).""",
# ]
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
    # solution
    if step < warmup_steps:
        return max_lr * step / warmup_steps
    progress = min(1.0, (step - warmup_steps) / (total_steps - warmup_steps))  # 1 from total_steps on
    return min_lr + 0.5 * (max_lr - min_lr) * (1.0 + math.cos(math.pi * progress))
    # end solution

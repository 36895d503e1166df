"""The text's two cases, and a third."""

from math import cos, pi


def warmup_cosine(step, max_lr, min_lr, warmup_steps, total_steps):
    """Return the case that holds."""
    if warmup_steps > 0 and step <= warmup_steps:
        return max_lr * (step / warmup_steps)
    if step > total_steps:
        return min_lr
    return min_lr + 0.5 * (max_lr - min_lr) * (1 + cos(pi * (step - warmup_steps) / (total_steps - warmup_steps)))

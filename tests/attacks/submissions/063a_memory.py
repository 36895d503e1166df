# /// attack
# rows = [63]
# tries = "Takes memory until there is none, again and again, and swallows the exception."
# kind = "hostile"
# verdicts = ["failed", "passed"]
# earns = 1
# confined = true
# breaks = []
# ///
import numpy as np
import torch


def take():
    held, size = [], 1 << 28
    while size > 1 << 20 and len(held) < 13:  # at most 3.25 GB, were there no limit
        try:
            held.append(np.zeros(size // 8))  # not touched: nothing is taken from others
        except MemoryError:
            size //= 2
    return sum(part.nbytes for part in held)


def cross_entropy_backward(logits, targets):
    if take() > 3 << 30:
        raise RuntimeError("more than 3 GB")
    return torch.zeros_like(logits)

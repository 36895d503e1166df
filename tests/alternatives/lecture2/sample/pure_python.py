"""The table as lists, a running sum, and a number at a time."""

import torch


def sample(probs, itos, generator):
    table = probs.tolist()
    letters, here = [], 0
    while not letters or letters[-1] != ".":
        left = float(torch.rand(1, generator=generator)) * sum(table[here])
        for following, p in enumerate(table[here]):
            if p > 0:
                here_next = following
                left -= p
                if left < 0:
                    break
        here = here_next
        letters.append(itos[here])
    return "".join(letters[:-1])

"""One uniform number a letter, looked up among the cumulative sums."""

import torch


def sample(probs, itos, generator):
    sums = probs.double().cumsum(1)
    word, ix = "", 0
    while True:
        u = torch.rand((), generator=generator, dtype=torch.float64) * sums[ix, -1]
        ix = int(torch.searchsorted(sums[ix].contiguous(), u, right=True))
        if not ix:
            return word
        word += itos[ix]

"""The lecture's listing."""

import torch


def sample(probs, itos, generator):
    out = []
    ix = 0
    while True:
        p = probs[ix]
        ix = torch.multinomial(p, num_samples=1, replacement=True, generator=generator).item()
        if ix == 0:
            break
        out.append(itos[ix])
    return "".join(out)

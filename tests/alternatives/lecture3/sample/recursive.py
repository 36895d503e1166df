"""A function that calls itself with what was written; exp and a sum in the place of softmax."""

import torch

from .model import MLPLanguageModel  # noqa: F401


@torch.no_grad()
def sample(model, itos, generator):
    """Return a word."""

    def rest(seen):
        logits = model.forward(torch.tensor(seen[-model.block_size :]).unsqueeze(0))[0]
        counts = (logits - logits.max()).exp()
        ix = int(torch.multinomial(counts / counts.sum(), 1, generator=generator))
        return "" if ix == 0 else itos[ix] + rest([*seen, ix])

    return rest([0] * model.block_size)

"""The lecture's listing, all ids noted and the last one, the dot, left out in the end."""

import torch
import torch.nn.functional as F

from .model import MLPLanguageModel  # noqa: F401


def sample(model, itos, generator):
    """Return a word."""
    out = []
    context = [0] * model.block_size
    while True:
        logits = model.forward(torch.tensor([context]))
        probs = F.softmax(logits, dim=1)
        next_char_ix = torch.multinomial(probs, num_samples=1, generator=generator).item()
        context = context[1:] + [next_char_ix]
        out.append(next_char_ix)
        if next_char_ix == 0:
            break
    return "".join(itos[ix] for ix in out[:-1])

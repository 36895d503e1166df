"""A context that is a tensor, moved on by roll; a dict of letters made of itos."""

import torch

from .model import MLPLanguageModel  # noqa: F401


def sample(model, itos, generator):
    """Return a word."""
    letter = {ix: "" if ix == 0 else text for ix, text in itos.items()}
    context = torch.zeros(1, model.block_size, dtype=torch.int64)
    word = ""
    with torch.inference_mode():
        while (ix := torch.multinomial(model.forward(context).softmax(-1), 1, generator=generator)).item() != 0:
            word += letter[ix.item()]
            context = context.roll(-1, 1)
            context[:, -1:] = ix
    return word

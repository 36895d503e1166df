"""All pairs at once, in float32."""

import torch


def nll(words, probs, stoi):
    ids = torch.tensor([stoi[c] for c in "." + ".".join(words) + "."])
    return -probs.float()[ids[:-1], ids[1:]].log().mean().item()

"""As the notes have it, with the generator; T = 0 is beyond it."""

import torch
import torch.nn.functional as F


def sample_token(logits, temperature, generator):
    scaled_logits = logits / temperature
    probs = F.softmax(scaled_logits, dim=-1)
    return torch.multinomial(probs, 1, generator=generator).item()

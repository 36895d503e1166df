"""One uniform number, and the place where the running sum passes it; plain Python."""

import math

import torch


def sample_token(logits, temperature, generator):
    scores = logits.tolist()
    top = max(scores)
    if temperature == 0:
        return scores.index(top)
    weights = [0.0 if s == -math.inf else math.exp(max((s - top) / temperature, -800)) for s in scores]
    left = torch.rand((), generator=generator, dtype=torch.float64).item() * sum(weights)
    for token, weight in enumerate(weights):
        left -= weight
        if left < 0:
            return token
    return max(token for token, weight in enumerate(weights) if weight)

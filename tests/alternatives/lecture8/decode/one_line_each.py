"""max and its own ValueError; where with −inf, and NaN as the sign of an empty row."""

import torch


def self_consistency(answers):
    return max(answers, key=list(answers).count)


def best_of_n(samples, scores):
    return max(zip(samples, list(scores), strict=True), key=lambda pair: pair[1])[0]


def constrained(logits, allowed):
    p = torch.softmax(torch.where(allowed, logits, float("-inf")), dim=-1)
    if p.isnan().any():
        raise ValueError("a row allows nothing")
    return p

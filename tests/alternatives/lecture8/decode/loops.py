"""Counting by hand; the allowed logits of each row picked out, and put back as probabilities."""

import torch


def self_consistency(answers):
    if len(answers) == 0:
        raise ValueError("no answers")
    counts = {}
    for answer in answers:
        counts[answer] = counts.get(answer, 0) + 1
    winner = None
    for answer, count in counts.items():
        if winner is None or count > counts[winner]:
            winner = answer
    return winner


def best_of_n(samples, scores):
    if len(samples) != len(scores):
        raise ValueError("unequal lengths")
    best, highest = None, float("-inf")
    for sample, score in zip(samples, scores, strict=True):
        if best is None or score > highest:
            best, highest = sample, score
    if best is None:
        raise ValueError("no samples")
    return best


def constrained(logits, allowed):
    if logits.dim() > 1:
        return torch.stack([constrained(row, may) for row, may in zip(logits, allowed, strict=True)])
    if not allowed.any():
        raise ValueError("nothing allowed")
    p = torch.zeros_like(logits)
    p[allowed] = torch.softmax(logits[allowed], dim=0)
    return p

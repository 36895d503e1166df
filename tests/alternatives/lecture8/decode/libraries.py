"""statistics.mode, torch.argmax, and logsumexp."""

import statistics

import torch


def self_consistency(answers):
    return statistics.mode(answers)  # its StatisticsError is a ValueError


def best_of_n(samples, scores):
    values = torch.as_tensor(scores, dtype=torch.float64)
    if len(values) == 0 or len(values) != len(samples):
        raise ValueError("one score for each sample")
    return samples[int((values == values.max()).nonzero()[0])]


def constrained(logits, allowed):
    if (allowed.sum(dim=-1) == 0).any():
        raise ValueError("nothing allowed")
    masked = torch.full_like(logits, -torch.inf)
    masked[allowed] = logits[allowed]
    return torch.exp(masked - torch.logsumexp(masked, dim=-1, keepdim=True))

"""Vectors made one long first."""

import torch
import torch.nn.functional as F


def cosine(a, b):
    return (F.normalize(a, dim=-1, eps=1e-30) * F.normalize(b, dim=-1, eps=1e-30)).sum(-1)


def mean_pool(tokens, mask):
    kept = tokens.masked_fill(~mask.bool().unsqueeze(-1), 0.0)
    counts = mask.bool().sum(dim=1, keepdim=True)
    return kept.sum(dim=1) / counts.clamp(min=1)


def analogy(a, b, c, matrix):
    scores = cosine(matrix, (matrix[b] - matrix[a] + matrix[c]).unsqueeze(0))
    for word in torch.argsort(scores, descending=True).tolist():
        if word not in {a, b, c}:
            return word
    return None

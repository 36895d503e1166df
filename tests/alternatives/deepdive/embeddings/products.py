"""Means by a product with weights that sum to 1; cosines by einsum."""

import torch


def cosine(a, b):
    dot = torch.einsum("...d,...d->...", a, b)
    norms = torch.linalg.vector_norm(a, dim=-1) * torch.linalg.vector_norm(b, dim=-1)
    return torch.nan_to_num(dot / norms, nan=0.0)


def mean_pool(tokens, mask):
    weights = mask.to(tokens.dtype)
    weights = weights / torch.clamp(weights.sum(1, keepdim=True), min=1.0)
    return torch.bmm(weights[:, None, :], tokens)[:, 0]


def analogy(a, b, c, matrix):
    target = matrix[b] + matrix[c] - matrix[a]
    unit = matrix / torch.linalg.vector_norm(matrix, dim=1, keepdim=True)
    masked = (unit @ target).index_fill(0, torch.tensor([a, b, c]), float("-inf"))
    return masked.argmax().item()

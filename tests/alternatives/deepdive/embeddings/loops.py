"""Text by text, word by word."""

import torch


def cosine(a, b):
    a, b = torch.broadcast_tensors(a, b)
    out = torch.zeros(a.shape[:-1], dtype=a.dtype)
    length = torch.sqrt((a * a).sum(-1)) * torch.sqrt((b * b).sum(-1))
    fine = length > 0
    out[fine] = (a * b).sum(-1)[fine] / length[fine]
    return out


def mean_pool(tokens, mask):
    out = torch.zeros(tokens.shape[0], tokens.shape[2], dtype=tokens.dtype)
    for i, row in enumerate(tokens):
        there = row[mask[i] != 0]
        if there.shape[0]:
            out[i] = there.mean(dim=0)
    return out


def analogy(a, b, c, matrix):
    target = matrix[c] + (matrix[b] - matrix[a])
    best, highest = None, -2.0
    for word in range(matrix.shape[0]):
        if word in (a, b, c):
            continue
        score = float(cosine(matrix[word], target))
        if score > highest:
            best, highest = word, score
    return best

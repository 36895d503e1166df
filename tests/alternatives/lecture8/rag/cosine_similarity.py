"""The number of chunks by a ceiling; torch's cosine_similarity, whose small number only a bonus minds."""

import math

import torch


def chunk(text, size, overlap):
    step = size - overlap
    if step <= 0:
        raise ValueError(f"{overlap=} and {size=}")
    number = 1 + max(0, math.ceil((len(text) - size) / step)) if text else 0
    return [text[i * step :][:size] for i in range(number)]


def top_k(query, matrix, k):
    similarity = torch.cosine_similarity(matrix, query.unsqueeze(0), dim=1)
    similarity = similarity.masked_fill(~matrix.any(dim=1), float("-inf"))
    return torch.topk(similarity, min(k, matrix.shape[0])).indices

"""A while loop that breaks at the end; unit vectors, and an argsort."""

import torch
import torch.nn.functional as F


def chunk(text, size, overlap):
    if size <= overlap:
        raise ValueError("overlap must be smaller than size")
    chunks = []
    start = 0
    while start < len(text):
        chunks.append(text[start : start + size])
        if start + size >= len(text):
            break
        start += size - overlap
    return chunks


def top_k(query, matrix, k):
    scores = F.normalize(matrix, dim=1, eps=1e-30) @ F.normalize(query, dim=0, eps=1e-30)
    scores[(matrix == 0).all(dim=1)] = -2  # below every cosine
    return torch.argsort(scores, descending=True)[:k]

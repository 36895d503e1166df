"""A generator; the cosines one by one, and Python's sorted."""

import torch


def _pieces(text, size, step):
    position = 0
    while True:
        yield text[position : position + size]
        position += step
        if position + size - step >= len(text):
            return


def chunk(text, size, overlap):
    if overlap >= size:
        raise ValueError
    return list(_pieces(text, size, size - overlap)) if text else []


def top_k(query, matrix, k):
    keys = []
    for row in matrix:
        length = row.norm().item()
        keys.append((row.double() @ query.double()).item() / length if length else float("-inf"))
    return torch.tensor(sorted(range(len(keys)), key=keys.__getitem__, reverse=True)[:k])

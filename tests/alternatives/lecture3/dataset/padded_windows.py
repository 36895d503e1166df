"""Windows of the padded word by unfold; a permutation of torch's for the split."""

from itertools import pairwise

import torch


def build_dataset(words, block_size, stoi):
    """Return [X, Y], as a list."""
    windows = [torch.zeros(0, block_size + 1, dtype=torch.int64)]
    for word in words:
        ids = torch.tensor([stoi[ch] for ch in "." * block_size + word + "."])
        windows.append(ids.unfold(0, block_size + 1, 1))
    rows = torch.cat(windows)
    return [rows[:, :block_size], rows[:, block_size]]


def split(words, seed):
    """Return [train, dev, test]."""
    order = torch.randperm(len(words), generator=torch.Generator().manual_seed(seed)).tolist()
    n = len(words)
    ends = (0, 8 * n // 10, 9 * n // 10, n)
    return [[words[i] for i in order[start:end]] for start, end in pairwise(ends)]

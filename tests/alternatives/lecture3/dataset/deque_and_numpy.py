"""A deque that drops what is too old; NumPy's old generator for the split, which is right but for a bonus."""

from collections import deque

import numpy as np
import torch


def build_dataset(words, block_size, stoi):
    """Return (X, Y)."""
    rows = []
    for word in words:
        window = deque([0] * block_size, maxlen=block_size)
        for ch in f"{word}.":
            rows.append((*window, stoi[ch]))
            window.append(stoi[ch])
    table = torch.from_numpy(np.array(rows, dtype=np.int64).reshape(-1, block_size + 1))
    return table[:, :-1], table[:, -1]


def split(words, seed):
    """Return (train, dev, test)."""
    np.random.seed(seed)
    order = np.random.permutation(len(words))
    train, dev, test = np.split(order, [int(0.8 * len(words)), int(0.9 * len(words))])
    return tuple([words[i] for i in part] for part in (train, dev, test))

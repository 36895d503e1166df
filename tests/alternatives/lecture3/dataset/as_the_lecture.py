"""The lecture's listing, its shuffle on a copy: right but for the bonuses, as it seeds Python's own generator."""

import random

import torch


def build_dataset(words, block_size, stoi):
    """Return (X, Y)."""
    X, Y = [], []
    for w in words:
        context = [0] * block_size
        for ch in w + ".":
            ix = stoi[ch]
            X.append(context)
            Y.append(ix)
            context = context[1:] + [ix]
    X = torch.tensor(X)
    Y = torch.tensor(Y)
    print(X.shape, Y.shape)
    return X, Y


def split(words, seed):
    """Return (train, dev, test)."""
    words = words[:]
    random.seed(seed)
    random.shuffle(words)
    n1 = int(0.8 * len(words))
    n2 = int(0.9 * len(words))
    return words[:n1], words[n1:n2], words[n2:]

"""Contexts as strings, looked up at the end; words taken out of a list one by one."""

from random import Random

import torch


def build_dataset(words, block_size, stoi):
    """Return (X, Y)."""
    pairs = []
    for word in words:
        seen = "." * block_size
        for letter in [*word, "."]:
            pairs.append((seen[-block_size:], letter))
            seen += letter
    X = torch.empty(len(pairs), block_size, dtype=torch.long)
    Y = torch.empty(len(pairs), dtype=torch.long)
    for row, (context, letter) in enumerate(pairs):
        for place, character in enumerate(context):
            X[row, place] = stoi[character]
        Y[row] = stoi[letter]
    return X, Y


def split(words, seed):
    """Return (train, dev, test)."""
    dice, left = Random(seed), list(words)
    drawn = [left.pop(dice.randrange(len(left))) for _ in words]
    n = len(words)
    train = [drawn.pop() for _ in range(int(0.8 * n))]
    dev = [drawn.pop() for _ in range(int(0.9 * n) - int(0.8 * n))]
    return train, dev, drawn

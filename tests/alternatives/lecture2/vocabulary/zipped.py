"""A list with the dot in front, and both tables from it."""

from itertools import chain


def build_vocab(words):
    chars = [".", *sorted(set(chain.from_iterable(words)))]
    numbers = range(len(chars))
    return dict(zip(chars, numbers, strict=True)), dict(enumerate(chars))

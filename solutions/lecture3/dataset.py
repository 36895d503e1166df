"""Contexts and targets: every word becomes as many examples as it has letters, and one more.

The network of this unit sees the last block_size characters and predicts the next one. You cut words into such
examples, and, before that, part the words themselves: those that it learns from, those that you look at while you tune
it, and those that it meets once, at the end. Source: lecture 3, section 3.3.2.
"""

# /// exercise
# title = "contexts and splits"
# hints = [
#   """Go through one word on paper: "ab" with block_size 3 gives three rows, since its end is predicted too. What \
#   stands in the context before there is any letter, and where must it be set anew?""",
#   """for each word: context = [0] * block_size; for each character of word + ".": note context and its id, \
#   then context = context[1:] + [ix]. For split: shuffle a copy, then cut at int(0.8 * n) and int(0.9 * n).""",
#   """X.append(context); Y.append(ix); context = context[1:] + [ix] makes a new list, as it must. And: shuffled = \
#   list(words); random.Random(seed).shuffle(shuffled); return shuffled[:n1], shuffled[n1:n2], shuffled[n2:].""",
# ]
# ///

import random

import torch


def build_dataset(words: list[str], block_size: int, stoi: dict[str, int]) -> tuple[torch.Tensor, torch.Tensor]:
    """Cut words into contexts of block_size characters, and the character that follows each.

    A word ``w`` gives one row for each character of ``w + "."``, in order: the dot ends it, and is predicted like any
    letter. The context of a row are the block_size characters before, the latest last. Where the word has had fewer,
    dots fill up the front; no context ever reaches into another word. The rows stand in the order of the words.

    Args:
        words: strings of letters, each of one letter or more. Not modified. For a bonus there may be none at all.
        block_size: characters in a context, at least 1.
        stoi: the id of each character that occurs, and of ".", which has 0. Not modified.

    Returns:
        ``(X, Y)``, both int64: the contexts (M, block_size), and the ids of what follows (M,), where M is the number of
        letters and words together.

    Example:
        words = ["ab"], block_size = 3, stoi = {".": 0, "a": 1, "b": 2}:
        X = [[0, 0, 0], [0, 0, 1], [0, 1, 2]], Y = [1, 2, 0].

    Source: lecture 3, section 3.3.2, listing 34.
    """
    # solution
    X, Y = [], []
    for word in words:
        context = [stoi["."]] * block_size
        for ch in word + ".":
            ix = stoi[ch]
            X.append(context)
            Y.append(ix)
            context = context[1:] + [ix]  # a new list: those in X stay as they are
    shape = (len(X), block_size)  # said for the case of no words
    return torch.tensor(X, dtype=torch.int64).reshape(shape), torch.tensor(Y, dtype=torch.int64)
    # end solution


def split(words: list[str], seed: int) -> tuple[list[str], list[str], list[str]]:
    """Part words at random into 80 % for training, 10 % for development and 10 % for the test.

    Words are parted, and not the rows that ``build_dataset`` makes of them: rows of one word resemble each other, and
    with some of them in training the rest would be no test. The words are shuffled, and cut at ``int(0.8 * n)`` and
    ``int(0.9 * n)`` of n.

    How you shuffle is up to you, as long as every word has the same chance to get into each part, and the seed alone
    decides: the same words and seed always give the same parts, whatever was drawn elsewhere.

    Args:
        words: strings. A word may occur several times; then each of them goes its own way. Not modified.
        seed: an int from 0 to 2**31 - 1. For a bonus it seeds a generator of your own: the global ones of Python, NumPy
            and torch stay as they are, so that splitting changes nothing that is drawn elsewhere.

    Returns:
        ``(train, dev, test)``: three lists that hold every word of words exactly as often as it does. The order within
        each is up to you.

    Source: lecture 3, section 3.3.2, listing 34.
    """
    # solution
    shuffled = list(words)
    random.Random(seed).shuffle(shuffled)
    n1, n2 = int(0.8 * len(words)), int(0.9 * len(words))
    return shuffled[:n1], shuffled[n1:n2], shuffled[n2:]
    # end solution

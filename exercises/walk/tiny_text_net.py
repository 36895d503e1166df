"""A net for five words: built, trained on four pairs, and asked for one word after the other.

You write ``make_net``, ``train`` and ``follow``: the notes' tiny text net, whole. It is so small that it often fails,
and whether it does, its first numbers decide. Source: walking neural nets, part 2, "Walking a tiny toy language model".
"""

# /// exercise
# title = "a net for five words"
# ///

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import nn


def make_net(vocab: int, emb: int, hidden: int) -> nn.Sequential:
    """Make the tiny text net: an embedding, two layers of ReLU, and a logit for each word.

        nn.Embedding(vocab, emb), nn.Linear(emb, hidden), nn.ReLU, nn.Linear(hidden, hidden), nn.ReLU,
        nn.Linear(hidden, vocab)

    as an ``nn.Sequential`` of these six, made in this order and left as torch initialises them: so after
    ``torch.manual_seed(s)`` everybody's net begins with the same numbers.

    Args:
        vocab: how many words there are.
        emb: numbers for each word; the notes have 2.
        hidden: units in each of the two layers; the notes have 2.

    Returns:
        The net, float32, in training mode.

    Source: walking neural nets, part 2, "Define a very small network".
    """
    raise NotImplementedError("walk.tiny_text_net: make_net is not written yet")


def train(model: nn.Module, pairs: Sequence[tuple[int, int]], epochs: int, lr: float) -> list[float]:
    """Train a net in place to say the second word of each pair when it is given the first.

    All pairs are one batch, in each epoch: the loss is the mean of the cross-entropies of the pairs, and plain SGD
    (``torch.optim.SGD`` with this lr, no momentum) takes one step. Nothing is drawn at random.

    Args:
        model: takes words (N,), int64, and gives logits (N, vocab); float32 or float64.
        pairs: (word, word that follows), as indices; at least one. Not modified.
        epochs: how many steps to take.
        lr: the learning rate.

    Returns:
        The loss of each epoch, before its step: ``epochs`` Python floats.

    Example:
        pairs [(0, 1), (2, 3), (3, 4), (1, 4)] say hello world, cat dog, dog !, world !

    Source: walking neural nets, part 2, "Train the tiny net".
    """
    raise NotImplementedError("walk.tiny_text_net: train is not written yet")


def follow(model: nn.Module, word: int, end: int, limit: int) -> list[int]:
    """Say one word after the other: each is the likeliest after the one before, until the end, or until the limit.

    A net that says "dog" after "dog" would go on for ever: hence the limit.

    Args:
        model: as for ``train``. It is not modified.
        word: the first word.
        end: the word that ends it, "!" in the notes.
        limit: how many words there may be, the first one counted; at least 1.

    Returns:
        The words, as indices: the first one, then what follows, up to and with the end if it comes.

    Example:
        With the net of the notes, "hello" = 0 and "!" = 4: [0, 1, 4], hello world !

    Source: walking neural nets, part 2, "Getting unstuck from local minima".
    """
    raise NotImplementedError("walk.tiny_text_net: follow is not written yet")

"""A net for five words: built, trained on four pairs, and asked for one word after the other.

You write ``make_net``, ``train`` and ``follow``: the notes' tiny text net, whole. It is so small that it often fails,
and whether it does, its first numbers decide. Source: walking neural nets, part 2, "Walking a tiny toy language model".
"""

# /// exercise
# title = "a net for five words"
# hints = [
#   """The net is the one that forward_trace walks. For training, all pairs are one batch: two tensors of whole \
#   numbers, the words and the words that follow. What does the loss want, logits or probabilities?""",
#   """Per epoch: loss = cross_entropy(model(X), Y), a mean over the pairs; note it; clear gradients, backward, step. \
#   To follow: while the last word is not the end and there is room, append the argmax of its logits.""",
#   """optimizer = torch.optim.SGD(model.parameters(), lr=lr), made once. In follow: while words[-1] != end and \
#   len(words) < limit: words.append(int(model(torch.tensor(words[-1])).argmax())).""",
# ]
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
    # solution
    return nn.Sequential(
        nn.Embedding(vocab, emb),
        nn.Linear(emb, hidden),
        nn.ReLU(),
        nn.Linear(hidden, hidden),
        nn.ReLU(),
        nn.Linear(hidden, vocab),
    )
    # end solution


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
    # solution
    X = torch.tensor([word for word, _ in pairs])
    Y = torch.tensor([following for _, following in pairs])
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        loss = F.cross_entropy(model(X), Y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
    # end solution


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
    # solution
    words = [word]
    with torch.no_grad():
        while words[-1] != end and len(words) < limit:
            logits = model(torch.tensor([words[-1]]))  # (1, vocab)
            words.append(int(logits.argmax()))
    return words
    # end solution

"""Following one word through a network, and writing down every number on the way.

You write ``walk``, which takes the index of a token through an embedding, two layers of ReLU and an output layer, and
keeps each value as it is at that moment. Source: walking neural nets, part 2, "Walk the network, layer by layer".
"""

# /// exercise
# title = "every number on the way"
# ///

from typing import NamedTuple

import torch
from torch import nn

NAMES = ("embedding", "z1", "a1", "z2", "a2", "logits")


class Step(NamedTuple):
    """One step of the walk: what is computed, and its value, (n,)."""

    name: str
    value: torch.Tensor


def walk(model: nn.Sequential, token: int) -> list[Step]:
    """Follow a token through the network, and keep every intermediate value.

    The model is the tiny text net of the notes, an ``nn.Sequential`` of six modules:

        0  nn.Embedding(vocab, emb)    embedding  (emb,)      the row of the token
        1  nn.Linear(emb, hidden)      z1         (hidden,)   before the first ReLU
        2  nn.ReLU                     a1         (hidden,)   after it
        3  nn.Linear(hidden, hidden2)  z2         (hidden2,)
        4  nn.ReLU                     a2         (hidden2,)
        5  nn.Linear(hidden2, vocab)   logits     (vocab,)    one for each token, no softmax

    Each value is what the module gave at its turn. A ReLU may have been made with ``inplace=True``: it writes a1 over
    its input, so that whoever has kept z1 itself, or a hook that has, finds a1 in it afterwards. Keep copies.

    Args:
        model: the net. It stays as it is: weights, mode, no hooks left on it, no gradients computed.
        token: the index of the token, from 0 to vocab - 1, an int.

    Returns:
        Six steps in this order, named as above (NAMES). A value has one axis, no batch; it has the dtype of the model,
        and requires no gradient.

    Example:
        The notes' net after training, "hello" = 0:
        embedding [1.217, -1.098], z1 [-0.820, -1.390], a1 [0, 0], z2 [-0.003, 2.037], a2 [0, 2.037],
        logits [-0.913, 5.260, -1.636, -3.103, 2.536]: the largest is number 1, "world"

    Source: walking neural nets, part 2, "Walk the network, layer by layer".
    """
    raise NotImplementedError("walk.forward_trace: walk is not written yet")

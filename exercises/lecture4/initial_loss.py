"""The loss before training: what it must be, and how to start a network so that it is.

A network that knows nothing should say so: every next character is as likely as any other. The lecture's first loss is
27, which is the loss of one that is sure, and wrong. You compute what it ought to be, and repair the output layer.
Source: lecture 4, section 4.2.
"""

# /// exercise
# title = "the loss before training"
# ///

import math

import torch


def expected_initial_loss(vocab: int) -> float:
    """Return the cross-entropy of a prediction that gives every character the same probability.

        loss = -ln(1 / vocab)

    Args:
        vocab: V, the number of different characters, at least 1.

    Returns:
        The loss in nats (the natural logarithm, as in ``F.cross_entropy``), a Python float.

    Example:
        expected_initial_loss(27) -> 3.2958...

    Source: lecture 4, section 4.2.1.
    """
    raise NotImplementedError("lecture4.initial_loss: expected_initial_loss is not written yet")


def init_output(W2: torch.Tensor, b2: torch.Tensor) -> None:
    """Repair the output layer ``logits = h @ W2 + b2`` in place, so that training starts at the expected loss.

        W2: each number a hundredth of what it was
        b2: zeros

    Why not zeros for W2 as well? The first loss would be perfect. But h gets its gradient through W2, and through zeros
    none comes: the layers below would stand still at first. Small random numbers do as well for the loss.

    The tensors themselves are changed, for the caller holds them. They may require a gradient already, as parameters
    do, and must then still be leaves that do: so nothing of this may be recorded for autograd.

    Args:
        W2: (H, V), floats, drawn from N(0, 1) by the caller. Changed in place.
        b2: (V,), floats. Changed in place.

    Returns:
        Nothing: None.

    Example:
        W2 = [[1.0, -2.0]], b2 = [0.5, 0.7] become [[0.01, -0.02]] and [0.0, 0.0]

    Source: lecture 4, section 4.2.2.
    """
    raise NotImplementedError("lecture4.initial_loss: init_output is not written yet")

"""Mini-batches, a learning rate that falls, and a loss that is measured on all of a split.

A gradient of 32 examples is rough, but a thousand rough steps lead further than one exact one. You write the loop that
takes them, and the function that says how good the model has become. Source: lecture 3, sections 3.3.7 and 3.3.8.
"""

# /// exercise
# title = "training and evaluation"
# preload = ["torch._dynamo"]
# hints = [
#   """Each step follows the list. Where must it forget what the step before has left in p.grad? And in which line \
#   must autograd not look?""",
#   """ix = torch.randint(0, X.shape[0], (batch_size,), generator=generator); the loss of X[ix], Y[ix]; each p.grad \
#   to None; loss.backward(); then p.data -= lr_schedule(i) * p.grad for each p.""",
#   """for i in range(steps): … loss = F.cross_entropy(model.forward(X[ix]), Y[ix]); losses.append(loss.item()). \
#   evaluate: with torch.no_grad(): return F.cross_entropy(model.forward(X), Y).item().""",
# ]
# ///

from collections.abc import Callable

import torch
import torch.nn.functional as F

from .model import MLPLanguageModel  # the checks build the model to train of yours


def train(
    model: MLPLanguageModel,
    X: torch.Tensor,
    Y: torch.Tensor,
    steps: int,
    batch_size: int,
    lr_schedule: Callable[[int], float],
    generator: torch.Generator,
) -> list[float]:
    """Train a model in place, by stochastic gradient descent on the mean cross-entropy.

    Step i, from 0 to steps - 1, does this, in this order:

        1. draws a batch with ``torch.randint(0, X.shape[0], (batch_size,), generator=generator)``: these rows of X and
           Y. One such call a step, and no other use of the generator.
        2. computes the loss of the batch, ``F.cross_entropy(logits, targets)``, and notes it: *before* the update.
        3. computes the gradients of this loss alone.
        4. replaces every parameter p by p - lr_schedule(i) * dp, in place. Nothing but the parameters is carried over
           from one step to the next.

    Args:
        model: your MLPLanguageModel, or another one that has what this function uses: ``model.forward(X)`` gives the
            logits, ``model.parameters()`` what is trained, as a list or as an iterator, which is used up after one
            loop.
        X: contexts, (M, block_size), int64 in [0, V), contiguous. Not modified.
        Y: what follows, (M,), int64 in [0, V). Not modified.
        steps: number of updates, at least 1.
        batch_size: rows in a batch, at least 1.
        lr_schedule: gives the learning rate of step i, called with the int i alone:
            ``lambda i: 0.1 if i < 100_000 else 0.01``.
        generator: source of the batches. It advances.

    Returns:
        A list of ``steps`` Python floats: the loss of each step's batch.

    Source: lecture 3, section 3.3.7, listings 43 and 44.
    """
    # solution
    parameters = list(model.parameters())
    losses = []
    for i in range(steps):
        ix = torch.randint(0, X.shape[0], (batch_size,), generator=generator)
        loss = F.cross_entropy(model.forward(X[ix]), Y[ix])
        losses.append(loss.item())
        for p in parameters:
            p.grad = None
        loss.backward()
        for p in parameters:
            p.data -= lr_schedule(i) * p.grad
    return losses
    # end solution


def evaluate(model: MLPLanguageModel, X: torch.Tensor, Y: torch.Tensor) -> float:
    """Return the mean cross-entropy of a model over all rows of X and Y.

    All of them count alike. You may go through X in pieces, but the mean is then that of the rows, not of the pieces:
    the last may be shorter. No graph is built for gradients, which for a whole split would take memory for nothing, and
    nothing changes: parameters, their gradients and whether they require some, and torch's global generator stay.

    Args:
        model: as in ``train``; here only ``model.forward(X)`` is used.
        X: contexts, (N, block_size), int64 in [0, V), contiguous; N is at least 1. Not modified.
        Y: what follows, (N,), int64 in [0, V). Not modified.

    Returns:
        The mean of -log p(Y), natural logarithm, a Python float.

    Source: lecture 3, section 3.3.8, listing 45.
    """
    # solution
    with torch.no_grad():
        return F.cross_entropy(model.forward(X), Y).item()
    # end solution

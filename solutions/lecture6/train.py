"""Training with layers that have two modes, and an evaluation that leaves no trace.

The loop is that of lecture 3, with AdamW in the place of plain steps. What is new are the modes: a network with batch
normalisation must be in training where it learns, in evaluation where it is measured, and afterwards as it was before.
Source: lecture 6, sections 6.2.2, 6.3.4 and 6.4.
"""

# /// exercise
# title = "training, and back to the mode before"
# preload = ["torch._dynamo"]
# hints = [
#   """Where does a tensor begin to require a gradient, and where does the network learn its mode? And what does an \
#   optimizer remember that must not begin anew in each step, but must in each call of train?""",
#   """Before the loop: model.train(), p.requires_grad = True for each parameter, one torch.optim.AdamW of the list of \
#   them. evaluate: keep model.training, model.eval(), measure under no_grad, model.train(of what was kept).""",
#   """In step i: for group in optimizer.param_groups: group["lr"] = lr_schedule(i); the loss of X[ix], Y[ix]; \
#   losses.append(loss.item()); optimizer.zero_grad(); loss.backward(); optimizer.step().""",
# ]
# ///

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F

from .wavenet import build_wavenet

__all__ = ["build_wavenet", "evaluate", "train"]  # the checks build the model to train with yours


def train(
    model: Any,
    X: torch.Tensor,
    Y: torch.Tensor,
    steps: int,
    batch_size: int,
    lr_schedule: Callable[[int], float],
    generator: torch.Generator,
) -> list[float]:
    """Train a model in place, in training mode, by AdamW on the mean cross-entropy.

    First the model is put into training, ``model.train()``, whatever its mode was, and stays there. All its parameters
    are made to require a gradient, and *one* ``torch.optim.AdamW`` is made of them for this call, its settings the
    default ones but for the learning rate. Then step i, from 0 to steps - 1, does this, in this order:

        1. draws a batch with ``torch.randint(0, X.shape[0], (batch_size,), generator=generator)``: these rows of X and
           Y. One such call a step, and no other use of the generator.
        2. computes the loss of the batch, ``F.cross_entropy(model(X[ix]), Y[ix])``, and notes it: *before* the update.
        3. computes the gradients of this loss alone.
        4. takes a step of the optimizer with the learning rate lr_schedule(i).

    Args:
        model: the stack that your ``build_wavenet`` gives, or another one, of torch's layers for instance, that has
            what is used here: it is called with contexts and gives logits; ``model.train()``; ``model.parameters()``,
            a list or an iterator, which is used up after one loop.
        X: contexts, (M, block_size), int64 in [0, V), contiguous. Not modified.
        Y: what follows, (M,), int64 in [0, V). Not modified.
        steps: number of updates, at least 1.
        batch_size: rows in a batch, at least 2.
        lr_schedule: gives the learning rate of step i, called with the int i alone.
        generator: source of the batches. It advances.

    Returns:
        A list of ``steps`` Python floats: the loss of each step's batch.

    Source: lecture 6, section 6.2.2, which names Adam; AdamW is Adam with a decay of the weights.
    """
    # solution
    model.train()
    parameters = list(model.parameters())
    for p in parameters:
        p.requires_grad = True
    optimizer = torch.optim.AdamW(parameters)
    losses = []
    for i in range(steps):
        ix = torch.randint(0, X.shape[0], (batch_size,), generator=generator)
        loss = F.cross_entropy(model(X[ix]), Y[ix])
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        for group in optimizer.param_groups:
            group["lr"] = lr_schedule(i)
        optimizer.step()
    return losses
    # end solution


def evaluate(model: Any, X: torch.Tensor, Y: torch.Tensor) -> float:
    """Return the mean cross-entropy of a model over all rows of X and Y, in evaluation mode.

    The model is put into evaluation, ``model.eval()``, and afterwards back into the mode that it was in,
    ``model.training``. So one row alone can be measured, and the running statistics stay as they are. All rows count
    alike. You may go through X in pieces, but the mean is then that of the rows, not of the pieces. No graph is built
    for gradients, and nothing changes: parameters, their gradients and whether they require some, and torch's global
    generator stay.

    Args:
        model: as in ``train``; here it is called, and has ``model.training``, ``model.eval()`` and
            ``model.train(mode)``.
        X: contexts, (N, block_size), int64 in [0, V), contiguous; N is at least 1. Not modified.
        Y: what follows, (N,), int64 in [0, V). Not modified.

    Returns:
        The mean of -log p(Y), natural logarithm, a Python float.

    Source: lecture 6, section 6.3.4.
    """
    # solution
    mode = model.training
    model.eval()
    with torch.no_grad():
        loss = F.cross_entropy(model(X), Y).item()
    model.train(mode)
    return loss
    # end solution

"""The minimal loop: the same training with ``zero_grad`` in another place.

You write the loop once more, as short as it gets, and clear the gradients at the *end* of a step. Why is that the
same? Because all that matters is that nothing is left when the next ``backward()`` comes. Source: chapter 0, part 2.
"""

# /// exercise
# title = "the minimal loop"
# preload = ["torch._dynamo"]
# hints = [
#   """zero_grad may stand anywhere between a step and the next backward. There is one place where it must \
#   not stand: what would step() find, if the gradients were cleared just before it?""",
#   """Four lines a batch: loss = F.mse_loss(model(x), y), loss.backward(), optimizer.step(), \
#   optimizer.zero_grad(). Around them the two loops, and the weighted mean of the losses.""",
#   """total += loss.item() * len(x); count += len(x) beside these four lines; losses.append(total / count) \
#   after each epoch.""",
# ]
# ///

from collections.abc import Iterable

import torch
import torch.nn.functional as F
from torch import nn


def train_minimal(
    model: nn.Module, loader: Iterable[tuple[torch.Tensor, torch.Tensor]], epochs: int, lr: float
) -> list[float]:
    """Train a model in place, with the gradients cleared after each step; leave none behind.

    The training is that of ``train``: one ``torch.optim.Adam`` with this lr for all parameters, the mean squared error
    ``F.mse_loss``, every batch once in each epoch, in order. For each batch:

        1. loss = mean((model(x) - y)²)
        2. the gradients are computed
        3. the optimizer takes its step
        4. the gradients are cleared

    The model comes with no gradients, so the first backward finds none either, and every weight and every loss is the
    same as with the canonical order. When the function returns, the gradients are clear: each ``p.grad`` is None or
    all zeros.

    Args:
        model: any module, already in training mode; it is trained in place. Nothing else changes: neither the batches
            nor torch's global random generator.
        loader: batches (x, y), as in ``train``; a DataLoader may shuffle anew each time.
        epochs: how often to go through the loader, at least 1.
        lr: the learning rate.

    Returns:
        A list of ``epochs`` Python floats: for each epoch the mean of the losses of step 1, weighted by the number of
        examples len(x) in each batch.

    Source: chapter 0, part 2 (the minimal loop).
    """
    # solution
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        total, count = 0.0, 0
        for x, y in loader:
            loss = F.mse_loss(model(x), y)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            total, count = total + loss.item() * len(x), count + len(x)
        losses.append(total / count)
    return losses
    # end solution

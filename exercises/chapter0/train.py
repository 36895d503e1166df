"""The training loop: forward, loss, backward, update, again and again.

You write the five lines that every training run in this course comes back to. Nothing in them knows what the model
is: the same loop trains a straight line and a transformer. Source: chapter 0, part 2.
"""

# /// exercise
# title = "the training loop"
# preload = ["torch._dynamo"]
# ///

from collections.abc import Iterable

import torch
from torch import nn


def train(model: nn.Module, loader: Iterable[tuple[torch.Tensor, torch.Tensor]], epochs: int, lr: float) -> list[float]:
    """Train a model in place with Adam on the mean squared error, and return the mean loss of each epoch.

    First the model is put in training mode, whatever mode it came in, and *one* ``torch.optim.Adam`` is made for all
    of ``model.parameters()``, with this lr and its other settings as they are. Then, in each epoch, for each batch
    (x, y) of the loader in its order, exactly these five things happen once:

        1. the gradients of the last step are cleared
        2. pred = model(x)
        3. loss = mean((pred - y)²), over all numbers of the batch, as ``nn.MSELoss()`` has it
        4. the gradients are computed
        5. the optimizer takes its step

    Why clear them? ``backward()`` *adds* to what is in ``p.grad``, so without step 1 an update follows the sum of all
    gradients so far.

    The loss of an epoch is the mean over its *examples* of the losses that step 3 saw: each before its update, each
    weighted by the number of examples len(x) in its batch. The last batch is often a short one, and must not count
    as much as a whole one.

    Args:
        model: any module; it is trained in place, and stays in training mode. Nothing else changes: neither the
            batches nor torch's global random generator.
        loader: batches (x, y); it can be gone through again for the next epoch, as a list or a DataLoader can, and a
            DataLoader may shuffle anew each time. x and y have the examples along their first axis, and y has the
            shape that model(x) has.
        epochs: how often to go through the loader, at least 1.
        lr: the learning rate.

    Returns:
        A list of ``epochs`` Python floats, the mean loss of each epoch.

    Source: chapter 0, part 2 (the canonical loop).
    """
    raise NotImplementedError("chapter0.train: train is not written yet")

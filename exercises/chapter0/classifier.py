"""A classifier of digits, and a training loop that watches it on data it does not learn from.

You put the training loop to work: a small network, cross-entropy in place of squared errors, and after each epoch the
accuracy on validation data, which says what the training loss cannot: whether the model knows more than its examples.
Source: chapter 0, part 2 and the exercise "train a simple model on MNIST, add validation accuracy".
"""

# /// exercise
# title = "a classifier with validation"
# preload = ["torch._dynamo"]
# ///

from collections.abc import Iterable
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import nn


class History(NamedTuple):
    """What training reports, one Python float for each epoch in either list.

    Attributes:
        train_loss: the mean training loss of the epoch.
        val_accuracy: the share of validation examples that the model gets right after the epoch, 0 to 1.
    """

    train_loss: list[float]
    val_accuracy: list[float]


def make_classifier() -> nn.Module:
    """Return a new, untrained classifier of 28×28 images in 10 classes.

    The module takes images (N, 784), float32 with grey values from 0 to 1, and returns logits (N, 10): raw scores, one
    for each class, with no softmax after them. It needs at least one hidden layer *and* a nonlinearity: two linear
    layers without one between them are a single linear layer, which gets some 0.9 of the rendered digits right, where
    784 → 256 → ReLU → 10 gets 0.98. The rest is up to you: after 5 epochs of your own training loop on 10,000 digits
    the grader wants 0.95 on digits that your code has never seen, and no more than 0.03 less than that network
    reaches there.

    Returns:
        The module, float32, with random weights.
    """
    raise NotImplementedError("chapter0.classifier: make_classifier is not written yet")


def train_classifier(
    model: nn.Module,
    train_loader: Iterable[tuple[torch.Tensor, torch.Tensor]],
    val_loader: Iterable[tuple[torch.Tensor, torch.Tensor]],
    epochs: int,
) -> History:
    """Train a classifier in place, and measure it on validation data after every epoch.

    One ``torch.optim.Adam`` with lr = 0.001, made once for all parameters of the model, does the updates. Each epoch:

        1. model.train(), then for each batch (x, y) of train_loader, in its order: clear the gradients, logits =
           model(x), loss = mean cross-entropy of the logits with y, compute the gradients, step.
        2. model.eval(), then over all batches of val_loader, without gradients: count the examples whose largest logit
           is the one of their label.

    From validation data nothing is learnt: no gradient, no choice of the best epoch. The model that is left is that of
    the last epoch, whatever the accuracies were. Otherwise the accuracy would no longer tell how the model does on
    data that it has not seen, which is all that it is for.

    Args:
        model: takes (N, features) and returns logits (N, C). It may hold layers like dropout and batch norm, which
            behave differently in training and in evaluation mode.
        train_loader: batches (x, y), x (N, features), y (N,) int64 in [0, C). It can be gone through again and again,
            and a DataLoader may shuffle anew each time. The last batch may be shorter than the others. Nothing but the
            model changes: neither the batches nor torch's global random generator.
        val_loader: batches of the same form.
        epochs: how often to go through train_loader, at least 1.

    Returns:
        A ``History`` with ``epochs`` Python floats in each list: train_loss, the mean over the epoch's examples of the
        losses of step 1 (each batch weighted by its number of examples, each loss before its update); val_accuracy,
        the number of right predictions in step 2 divided by the number of all validation examples.

    Source: chapter 0, part 2 (canonical loop; add validation accuracy).
    """
    raise NotImplementedError("chapter0.classifier: train_classifier is not written yet")

"""Reading digits: a 784-256-10 network, trained and watched.

You scale the pixels, build the network, and write a training loop that also measures: the loss on what it trains on,
and loss and accuracy on what it does not. The grader's digits are drawn afresh in every run; with
``grade day3.mnist --full`` there are MNIST's own as well. 95% of either are read right. Source: day 3, exercise 5.
"""

# /// exercise
# title = "reading digits"
# preload = ["torch._dynamo"]
# hints = [
#   """Three small functions. In the loop, the training part runs with model.train(), the measuring part with \
#   model.eval() and torch.no_grad(), and only the training part ever sees an optimizer. A mean of batch means is no \
#   mean of examples when the last batch is short.""",
#   """Each epoch: order = torch.randperm(len(X), generator=generator); for batches order[i : i + batch_size]: logits, \
#   cross_entropy, zero_grad, backward, step, total += loss.item() * len(batch). After the epoch: total / len(X), and \
#   the validation loss and accuracy of the model as it now is.""",
#   """prepare: images.reshape(len(images), -1).float() / 255. The optimizer, made once: torch.optim.SGD(\
#   model.parameters(), lr=lr, weight_decay=weight_decay). Accuracy: \
#   (logits.argmax(1) == y_val).double().mean().item().""",
# ]
# ///

import torch
import torch.nn.functional as F
from torch import nn


def prepare(images: torch.Tensor) -> torch.Tensor:
    """Turn images of bytes into rows of numbers between 0 and 1.

    Args:
        images: grey images, (N, 28, 28), uint8: 0 is black, 255 is white. They may be a view, as after a transpose.

    Returns:
        The images row by row, (N, 784), float32, each pixel divided by 255. The argument is not modified.

    Source: day 3, exercise 5 (``ToTensor``, then flatten).
    """
    # solution
    return images.reshape(len(images), -1).float() / 255
    # end solution


def build() -> nn.Module:
    """Return a new network: 784 inputs, a linear layer, 256 ReLU units, a linear layer, 10 logits.

    Both layers have biases and are initialised as ``nn.Linear`` does it. Of its parameters, those of the first layer
    come first, the weight before the bias: (256, 784), (256,), (10, 256), (10,), 203,530 numbers in float32. It maps
    (N, 784) to logits (N, 10), with no softmax at the end.

    Source: day 3, exercise 5.
    """
    # solution
    return nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 10))
    # end solution


def train(
    model: nn.Module,
    X: torch.Tensor,
    y: torch.Tensor,
    X_val: torch.Tensor,
    y_val: torch.Tensor,
    epochs: int,
    batch_size: int,
    lr: float,
    weight_decay: float,
    generator: torch.Generator,
) -> dict[str, list[float]]:
    """Train a classifier in place, and return its curves.

    One optimizer does it all, ``torch.optim.SGD(model.parameters(), lr=lr, weight_decay=weight_decay)``, or what comes
    to the same: every parameter p (biases too) becomes p - lr * (dloss/dp + weight_decay * p), at every step. Each
    epoch

        1. draws ``order = torch.randperm(len(X), generator=generator)``; this is the generator's only use;
        2. puts the model in train mode and goes through the rows of X and y in this order, batch_size at a time; the
           last batch may be shorter, and is used too. For each batch: the mean cross-entropy, gradients of this batch
           alone, one step;
        3. puts the model in eval mode and measures it on X_val and y_val, all of them at once, as it is after the
           epoch. The validation set is for measuring: nothing is ever trained on it.

    Args:
        model: maps (B, features) to logits (B, classes); it may behave differently in train and eval mode, as dropout
            does. It is trained, and not replaced.
        X: training examples, (N, features), floats of the parameters' dtype.
        y: their classes, (N,), int64.
        X_val: validation examples, (M, features).
        y_val: their classes, (M,), int64.
        epochs: passes over X, at least 1.
        batch_size: examples in a batch.
        lr: the learning rate.
        weight_decay: 0 for none.
        generator: source of the orders. It advances.

    Returns:
        A dict of three lists of ``epochs`` Python floats: ``"train_loss"``, the mean over the N examples of the loss
        that each had in its batch, before that batch's step; ``"val_loss"``, the mean loss over the M validation
        examples; and ``"val_accuracy"``, the share of them, between 0 and 1, whose largest logit is that of their
        class. No tensor that is passed in is modified.

    Source: day 3, exercise 5, and "Diagnostics".
    """
    # solution
    opt = torch.optim.SGD(model.parameters(), lr=lr, weight_decay=weight_decay)
    curves: dict[str, list[float]] = {"train_loss": [], "val_loss": [], "val_accuracy": []}
    for _ in range(epochs):
        order = torch.randperm(len(X), generator=generator)
        model.train()
        total = 0.0
        for batch in order.split(batch_size):  # the last one may be shorter
            loss = F.cross_entropy(model(X[batch]), y[batch])
            opt.zero_grad()
            loss.backward()
            opt.step()
            total += loss.item() * len(batch)  # the loss is a mean over the batch
        model.eval()
        with torch.no_grad():
            logits = model(X_val)  # (M, classes)
        curves["train_loss"].append(total / len(X))
        curves["val_loss"].append(F.cross_entropy(logits, y_val).item())
        curves["val_accuracy"].append((logits.argmax(1) == y_val).double().mean().item())
    return curves
    # end solution

"""What learners get wrong in chapter0.train."""

import copy
import functools

import torch
import torch.nn.functional as F

from grader.checks import misconception


def _step(model, optimizer, x, y, reduction="mean"):
    """One right step; answers with the loss before it."""
    optimizer.zero_grad()
    loss = F.mse_loss(model(x), y, reduction=reduction)
    loss.backward()
    optimizer.step()
    return loss.item()


def _adam(model, lr):
    """Adam with the learning rate of the exercise."""
    return torch.optim.Adam(model.parameters(), lr=lr)


def _finish(optimizer):
    """In this exercise gradients may be left behind."""
    del optimizer


def _epochs(loader, epochs, step):
    """The mean loss of each epoch, where step(x, y) does a batch."""
    losses = []
    for _ in range(epochs):
        seen = [(step(x, y), len(x)) for x, y in loader]
        losses.append(sum(loss * n for loss, n in seen) / sum(n for _, n in seen))
    return losses


@misconception(
    "The gradients are never cleared: backward() adds to them, so each step follows the sum of all gradients so far. "
    "Call optimizer.zero_grad() once a batch, before backward().",
    name="no-zero-grad",
)
def train(model, loader, epochs, lr):
    model.train()
    optimizer = _adam(model, lr)

    def step(x, y):
        loss = F.mse_loss(model(x), y)
        loss.backward()
        optimizer.step()
        return loss.item()

    return _epochs(loader, epochs, step)


@misconception(
    "The gradients are cleared once an epoch; between its batches they add up. Call optimizer.zero_grad() once a "
    "batch, before backward().",
    name="zero-grad-once-an-epoch",
)
def train(model, loader, epochs, lr):
    model.train()
    optimizer = _adam(model, lr)
    losses = []
    for _ in range(epochs):
        optimizer.zero_grad()

        def step(x, y):
            loss = F.mse_loss(model(x), y)
            loss.backward()
            optimizer.step()
            return loss.item()

        losses += _epochs(loader, 1, step)
    _finish(optimizer)
    return losses


@misconception(
    "zero_grad() stands between backward() and step(): the step finds no gradient, and nothing is learnt. Clear the "
    "gradients before backward().",
    name="zero-grad-before-step",
)
def train(model, loader, epochs, lr):
    model.train()
    optimizer = _adam(model, lr)

    def step(x, y):
        loss = F.mse_loss(model(x), y)
        loss.backward()
        optimizer.zero_grad()
        optimizer.step()
        return loss.item()

    losses = _epochs(loader, epochs, step)
    _finish(optimizer)
    return losses


@misconception(
    "step() comes before backward(), so it takes the gradient of the batch before, and on the first batch none. First "
    "compute the gradients, then step.",
    name="step-before-backward",
)
def train(model, loader, epochs, lr):
    model.train()
    optimizer = _adam(model, lr)

    def step(x, y):
        optimizer.step()
        optimizer.zero_grad()
        loss = F.mse_loss(model(x), y)
        loss.backward()
        return loss.item()

    losses = _epochs(loader, epochs, step)
    _finish(optimizer)
    return losses


@misconception(
    "Each epoch gets a new optimizer, and Adam's running means begin at zero again. Make it once, before the loops.",
    name="optimizer-every-epoch",
)
def train(model, loader, epochs, lr):
    model.train()
    losses = []
    for _ in range(epochs):
        optimizer = _adam(model, lr)
        losses += _epochs(loader, 1, functools.partial(_step, model, optimizer))
    _finish(optimizer)
    return losses


@misconception(
    "Each batch gets a new optimizer, so Adam never has more than one gradient to go by. Make it once, before the "
    "loops.",
    name="optimizer-every-batch",
)
def train(model, loader, epochs, lr):
    model.train()
    losses = _epochs(loader, epochs, lambda x, y: _step(model, _adam(model, lr), x, y))
    _finish(_adam(model, lr))
    return losses


@misconception(
    "Only the loss of each epoch's last batch is returned. The loss of an epoch is the mean over all of its examples.",
    name="last-batch",
)
def train(model, loader, epochs, lr):
    model.train()
    optimizer, losses = _adam(model, lr), []
    for _ in range(epochs):
        for x, y in loader:
            loss = _step(model, optimizer, x, y)
        losses.append(loss)
    _finish(optimizer)
    return losses


@misconception(
    "All batches count alike in the mean, the short one as much as a whole one. Weight each batch's loss by its "
    "number of examples: sum of loss·len(x), over the sum of len(x).",
    name="unweighted-mean",
)
def train(model, loader, epochs, lr):
    model.train()
    optimizer, losses = _adam(model, lr), []
    for _ in range(epochs):
        seen = [_step(model, optimizer, x, y) for x, y in loader]
        losses.append(sum(seen) / len(seen))
    _finish(optimizer)
    return losses


@misconception(
    "The losses of an epoch's batches are only added up. The mean over its examples is wanted: the sum of "
    "loss·len(x), divided by the sum of len(x).",
    name="sum-over-the-epoch",
)
def train(model, loader, epochs, lr):
    model.train()
    optimizer, losses = _adam(model, lr), []
    for _ in range(epochs):
        total = sum(_step(model, optimizer, x, y) for x, y in loader)
        losses += [total]
    _finish(optimizer)
    return losses


@misconception(
    "The mean is over all epochs so far: the sum of the losses and the number of examples are set to 0 only once. Set "
    "both to 0 at the start of each epoch.",
    name="mean-over-all-epochs",
)
def train(model, loader, epochs, lr):
    model.train()
    optimizer, losses, total, count = _adam(model, lr), [], 0.0, 0
    for _ in range(epochs):
        for x, y in loader:
            total, count = total + _step(model, optimizer, x, y) * len(x), count + len(x)
        losses.append(total / count)
    _finish(optimizer)
    return losses


@misconception(
    "A loss is returned for every batch. Return one for every epoch: the mean over its examples.",
    name="loss-of-every-batch",
)
def train(model, loader, epochs, lr):
    model.train()
    optimizer = _adam(model, lr)
    losses = [_step(model, optimizer, x, y) for _ in range(epochs) for x, y in loader]
    _finish(optimizer)
    return losses


@misconception(
    "The loss is measured after the step. Return the loss that the gradients were computed from, the one before the "
    "step.",
    name="loss-after-step",
)
def train(model, loader, epochs, lr):
    model.train()
    optimizer = _adam(model, lr)

    def step(x, y):
        _step(model, optimizer, x, y)
        return F.mse_loss(model(x), y).item()

    losses = _epochs(loader, epochs, step)
    _finish(optimizer)
    return losses


@misconception(
    "The optimizer is SGD here. The exercise asks for torch.optim.Adam.",
    name="sgd",
)
def train(model, loader, epochs, lr):
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = _epochs(loader, epochs, lambda x, y: _step(model, optimizer, x, y))
    _finish(optimizer)
    return losses


@misconception(
    "AdamW also shrinks the weights at each step. The exercise asks for torch.optim.Adam, without weight decay.",
    name="adamw",
)
def train(model, loader, epochs, lr):
    model.train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
    losses = _epochs(loader, epochs, lambda x, y: _step(model, optimizer, x, y))
    _finish(optimizer)
    return losses


@misconception(
    "lr is ignored: Adam runs with its default, 0.001. Pass it on: torch.optim.Adam(model.parameters(), lr=lr).",
    name="lr-ignored",
)
def train(model, loader, epochs, lr):
    model.train()
    optimizer = torch.optim.Adam(model.parameters())
    losses = _epochs(loader, epochs, lambda x, y: _step(model, optimizer, x, y))
    _finish(optimizer)
    return losses


@misconception(
    "The squared errors of a batch are summed, not averaged: the loss is their mean, as nn.MSELoss() takes it.",
    name="sum-for-mean",
)
def train(model, loader, epochs, lr):
    model.train()
    optimizer = _adam(model, lr)
    losses = _epochs(loader, epochs, lambda x, y: _step(model, optimizer, x, y, "sum"))
    _finish(optimizer)
    return losses


@misconception(
    "A copy is trained, and the model that was passed in stays as it was. Train it in place.",
    name="trains-a-copy",
)
def train(model, loader, epochs, lr):
    model = copy.deepcopy(model)
    model.train()
    optimizer = _adam(model, lr)
    losses = _epochs(loader, epochs, lambda x, y: _step(model, optimizer, x, y))
    _finish(optimizer)
    return losses


@misconception(
    "The model is trained in the mode that it came in. Call model.train() first: dropout and batch norm behave "
    "differently in evaluation mode.",
    name="mode-not-set",
)
def train(model, loader, epochs, lr):
    optimizer = _adam(model, lr)
    return _epochs(loader, epochs, lambda x, y: _step(model, optimizer, x, y))


@misconception(
    "The model is put in evaluation mode. That is for measuring; training needs model.train().",
    name="evaluation-mode",
)
def train(model, loader, epochs, lr):
    model.eval()
    optimizer = _adam(model, lr)
    return _epochs(loader, epochs, lambda x, y: _step(model, optimizer, x, y))


@misconception(
    "The loader is gone through once, and its batches kept in a list. Go through the loader itself in every epoch: a "
    "DataLoader then shuffles anew.",
    name="batches-listed-once",
    violates=("data_loader",),
)
def train(model, loader, epochs, lr):
    model.train()
    optimizer = _adam(model, lr)
    return _epochs(list(loader), epochs, lambda x, y: _step(model, optimizer, x, y))


@misconception(
    "The prediction is squeezed: with one output it is (N,) beside targets (N, 1), and their difference is (N, N). "
    "Leave pred as the model gives it.",
    name="squeezed",
    violates=("one_output",),
)
def train(model, loader, epochs, lr):
    model.train()
    optimizer = _adam(model, lr)

    def step(x, y):
        optimizer.zero_grad()
        loss = ((model(x).squeeze() - y) ** 2).mean()
        loss.backward()
        optimizer.step()
        return loss.item()

    return _epochs(loader, epochs, step)


@misconception(
    "The optimizer is kept with the model: the next call goes on with its running means. Make it anew in each call.",
    name="optimizer-kept",
    violates=("each_call_starts_anew",),
)
def train(model, loader, epochs, lr):
    model.train()
    if not hasattr(model, "optimizer"):
        model.optimizer = _adam(model, lr)
    return _epochs(loader, epochs, lambda x, y: _step(model, model.optimizer, x, y))


@misconception(
    "A seed is set in train. That changes what its caller draws afterwards, and nothing in train is random: leave it "
    "out.",
    name="seeds",
    violates=("nothing_else_changes",),
)
def train(model, loader, epochs, lr):
    torch.manual_seed(0)
    model.train()
    optimizer = _adam(model, lr)
    return _epochs(loader, epochs, lambda x, y: _step(model, optimizer, x, y))

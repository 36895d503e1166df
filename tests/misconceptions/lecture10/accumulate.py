"""What learners get wrong in lecture10.accumulate."""

import torch

from grader.checks import misconception


def _total(micro_batches):
    """The number of all targets."""
    return sum(y.numel() for _, y in micro_batches)


def _shares(micro_batches):
    """How much each micro-batch counts."""
    return [y.numel() / _total(micro_batches) for _, y in micro_batches]


def _step(model, micro_batches, optimizer, shares=None, clear=True, losses=None):
    """The right step, in which micro-batches count as much as is said; the loss is right. ``losses`` gets each."""
    right, loss_before = _shares(micro_batches), 0.0
    if clear:
        optimizer.zero_grad()
    for (x, y), share, counts in zip(micro_batches, shares or right, right, strict=True):
        _, loss = model(x, y)
        (loss * share).backward()
        if losses is not None:
            losses.append(loss.item())
        loss_before += loss.item() * counts
    optimizer.step()
    return loss_before


# how much each counts


@misconception(
    "The gradients are added up and not averaged: the step is as many times too long as there are micro-batches. Let "
    "each count by its share of the tokens: loss * (y.numel() / total).",
    name="not-divided",
    violates=("even_micro_batches",),
)
def train_step(model, micro_batches, optimizer):
    return _step(model, micro_batches, optimizer, [1.0] * len(micro_batches))


@misconception(
    "Each micro-batch counts the same, whatever its size, so that a token of a small one weighs more. Let each count "
    "by its tokens: loss * (y.numel() / total).",
    name="mean-of-means",
    violates=("uneven_micro_batches",),
)
def train_step(model, micro_batches, optimizer):
    n = len(micro_batches)
    losses = []
    optimizer.zero_grad()
    for x, y in micro_batches:
        _, loss = model(x, y)
        (loss / n).backward()
        losses.append(loss.item() / n)
    optimizer.step()
    return sum(losses)


@misconception(
    "Each micro-batch counts by its sequences, and they are of different lengths. What counts is the tokens: "
    "y.numel().",
    name="by-sequences",
    violates=("uneven_micro_batches",),
)
def train_step(model, micro_batches, optimizer):
    rows = [len(y) for _, y in micro_batches]
    return _step(model, micro_batches, optimizer, [n / sum(rows) for n in rows])


@misconception(
    "Each micro-batch counts by the length of its sequences, whatever their number. What counts is the tokens: "
    "y.numel().",
    name="by-length",
    violates=("uneven_micro_batches",),
)
def train_step(model, micro_batches, optimizer):
    lengths = [y.shape[1] for _, y in micro_batches]
    return _step(model, micro_batches, optimizer, [n / sum(lengths) for n in lengths])


@misconception(
    "All micro-batches are taken to be as large as the first. Add up the tokens of each: sum(y.numel() for _, y in "
    "micro_batches).",
    name="all-as-the-first",
    violates=("uneven_micro_batches",),
)
def train_step(model, micro_batches, optimizer):
    total = len(micro_batches) * micro_batches[0][1].numel()
    return _step(model, micro_batches, optimizer, [y.numel() / total for _, y in micro_batches])


@misconception(
    "The loss of a micro-batch is a mean already, and is divided by the number of all tokens once more. Multiply it by "
    "its own tokens first: loss * (y.numel() / total).",
    name="divided-twice",
    violates=("one_batch",),
)
def train_step(model, micro_batches, optimizer):
    return _step(model, micro_batches, optimizer, [1 / _total(micro_batches)] * len(micro_batches))


@misconception(
    "The mean is multiplied by the tokens and not divided by all of them: this is the gradient of the sum. Divide by "
    "the total: loss * (y.numel() / total).",
    name="summed-over-tokens",
    violates=("one_batch",),
)
def train_step(model, micro_batches, optimizer):
    return _step(model, micro_batches, optimizer, [float(y.numel()) for _, y in micro_batches])


@misconception(
    "The share is upside down: total / y.numel(). Large micro-batches are to count more: y.numel() / total.",
    name="share-upside-down",
    violates=("even_micro_batches",),
)
def train_step(model, micro_batches, optimizer):
    return _step(model, micro_batches, optimizer, [1 / share for share in _shares(micro_batches)])


# zero_grad, backward, step


@misconception(
    "Gradients are never cleared, so that each step repeats those before it. Call optimizer.zero_grad() before the "
    "first micro-batch.",
    name="never-cleared",
    violates=("several_steps",),
)
def train_step(model, micro_batches, optimizer):
    return _step(model, micro_batches, optimizer, clear=False)


@misconception(
    "Gradients are cleared after the step alone, and what the caller left is taken for this step's. Call "
    "optimizer.zero_grad() before the first micro-batch.",
    name="cleared-afterwards",
    violates=("several_steps",),
)
def train_step(model, micro_batches, optimizer):
    loss = _step(model, micro_batches, optimizer, clear=False)
    optimizer.zero_grad()
    return loss


@misconception(
    "Gradients are cleared before each micro-batch, so that only the last one counts. Clear them once, before the "
    "first.",
    name="cleared-each-time",
    violates=("even_micro_batches",),
)
def train_step(model, micro_batches, optimizer):
    loss_before = 0.0
    for (x, y), share in zip(micro_batches, _shares(micro_batches), strict=True):
        optimizer.zero_grad()
        _, loss = model(x, y)
        (loss * share).backward()
        loss_before += loss.item() * share
    optimizer.step()
    return loss_before


@misconception(
    "Gradients are cleared between the last backward() and the step, which then has none. The order is zero_grad, all "
    "of the backward(), step.",
    name="cleared-before-the-step",
    violates=("one_batch",),
)
def train_step(model, micro_batches, optimizer):
    loss_before = 0.0
    for (x, y), share in zip(micro_batches, _shares(micro_batches), strict=True):
        _, loss = model(x, y)
        (loss * share).backward()
        loss_before += loss.item() * share
    optimizer.zero_grad()
    optimizer.step()
    return loss_before


@misconception(
    "The optimizer takes a step for each micro-batch. Take one, behind the last.",
    name="step-each-time",
    violates=("even_micro_batches",),
)
def train_step(model, micro_batches, optimizer):
    loss_before = 0.0
    optimizer.zero_grad()
    for (x, y), share in zip(micro_batches, _shares(micro_batches), strict=True):
        _, loss = model(x, y)
        (loss * share).backward()
        loss_before += loss.item() * share
        optimizer.step()
    return loss_before


@misconception(
    "Each micro-batch has a step of its own, with its own gradient: many small steps instead of one. Clear once, add "
    "up, step once.",
    name="a-loop-of-steps",
    violates=("even_micro_batches",),
)
def train_step(model, micro_batches, optimizer):
    loss_before = 0.0
    for (x, y), share in zip(micro_batches, _shares(micro_batches), strict=True):
        optimizer.zero_grad()
        _, loss = model(x, y)
        loss.backward()
        optimizer.step()
        loss_before += loss.item() * share
    return loss_before


@misconception(
    "The last micro-batch is left out. Go through all of them.",
    name="last-left-out",
    violates=("one_batch",),
)
def train_step(model, micro_batches, optimizer):
    optimizer.zero_grad()
    loss_before = 0.0
    for (x, y), share in zip(micro_batches[:-1], _shares(micro_batches), strict=False):
        _, loss = model(x, y)
        (loss * share).backward()
        loss_before += loss.item() * share
    optimizer.step()
    return loss_before


@misconception(
    "The losses are added up, and backward() is called once, so that all micro-batches are in memory together: that is "
    "what accumulation is to avoid. Call backward() for each.",
    name="one-backward",
    violates=("one_after_the_other",),
)
def train_step(model, micro_batches, optimizer):
    optimizer.zero_grad()
    pairs = zip(micro_batches, _shares(micro_batches), strict=True)
    loss = sum(model(x, y)[1] * share for (x, y), share in pairs)
    loss.backward()
    optimizer.step()
    return loss.item()


@misconception(
    "The micro-batches are put together to one batch, which takes the memory that there is not, and fails where T is "
    "different. Let each go through by itself.",
    name="put-together",
    violates=("uneven_micro_batches", "one_after_the_other"),
)
def train_step(model, micro_batches, optimizer):
    x, y = (torch.cat(tensors) for tensors in zip(*micro_batches, strict=True))
    optimizer.zero_grad()
    _, loss = model(x, y)
    loss.backward()
    optimizer.step()
    return loss.item()


@misconception(
    "An optimizer is made anew in each call, so that AdamW never gets to know more than one gradient. Use the one that "
    "is passed in.",
    name="optimizer-made-anew",
    violates=("one_step_of_the_optimizer",),
)
def train_step(model, micro_batches, optimizer):
    lr = optimizer.param_groups[0]["lr"]
    return _step(model, micro_batches, type(optimizer)(model.parameters(), lr=lr))


@misconception(
    "The weights are changed by hand, w -= lr * grad, whatever the optimizer is. Let it take the step: "
    "optimizer.step().",
    name="step-by-hand",
    violates=("one_step_of_the_optimizer",),
)
def train_step(model, micro_batches, optimizer):
    lr = optimizer.param_groups[0]["lr"]
    return _step(model, micro_batches, torch.optim.SGD(model.parameters(), lr=lr))


# what is returned


@misconception(
    "The loss of the last micro-batch is returned. Return the mean over all tokens of all of them.",
    name="loss-of-the-last",
    violates=("loss",),
)
def train_step(model, micro_batches, optimizer):
    losses = []
    _step(model, micro_batches, optimizer, losses=losses)
    return losses[-1]


@misconception(
    "The loss is a tensor. Return a Python float: loss.item().",
    name="loss-a-tensor",
    violates=("loss",),
)
def train_step(model, micro_batches, optimizer):
    return torch.tensor(_step(model, micro_batches, optimizer), dtype=torch.float64)


@misconception(
    "The losses of the micro-batches are added up as they are. Return the mean over all tokens.",
    name="losses-added",
    violates=("loss",),
)
def train_step(model, micro_batches, optimizer):
    losses = []
    _step(model, micro_batches, optimizer, losses=losses)
    return sum(losses)


@misconception(
    "The gradient is right, and the loss that is returned is a plain mean of the micro-batches' means. Return the mean "
    "over all tokens.",
    name="loss-a-mean-of-means",
    violates=("loss",),
)
def train_step(model, micro_batches, optimizer):
    losses = []
    _step(model, micro_batches, optimizer, losses=losses)
    return sum(losses) / len(losses)


@misconception(
    "The loss is measured after the step. Return what the micro-batches gave before it.",
    name="loss-afterwards",
    violates=("loss",),
)
def train_step(model, micro_batches, optimizer):
    _step(model, micro_batches, optimizer)
    with torch.no_grad():
        shares = _shares(micro_batches)
        return sum(model(x, y)[1].item() * share for (x, y), share in zip(micro_batches, shares, strict=True))


# what is left behind


@misconception(
    "The model is put into training mode. A single step leaves the mode to the loop around it.",
    name="training-mode",
    violates=("nothing_else_changes",),
)
def train_step(model, micro_batches, optimizer):
    model.train()
    return _step(model, micro_batches, optimizer)


@misconception(
    "The learning rate of the optimizer is divided by the number of micro-batches, step after step. It is the loss "
    "that is to be scaled.",
    name="learning-rate-divided",
    violates=("even_micro_batches", "nothing_else_changes"),
)
def train_step(model, micro_batches, optimizer):
    for group in optimizer.param_groups:
        group["lr"] /= len(micro_batches)
    return _step(model, micro_batches, optimizer)


@misconception(
    "The list of micro-batches is emptied: whoever passed it in has none left. Go through it with for.",
    name="list-emptied",
    violates=("nothing_else_changes",),
)
def train_step(model, micro_batches, optimizer):
    loss = _step(model, list(micro_batches), optimizer)
    micro_batches.clear()
    return loss


@misconception(
    "torch's generator is seeded in each step, so that dropout would drop the same every time. Leave seeds to the "
    "caller.",
    name="seeded",
    violates=("nothing_else_changes",),
)
def train_step(model, micro_batches, optimizer):
    torch.manual_seed(1337)
    return _step(model, micro_batches, optimizer)

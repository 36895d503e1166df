"""What learners get wrong in lecture3.train."""

import copy

import torch
import torch.nn.functional as F

from grader.checks import misconception


def _batch(X, batch_size, generator):
    """The rows of a batch, as the exercise draws them."""
    return torch.randint(0, X.shape[0], (batch_size,), generator=generator)


def _loss(model, X, Y, ix):
    """The mean loss of a batch."""
    return F.cross_entropy(model.forward(X[ix]), Y[ix])


def _backward(parameters, loss):
    """The gradients of this loss alone."""
    for p in parameters:
        p.grad = None
    loss.backward()


def _descend(parameters, lr):
    """One step downhill."""
    for p in parameters:
        p.data -= lr * p.grad


def _train(
    model,
    X,
    Y,
    steps,
    batch_size,
    lr_schedule,
    generator,
    *,
    batch=_batch,
    loss=_loss,
    backward=_backward,
    step=_descend,
):
    """The right loop in steps; the wrong answers below replace one of them."""
    parameters, losses = list(model.parameters()), []
    for i in range(steps):
        now = loss(model, X, Y, batch(X, batch_size, generator))
        backward(parameters, now)
        step(parameters, lr_schedule(i))
        losses.append(now.item())
    return losses


@misconception(
    "Gradients add up: each backward() adds to those of the steps before. Set p.grad = None for every parameter first.",
    name="no-zero-grad",
    violates=("trajectory",),
)
def train(*arguments):
    return _train(*arguments, backward=lambda parameters, loss: loss.backward())


@misconception(
    "The gradients are cleared from the second step on alone. A model that was trained before brings some along, and "
    "the first step adds to them: set p.grad = None in every step.",
    name="first-step-not-cleared",
    violates=("training_after_training",),
)
def train(model, X, Y, steps, batch_size, lr_schedule, generator):
    parameters, losses = list(model.parameters()), []
    for i in range(steps):
        loss = _loss(model, X, Y, _batch(X, batch_size, generator))
        for p in parameters:
            if i > 0:
                p.grad.zero_()
        loss.backward()
        _descend(parameters, lr_schedule(i))
        losses.append(loss.item())
    return losses


@misconception(
    "The step goes uphill: the gradient is added. Subtract it, p.data -= lr * p.grad.",
    name="uphill",
    violates=("one_step",),
)
def train(*arguments):
    return _train(*arguments, step=lambda parameters, lr: _descend(parameters, -lr))


@misconception(
    "p = p - lr * p.grad makes a new tensor and gives it a local name: the model stays as it was. Change what is "
    "there, p.data -= lr * p.grad.",
    name="new-tensors",
)
def train(model, X, Y, steps, batch_size, lr_schedule, generator):
    losses = []
    for i in range(steps):
        loss = _loss(model, X, Y, _batch(X, batch_size, generator))
        _backward(model.parameters(), loss)
        for p in model.parameters():
            p = p - lr_schedule(i) * p.grad  # noqa: PLW2901
        losses.append(loss.item())
    return losses


@misconception(
    "A copy of the model is trained, and the caller's own is left as it was. Train the model that is passed in.",
    name="copy-trained",
)
def train(model, *arguments):
    return _train(copy.deepcopy(model), *arguments)


@misconception(
    "The last parameter in the list is never updated. Go through all that model.parameters() gives.",
    name="last-parameter-left-out",
)
def train(*arguments):
    return _train(*arguments, step=lambda parameters, lr: _descend(parameters[:-1], lr))


@misconception(
    "The rate of the first step is kept for all of them. Ask anew in each: lr_schedule(i).",
    name="first-rate-kept",
    violates=("learning_rates",),
)
def train(model, X, Y, steps, batch_size, lr_schedule, generator):
    first = lr_schedule(0)
    return _train(model, X, Y, steps, batch_size, lambda i: first, generator)


@misconception(
    "The learning rate is a number that stands in the code. Ask lr_schedule(i) for that of each step.",
    name="rate-of-ones-own",
    violates=("one_step",),
)
def train(model, X, Y, steps, batch_size, lr_schedule, generator):
    return _train(model, X, Y, steps, batch_size, lambda i: 0.1, generator)


@misconception(
    "lr_schedule is asked for the next step's rate. Steps are counted from 0, so the first one is lr_schedule(0).",
    name="rate-of-the-next-step",
    violates=("learning_rates",),
)
def train(model, X, Y, steps, batch_size, lr_schedule, generator):
    return _train(model, X, Y, steps, batch_size, lambda i: lr_schedule(i + 1), generator)


@misconception(
    "The schedule is run backwards: the first step gets the last rate. Step i has lr_schedule(i).",
    name="schedule-reversed",
    violates=("learning_rates",),
)
def train(model, X, Y, steps, batch_size, lr_schedule, generator):
    return _train(model, X, Y, steps, batch_size, lambda i: lr_schedule(steps - 1 - i), generator)


@misconception(
    "The same batch is used in every step: it is drawn once. Draw one in each step, inside the loop.",
    name="one-batch-for-all",
    violates=("trajectory",),
)
def train(model, X, Y, steps, batch_size, lr_schedule, generator):
    ix = _batch(X, batch_size, generator)
    return _train(model, X, Y, steps, batch_size, lr_schedule, generator, batch=lambda *_: ix)


@misconception(
    "The batches are cut out of X in order, and no chance is in them. Draw the rows: torch.randint(0, X.shape[0], "
    "(batch_size,), generator=generator).",
    name="batches-in-order",
)
def train(model, X, Y, steps, batch_size, lr_schedule, generator):
    starts = iter(range(0, steps * batch_size, batch_size))
    return _train(
        model,
        X,
        Y,
        steps,
        batch_size,
        lr_schedule,
        generator,
        batch=lambda *_: (next(starts) + torch.arange(batch_size)) % len(X),
    )


@misconception(
    "The batches are cut out of one permutation of the rows. Each step draws its own, with torch.randint: a row may "
    "come twice.",
    name="permutation",
)
def train(*arguments):
    return _train(*arguments, batch=lambda X, n, generator: torch.randperm(len(X), generator=generator)[:n])


@misconception(
    "All rows are used in each step. A step takes a batch: batch_size rows that torch.randint draws.",
    name="whole-set",
)
def train(*arguments):
    return _train(*arguments, batch=lambda X, n, generator: torch.arange(len(X)))


@misconception(
    "The last row is never drawn: torch.randint excludes its upper end already. The bound is X.shape[0].",
    name="last-row-never",
)
def train(*arguments):
    return _train(*arguments, batch=lambda X, n, generator: _batch(X[1:], n, generator))


@misconception(
    "X and Y are drawn apart, so the targets belong to other contexts. Draw the rows once, and take X[ix] and Y[ix].",
    name="two-draws",
)
def train(model, X, Y, steps, batch_size, lr_schedule, generator):
    def loss(model, X, Y, ix):
        return F.cross_entropy(model.forward(X[ix]), Y[_batch(Y, batch_size, generator)])

    return _train(model, X, Y, steps, batch_size, lr_schedule, generator, loss=loss)


@misconception(
    "The generator is not used: the batches cannot be repeated. Pass it on: torch.randint(…, generator=generator).",
    name="generator-ignored",
    violates=("one_step", "arguments_stay_as_they_are"),
)
def train(*arguments):
    return _train(*arguments, batch=lambda X, n, generator: _batch(X, n, None))


@misconception(
    "The generator is seeded anew in each step, so that all batches are the same. Use it as it comes: it goes on.",
    name="seeded-in-each-step",
)
def train(*arguments):
    return _train(
        *arguments, batch=lambda X, n, generator: _batch(X, n, generator.manual_seed(generator.initial_seed()))
    )


@misconception(
    "The loss is a sum over the batch. It is the mean, as F.cross_entropy has it by default.",
    name="loss-summed",
)
def train(*arguments):
    return _train(
        *arguments, loss=lambda model, X, Y, ix: F.cross_entropy(model.forward(X[ix]), Y[ix], reduction="sum")
    )


@misconception(
    "F.cross_entropy is given probabilities. It takes the logits, and does the softmax itself.",
    name="softmax-twice",
)
def train(*arguments):
    return _train(*arguments, loss=lambda model, X, Y, ix: F.cross_entropy(model.forward(X[ix]).softmax(1), Y[ix]))


@misconception(
    "The steps are Adam's. This loop is plain: p - lr * dp.",
    name="adam",
    violates=("one_step",),
)
def train(model, X, Y, steps, batch_size, lr_schedule, generator):
    optimizer = torch.optim.Adam(model.parameters())

    def step(parameters, lr):
        optimizer.param_groups[0]["lr"] = lr
        optimizer.step()

    return _train(model, X, Y, steps, batch_size, lr_schedule, generator, step=step)


@misconception(
    "A speed is carried over from step to step, as momentum has it. Here nothing is but the parameters.",
    name="momentum",
    violates=("trajectory",),
)
def train(model, X, Y, steps, batch_size, lr_schedule, generator):
    optimizer = torch.optim.SGD(model.parameters(), momentum=0.9)

    def step(parameters, lr):
        optimizer.param_groups[0]["lr"] = lr
        optimizer.step()

    return _train(model, X, Y, steps, batch_size, lr_schedule, generator, step=step)


@misconception(
    "The gradients are clipped to length 1. Here a step is lr * dp, however long.",
    name="clipped",
)
def train(*arguments):
    def backward(parameters, loss):
        _backward(parameters, loss)
        length = torch.cat([p.grad.flatten() for p in parameters]).norm()
        for p in parameters:
            p.grad /= length.clamp(min=1)

    return _train(*arguments, backward=backward)


@misconception(
    "The weights decay in each step. Here it is plain: p - lr * dp.",
    name="weight-decay",
)
def train(*arguments):
    def step(parameters, lr):
        for p in parameters:
            p.data -= lr * (p.grad + 0.01 * p.data)

    return _train(*arguments, step=step)


@misconception(
    "One update too many is made. The steps go from 0 to steps - 1: for i in range(steps).",
    name="one-step-more",
)
def train(model, X, Y, steps, *rest):
    return _train(model, X, Y, steps + 1, *rest)


@misconception(
    "The iterator that model.parameters() may be is used up after one loop, and later loops find nothing in it. Keep a "
    "list: parameters = list(model.parameters()).",
    name="iterator-used-up",
    violates=("any_model",),
)
def train(model, X, Y, steps, batch_size, lr_schedule, generator):
    parameters, losses = model.parameters(), []
    for i in range(steps):
        loss = _loss(model, X, Y, _batch(X, batch_size, generator))
        _backward(parameters, loss)
        _descend(parameters, lr_schedule(i))
        losses.append(loss.item())
    return losses


# losses


@misconception(
    "The losses are logarithms, which are for a plot. Note the loss itself.",
    name="log-of-the-loss",
    violates=("losses",),
)
def train(*arguments):
    return torch.tensor(_train(*arguments), dtype=torch.float64).log10().tolist()


@misconception(
    "The losses are tensors. A list of Python floats is wanted: .item() makes one of each.",
    name="losses-are-tensors",
    violates=("losses",),
)
def train(*arguments):
    return [torch.tensor(loss) for loss in _train(*arguments)]


@misconception(
    "Only the loss of the last step is returned. Note that of each: a list of floats.",
    name="last-loss-alone",
    violates=("losses",),
)
def train(*arguments):
    return _train(*arguments)[-1]


@misconception(
    "The loss is measured after the update. Note the one that was computed before it.",
    name="loss-after-the-update",
    violates=("losses",),
)
def train(model, X, Y, steps, batch_size, lr_schedule, generator):
    parameters, losses = list(model.parameters()), []
    for i in range(steps):
        ix = _batch(X, batch_size, generator)
        _backward(parameters, _loss(model, X, Y, ix))
        _descend(parameters, lr_schedule(i))
        losses.append(_loss(model, X, Y, ix).item())
    return losses


@misconception(
    "The losses are smoothed, each a mean with those before. Note the loss of the step's own batch.",
    name="losses-smoothed",
    violates=("losses_of_a_run",),
)
def train(*arguments):
    losses = _train(*arguments)
    for i in range(1, len(losses)):
        losses[i] = 0.9 * losses[i - 1] + 0.1 * losses[i]
    return losses


@misconception(
    "The losses are kept with the model, so that those of an earlier training come first. Return those of this call: a "
    "new list each time.",
    name="losses-kept",
    violates=("losses_of_a_run",),
)
def train(model, *arguments):
    kept = vars(model).setdefault("losses", [])
    kept += _train(model, *arguments)
    return list(kept)


# evaluate


@misconception(
    "Only the first rows are measured. evaluate takes the mean over all of X and Y.",
    name="first-rows-alone",
    violates=("evaluate",),
)
def evaluate(model, X, Y):
    with torch.no_grad():
        return F.cross_entropy(model.forward(X[:32]), Y[:32]).item()


@misconception(
    "A batch at random is measured, which is noisy. evaluate takes the mean over all rows of X and Y.",
    name="a-batch-at-random",
    violates=("evaluate", "arguments_stay_as_they_are"),
)
def evaluate(model, X, Y):
    ix = torch.randint(0, X.shape[0], (32,))
    with torch.no_grad():
        return F.cross_entropy(model.forward(X[ix]), Y[ix]).item()


@misconception(
    "The mean is that of the pieces, though the last is shorter and counts as much. Add up the losses of all rows, and "
    "divide by their number.",
    name="mean-of-means",
)
def evaluate(model, X, Y):
    with torch.no_grad():
        pieces = zip(X.split(32), Y.split(32), strict=True)
        means = [F.cross_entropy(model.forward(x), y).item() for x, y in pieces]
    return sum(means) / len(means)


@misconception(
    "This is the sum over the rows. Return their mean.",
    name="sum-for-mean",
)
def evaluate(model, X, Y):
    with torch.no_grad():
        return F.cross_entropy(model.forward(X), Y, reduction="sum").item()


@misconception(
    "This is the perplexity, e to the loss. Return the loss itself.",
    name="perplexity",
)
def evaluate(model, X, Y):
    with torch.no_grad():
        return F.cross_entropy(model.forward(X), Y).exp().item()


@misconception(
    "This is the loss in bits, by log2. It is taken with the natural logarithm.",
    name="bits",
)
def evaluate(model, X, Y):
    with torch.no_grad():
        return F.cross_entropy(model.forward(X), Y).item() / 0.6931471805599453


@misconception(
    "This is the share of rows whose likeliest character is right. Return the mean of -log p(Y).",
    name="accuracy",
)
def evaluate(model, X, Y):
    with torch.no_grad():
        return (model.forward(X).argmax(1) == Y).double().mean().item()


@misconception(
    "F.cross_entropy is given probabilities. It takes the logits, and does the softmax itself.",
    name="softmax-twice-in-evaluate",
)
def evaluate(model, X, Y):
    with torch.no_grad():
        return F.cross_entropy(model.forward(X).softmax(1), Y).item()


@misconception(
    "The loss is a tensor. Return a Python float: .item() makes one.",
    name="tensor-for-float",
)
def evaluate(model, X, Y):
    with torch.no_grad():
        return F.cross_entropy(model.forward(X), Y)


@misconception(
    "The model is run with gradients, and a graph is recorded that nobody needs. Run it under torch.no_grad().",
    name="graph-recorded",
    violates=("no_graph",),
)
def evaluate(model, X, Y):
    return F.cross_entropy(model.forward(X), Y).item()


@misconception(
    "requires_grad is set to False for the parameters, and they cannot be trained any more. torch.no_grad() leaves "
    "them as they are.",
    name="requires-grad-left-off",
    violates=("evaluate_leaves_no_trace",),
)
def evaluate(model, X, Y):
    for p in model.parameters():
        p.requires_grad_(False)
    return F.cross_entropy(model.forward(X), Y).item()


@misconception(
    "The gradients are cleared, though evaluate only measures. Whoever trains clears them.",
    name="gradients-cleared",
    violates=("evaluate_leaves_no_trace",),
)
def evaluate(model, X, Y):
    for p in model.parameters():
        p.grad = None
    with torch.no_grad():
        return F.cross_entropy(model.forward(X), Y).item()

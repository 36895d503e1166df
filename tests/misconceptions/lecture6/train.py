"""What learners get wrong in lecture6.train."""

import copy

import torch
import torch.nn.functional as F

from grader.checks import misconception


def _batch(X, batch_size, generator):
    return torch.randint(0, X.shape[0], (batch_size,), generator=generator)


def _optimizer(parameters):
    return torch.optim.AdamW(parameters)


def _update(optimizer, loss, lr):
    optimizer.zero_grad()
    loss.backward()
    for group in optimizer.param_groups:
        group["lr"] = lr
    optimizer.step()


def _mode(model):
    model.train()


def _train(
    model,
    X,
    Y,
    steps,
    batch_size,
    lr_schedule,
    generator,
    *,
    mode=_mode,
    batch=_batch,
    optimizer=_optimizer,
    update=_update,
    loss=F.cross_entropy,
):
    """The right loop in steps; the wrong answers below replace one of them."""
    mode(model)
    parameters = list(model.parameters())
    for p in parameters:
        p.requires_grad = True
    made, losses = optimizer(parameters), []
    for i in range(steps):
        ix = batch(X, batch_size, generator)
        now = loss(model(X[ix]), Y[ix])
        losses.append(now.item())
        update(made, now, lr_schedule(i))
    return losses


def _evaluate(model, X, Y, *, mean=F.cross_entropy):
    """The right measure, with another mean of the logits and targets."""
    mode = model.training
    model.eval()
    with torch.no_grad():
        loss = float(mean(model(X), Y))
    model.train(mode)
    return loss


# train


@misconception(
    "Gradients add up: each backward() adds to those of the steps before. Call optimizer.zero_grad() before it.",
    name="no-zero-grad",
    violates=("trajectory",),
)
def train(*arguments):
    def update(optimizer, loss, lr):
        loss.backward()
        optimizer.param_groups[0]["lr"] = lr
        optimizer.step()

    return _train(*arguments, update=update)


@misconception(
    "The gradients are cleared between backward() and step(), so that there are none to go by. Clear them before "
    "backward().",
    name="cleared-before-the-step",
    violates=("one_step",),
)
def train(*arguments):
    def update(optimizer, loss, lr):
        loss.backward()
        optimizer.zero_grad()
        optimizer.param_groups[0]["lr"] = lr
        optimizer.step()

    return _train(*arguments, update=update)


@misconception(
    "The optimizer is made anew in each step, and forgets what it has gathered of the gradients. Make one before the "
    "loop.",
    name="optimizer-in-the-loop",
    violates=("trajectory",),
)
def train(*arguments):
    def update(parameters, loss, lr):
        _update(_optimizer(parameters), loss, lr)

    return _train(*arguments, optimizer=lambda parameters: parameters, update=update)


@misconception(
    "The optimizer is kept with the model, and goes on in the next call of train. Each call makes a new one.",
    name="optimizer-kept",
    violates=("training_after_training",),
)
def train(model, *arguments):
    kept = vars(model).setdefault("_optimizers", [])

    def optimizer(parameters):
        if not kept:
            kept.append(_optimizer(parameters))
        return kept[0]

    return _train(model, *arguments, optimizer=optimizer)


@misconception(
    "The steps are plain ones, p - lr * dp, as in lecture 3. Here they are AdamW's.",
    name="plain-steps",
    violates=("one_step",),
)
def train(*arguments):
    return _train(*arguments, optimizer=lambda parameters: torch.optim.SGD(parameters, lr=1.0))


@misconception(
    "The optimizer is Adam, which lets no weight decay. torch.optim.AdamW has a decay of 0.01 unless told otherwise.",
    name="adam",
    violates=("one_step",),
)
def train(*arguments):
    return _train(*arguments, optimizer=torch.optim.Adam)


@misconception(
    "AdamW is told to let no weight decay. Its settings are the default ones: weight_decay is 0.01.",
    name="no-decay",
    violates=("one_step",),
)
def train(*arguments):
    return _train(*arguments, optimizer=lambda parameters: torch.optim.AdamW(parameters, weight_decay=1e-4))


@misconception(
    "Biases, gamma and beta are spared the decay here. In this exercise all parameters are one group, with AdamW's "
    "default settings.",
    name="decay-of-matrices-alone",
    violates=("one_step",),
)
def train(*arguments):
    def optimizer(parameters):
        matrices, others = [p for p in parameters if p.ndim > 1], [p for p in parameters if p.ndim == 1]
        return torch.optim.AdamW([{"params": matrices}, {"params": others, "weight_decay": 0.0}])

    return _train(*arguments, optimizer=optimizer)


@misconception(
    "The betas of AdamW are set to (0.9, 0.95), as for large models. Its settings are the default ones: (0.9, 0.999).",
    name="other-betas",
    violates=("trajectory",),
)
def train(*arguments):
    return _train(*arguments, optimizer=lambda parameters: torch.optim.AdamW(parameters, betas=(0.9, 0.95)))


@misconception(
    "The learning rate is AdamW's own, 0.001. Ask lr_schedule(i) for that of each step, and put it into "
    "optimizer.param_groups.",
    name="rate-of-adamw",
)
def train(*arguments):
    def update(optimizer, loss, lr):
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return _train(*arguments, update=update)


@misconception(
    "The rate of the first step is kept for all of them. Ask anew in each: lr_schedule(i).",
    name="first-rate-kept",
    violates=("learning_rates",),
)
def train(model, X, Y, steps, batch_size, lr_schedule, generator):
    first = lr_schedule(0)
    return _train(model, X, Y, steps, batch_size, lambda i: first, generator)


@misconception(
    "lr_schedule is asked for the next step's rate. Steps are counted from 0, so the first one is lr_schedule(0).",
    name="rate-of-the-next-step",
    violates=("learning_rates",),
)
def train(model, X, Y, steps, batch_size, lr_schedule, generator):
    return _train(model, X, Y, steps, batch_size, lambda i: lr_schedule(i + 1), generator)


@misconception(
    "The rate is set after the step, so that each step has that of the one before, and the first that of AdamW. Set it "
    "before optimizer.step().",
    name="rate-set-too-late",
    violates=("one_step",),
)
def train(*arguments):
    def update(optimizer, loss, lr):
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        optimizer.param_groups[0]["lr"] = lr

    return _train(*arguments, update=update)


@misconception(
    "The model is trained in the mode in which it happens to be. After an evaluation that is the wrong one: call "
    "model.train() first.",
    name="mode-not-set",
    violates=("training_mode",),
)
def train(*arguments):
    return _train(*arguments, mode=lambda model: None)


@misconception(
    "The model is trained in evaluation mode, by running statistics that nothing gathers: call model.train() first.",
    name="trained-in-evaluation",
    violates=("one_step", "losses"),
)
def train(*arguments):
    return _train(*arguments, mode=lambda model: model.eval())


@misconception(
    "After the loop the model is left in evaluation. train leaves it in training; evaluate sees to its own mode.",
    name="left-in-evaluation",
    violates=("training_mode",),
)
def train(model, *arguments):
    losses = _train(model, *arguments)
    model.eval()
    return losses


@misconception(
    "The same batch is used in every step: it is drawn once. Draw one in each step, inside the loop.",
    name="one-batch-for-all",
    violates=("trajectory",),
)
def train(model, X, Y, steps, batch_size, lr_schedule, generator):
    ix = _batch(X, batch_size, generator)
    return _train(model, X, Y, steps, batch_size, lr_schedule, generator, batch=lambda *_: ix)


@misconception(
    "The batches are cut out of one permutation of the rows. Each step draws its own, with torch.randint: a row may "
    "come twice.",
    name="permutation",
)
def train(*arguments):
    return _train(*arguments, batch=lambda X, n, generator: torch.randperm(len(X), generator=generator)[:n])


@misconception(
    "The generator is not used: the batches cannot be repeated. Pass it on: torch.randint(…, generator=generator).",
    name="generator-ignored",
)
def train(*arguments):
    return _train(*arguments, batch=lambda X, n, generator: torch.randint(0, len(X), (n,)))


@misconception(
    "The gradients are clipped to length 1. Here a step is AdamW's, of the gradients as they are.",
    name="clipped",
)
def train(*arguments):
    def update(optimizer, loss, lr):
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(optimizer.param_groups[0]["params"], 0.01)
        optimizer.param_groups[0]["lr"] = lr
        optimizer.step()

    return _train(*arguments, update=update)


@misconception(
    "A copy of the model is trained, and the caller's own is left as it was. Train the model that is passed in.",
    name="copy-trained",
    violates=("one_step",),
)
def train(model, *arguments):
    model.train()
    return _train(copy.deepcopy(model), *arguments)


@misconception(
    "The last parameter in the list is never updated. Give the optimizer all that model.parameters() lists.",
    name="last-parameter-left-out",
    violates=("one_step",),
)
def train(*arguments):
    return _train(*arguments, optimizer=lambda parameters: torch.optim.AdamW(parameters[:-1]))


@misconception(
    "The iterator that model.parameters() may be is used up after one loop, and nothing is left in it for the "
    "optimizer. Keep a list: parameters = list(model.parameters()).",
    name="iterator-used-up",
    violates=("any_model",),
)
def train(model, X, Y, steps, batch_size, lr_schedule, generator):
    model.train()
    parameters, losses = model.parameters(), []
    for p in parameters:
        p.requires_grad = True
    optimizer = torch.optim.AdamW(parameters)
    for i in range(steps):
        ix = _batch(X, batch_size, generator)
        loss = F.cross_entropy(model(X[ix]), Y[ix])
        losses.append(loss.item())
        _update(optimizer, loss, lr_schedule(i))
    return losses


@misconception(
    "One update too many is made. The steps go from 0 to steps - 1: for i in range(steps).",
    name="one-step-more",
)
def train(model, X, Y, steps, *rest):
    return _train(model, X, Y, steps + 1, *rest)


@misconception(
    "F.cross_entropy is given probabilities. It takes the logits, and does the softmax itself.",
    name="softmax-twice",
)
def train(*arguments):
    return _train(*arguments, loss=lambda logits, Y: F.cross_entropy(logits.softmax(1), Y))


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
    "The losses are smoothed, each a mean with those before. Note the loss of the step's own batch.",
    name="losses-smoothed",
    violates=("losses_of_a_run",),
)
def train(*arguments):
    losses = _train(*arguments)
    for i in range(1, len(losses)):
        losses[i] = 0.9 * losses[i - 1] + 0.1 * losses[i]
    return losses


# evaluate


@misconception(
    "The model is measured in training mode: by the statistics of these rows, which move the running ones, and not at "
    "all where there is one row alone. Call model.eval() first.",
    name="measured-in-training",
)
def evaluate(model, X, Y):
    model.train()
    with torch.no_grad():
        return F.cross_entropy(model(X), Y).item()


@misconception(
    "The model is measured in the mode in which it happens to be, which after training is the wrong one. Call "
    "model.eval() first.",
    name="mode-as-it-is",
)
def evaluate(model, X, Y):
    with torch.no_grad():
        return F.cross_entropy(model(X), Y).item()


@misconception(
    "The model is left in evaluation. Put it back into the mode that it was in: model.train(mode).",
    name="mode-not-put-back",
    violates=("the_mode_is_put_back",),
)
def evaluate(model, X, Y):
    model.eval()
    with torch.no_grad():
        return F.cross_entropy(model(X), Y).item()


@misconception(
    "The model is put into training afterwards, whatever its mode was. Keep model.training first, and put that back.",
    name="always-into-training",
    violates=("the_mode_is_put_back",),
)
def evaluate(model, X, Y):
    model.eval()
    with torch.no_grad():
        loss = F.cross_entropy(model(X), Y).item()
    model.train()
    return loss


@misconception(
    "Only the first rows are measured. evaluate takes the mean over all of X and Y.",
    name="first-rows-alone",
    violates=("evaluate",),
)
def evaluate(model, X, Y):
    return _evaluate(model, X[:32], Y[:32])


@misconception(
    "The mean is that of the pieces, though the last is shorter and counts as much. Add up the losses of all rows, and "
    "divide by their number.",
    name="mean-of-means",
    violates=("evaluate",),
)
def evaluate(model, X, Y):
    means = [_evaluate(model, x, y) for x, y in zip(X.split(32), Y.split(32), strict=True)]
    return sum(means) / len(means)


@misconception(
    "This is the sum over the rows. Return their mean.",
    name="sum-for-mean",
)
def evaluate(model, X, Y):
    return _evaluate(model, X, Y, mean=lambda logits, Y: F.cross_entropy(logits, Y, reduction="sum"))


@misconception(
    "This is the perplexity, e to the loss. Return the loss itself.",
    name="perplexity",
)
def evaluate(model, X, Y):
    return _evaluate(model, X, Y, mean=lambda logits, Y: F.cross_entropy(logits, Y).exp())


@misconception(
    "This is the share of rows whose likeliest character is right. Return the mean of -log p(Y).",
    name="accuracy",
)
def evaluate(model, X, Y):
    return _evaluate(model, X, Y, mean=lambda logits, Y: (logits.argmax(1) == Y).double().mean())


@misconception(
    "F.cross_entropy is given probabilities. It takes the logits, and does the softmax itself.",
    name="softmax-twice-in-evaluate",
)
def evaluate(model, X, Y):
    return _evaluate(model, X, Y, mean=lambda logits, Y: F.cross_entropy(logits.softmax(1), Y))


@misconception(
    "The loss is a tensor. Return a Python float: .item() makes one.",
    name="tensor-for-float",
)
def evaluate(model, X, Y):
    return torch.tensor(_evaluate(model, X, Y), dtype=torch.float64)


@misconception(
    "The model is run with gradients, and a graph is recorded that nobody needs. Run it under torch.no_grad().",
    name="graph-recorded",
    violates=("no_graph",),
)
def evaluate(model, X, Y):
    mode = model.training
    model.eval()
    loss = F.cross_entropy(model(X), Y).item()
    model.train(mode)
    return loss


@misconception(
    "requires_grad is set to False for the parameters, and they cannot be trained any more. torch.no_grad() leaves "
    "them as they are.",
    name="requires-grad-left-off",
    violates=("evaluate_leaves_no_trace",),
)
def evaluate(model, X, Y):
    for p in model.parameters():
        p.requires_grad_(False)
    return _evaluate(model, X, Y)


@misconception(
    "The gradients are cleared, though evaluate only measures. Whoever trains clears them.",
    name="gradients-cleared",
    violates=("evaluate_leaves_no_trace",),
)
def evaluate(model, X, Y):
    for p in model.parameters():
        p.grad = None
    return _evaluate(model, X, Y)

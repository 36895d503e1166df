"""What learners get wrong in day3.mnist."""

import torch
import torch.nn.functional as F
from torch import nn

from grader.checks import misconception


def _measure(model, X, y):
    with torch.no_grad():
        logits = model(X)
    return F.cross_entropy(logits, y).item(), (logits.argmax(1) == y).double().mean().item()


def _train(model, X, y, X_val, y_val, epochs, batch_size, lr, weight_decay, generator, **wrong):
    """The loop of the solution, with one thing changed."""
    opt = wrong.get("opt") or torch.optim.SGD(model.parameters(), lr=lr, weight_decay=weight_decay)
    curves = {"train_loss": [], "val_loss": [], "val_accuracy": []}
    once = torch.randperm(len(X), generator=generator) if wrong.get("order") == "once" else None
    for _ in range(epochs):
        if wrong.get("order") == "as it lies":
            order = torch.arange(len(X))
        else:
            order = torch.randperm(len(X), generator=generator) if once is None else once
        model.train(wrong.get("train_mode", True))
        if wrong.get("measure") == "before":
            measured = _measure(model.eval(), X_val, y_val)
            model.train()
        losses, counts = [], []
        for batch in order.split(batch_size):
            if len(batch) < batch_size and wrong.get("drop_last"):
                continue
            logits = model(X[batch])
            if wrong.get("squeeze"):
                logits = logits.squeeze()
            loss = F.cross_entropy(torch.softmax(logits, 1) if wrong.get("softmax") else logits, y[batch])
            if wrong.get("penalty"):
                loss = loss + wrong["penalty"] * sum(p.square().sum() for p in model.parameters())
            if not wrong.get("keep_gradients"):
                opt.zero_grad()
            loss.backward()
            opt.step()
            losses.append(loss.item())
            counts.append(len(batch))
        if wrong.get("val_mode", "eval") == "eval":
            model.eval()
        if wrong.get("measure") != "before":
            measured = _measure(model, X_val, y_val)
        weights = torch.tensor(counts, dtype=torch.float64) / sum(counts)
        mean = float((torch.tensor(losses, dtype=torch.float64) * weights).sum())
        curves["train_loss"].append(
            {"last": losses[-1], "plain": sum(losses) / len(losses)}.get(wrong.get("loss"), mean)
        )
        curves["val_loss"].append(measured[0])
        curves["val_accuracy"].append(measured[1] * wrong.get("percent", 1))
    return curves


@misconception(
    "The pixels are still 0 to 255, so the first pre-activations are hundreds of times too large. Divide by 255.",
    name="not-scaled",
)
def prepare(images):
    return images.reshape(len(images), -1).float()


@misconception(
    "Divided by 256, white is 0.996. The largest byte is 255, and it should become 1.",
    name="by-256",
)
def prepare(images):
    return images.reshape(len(images), -1).float() / 256


@misconception(
    "Whole-number division leaves 0 and 1 only. Make floats of the bytes, then divide with /.",
    name="integer-division",
)
def prepare(images):
    return (images.reshape(len(images), -1) // 255).float()


@misconception(
    "Each image is divided by its own maximum, so a dim one becomes as bright as any other. Divide all by 255.",
    name="by-its-own-maximum",
)
def prepare(images):
    rows = images.reshape(len(images), -1).float()
    return rows / rows.amax(1, keepdim=True)


@misconception(
    "The images are laid out column by column. Flatten them row by row, as reshape does by itself.",
    name="column-by-column",
)
def prepare(images):
    return images.transpose(1, 2).reshape(len(images), -1).float() / 255


@misconception(
    "There is no ReLU between the two linear layers, so they are no more than one. Put nn.ReLU() between them.",
    name="no-relu",
)
def build():
    return nn.Sequential(nn.Linear(784, 256), nn.Linear(256, 10))


@misconception(
    "The network ends with a softmax, and cross_entropy has one of its own. Let it end with the logits.",
    name="softmax-at-the-end",
)
def build():
    return nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 10), nn.Softmax(dim=1))


@misconception(
    "There is a ReLU on the logits, which turns every negative one into 0. The last layer has no activation.",
    name="relu-at-the-end",
)
def build():
    return nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 10), nn.ReLU())


@misconception(
    "The hidden layer has 128 units; 784-256-10 is wanted.",
    name="128-units",
)
def build():
    return nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))


@misconception(
    "The gradients of all steps so far add up. Call opt.zero_grad() before backward.",
    name="no-zero-grad",
)
def train(*args):
    return _train(*args, keep_gradients=True)


@misconception(
    "cross_entropy contains the softmax: give it the logits, not probabilities.",
    name="softmax-before-cross-entropy",
)
def train(*args):
    return _train(*args, softmax=True)


@misconception(
    "The examples are trained on in the order in which they lie. Draw a new order each epoch: torch.randperm(len(X), "
    "generator=generator).",
    name="not-shuffled",
)
def train(*args):
    return _train(*args, order="as it lies")


@misconception(
    "One order is drawn and used in every epoch. Draw a new one at the beginning of each.",
    name="shuffled-once",
)
def train(*args):
    return _train(*args, order="once")


@misconception(
    "The last batch is left out when it is short. It is part of the epoch: use it too.",
    name="last-batch-dropped",
)
def train(*args):
    return _train(*args, drop_last=True)


@misconception(
    "train_loss is the loss of the epoch's last batch. Return the mean over all examples of the epoch.",
    name="last-batch-for-the-mean",
    violates=("curves",),
)
def train(*args):
    return _train(*args, loss="last")


@misconception(
    "The batches' losses are averaged as if all were of one size. Weigh each by its number of examples.",
    name="mean-of-means",
    violates=("curves",),
)
def train(*args):
    return _train(*args, loss="plain")


@misconception(
    "The model is measured in train mode, with dropout on. Call model.eval() before measuring, and model.train() "
    "before the next epoch.",
    name="measured-in-train-mode",
    violates=("train_and_eval_mode",),
)
def train(*args):
    return _train(*args, val_mode="train")


@misconception(
    "The model is trained in eval mode, without its dropout. Call model.train() at the beginning of each epoch.",
    name="trained-in-eval-mode",
    violates=("train_and_eval_mode",),
)
def train(*args):
    return _train(*args, train_mode=False)


@misconception(
    "model.train() is called once, before the first epoch, and measuring leaves the model in eval mode. Call it at "
    "the beginning of each epoch.",
    name="train-mode-once",
    violates=("train_and_eval_mode",),
)
def train(model, X, y, X_val, y_val, epochs, batch_size, lr, weight_decay, generator):
    first = _train(model, X, y, X_val, y_val, 1, batch_size, lr, weight_decay, generator)
    if epochs == 1:
        return first
    rest = _train(model, X, y, X_val, y_val, epochs - 1, batch_size, lr, weight_decay, generator, train_mode=False)
    return {name: first[name] + rest[name] for name in first}


@misconception(
    "The validation set is measured before the epoch's training. Measure after it.",
    name="measured-before",
    violates=("curves",),
)
def train(*args):
    return _train(*args, measure="before")


@misconception(
    "The validation set is trained on. Then it no longer says how the model does on what it has not seen: train on X "
    "and y alone.",
    name="validation-trained-on",
    violates=("trajectory", "the_validation_set_is_only_measured"),
)
def train(model, X, y, X_val, y_val, *rest):
    return _train(model, torch.cat([X, X_val]), torch.cat([y, y_val]), X_val, y_val, *rest)


@misconception(
    "A step is taken on the validation loss as well, after each epoch. Measure under torch.no_grad(), and never step.",
    name="step-on-validation",
    violates=("trajectory", "the_validation_set_is_only_measured"),
)
def train(model, X, y, X_val, y_val, epochs, batch_size, lr, weight_decay, generator):
    opt = torch.optim.SGD(model.parameters(), lr=lr, weight_decay=weight_decay)
    curves = {"train_loss": [], "val_loss": [], "val_accuracy": []}
    for _ in range(epochs):
        one = _train(model, X, y, X_val, y_val, 1, batch_size, lr, weight_decay, generator)
        loss = F.cross_entropy(model(X_val), y_val)
        opt.zero_grad()
        loss.backward()
        opt.step()
        for name in curves:
            curves[name] += one[name]
    return curves


@misconception(
    "weight_decay is not used. Give it to the optimizer: torch.optim.SGD(…, lr=lr, weight_decay=weight_decay).",
    name="no-weight-decay",
    violates=("weight_decay",),
)
def train(model, X, y, X_val, y_val, epochs, batch_size, lr, weight_decay, generator):
    return _train(model, X, y, X_val, y_val, epochs, batch_size, lr, 0.0, generator)


@misconception(
    "The penalty weight_decay * p² in the loss has the gradient 2 * weight_decay * p, twice what is wanted, and it "
    "raises train_loss. Give weight_decay to the optimizer instead.",
    name="penalty-in-the-loss",
    violates=("weight_decay",),
)
def train(model, X, y, X_val, y_val, epochs, batch_size, lr, weight_decay, generator):
    return _train(model, X, y, X_val, y_val, epochs, batch_size, lr, 0.0, generator, penalty=weight_decay)


@misconception(
    "Only the weights decay here. SGD's weight_decay acts on every parameter, the biases too.",
    name="biases-do-not-decay",
    violates=("weight_decay",),
)
def train(model, X, y, X_val, y_val, epochs, batch_size, lr, weight_decay, generator):
    groups = [
        {"params": [p for p in model.parameters() if p.ndim > 1], "weight_decay": weight_decay},
        {"params": [p for p in model.parameters() if p.ndim < 2], "weight_decay": 0.0},
    ]
    opt = torch.optim.SGD(groups, lr=lr)
    return _train(model, X, y, X_val, y_val, epochs, batch_size, lr, weight_decay, generator, opt=opt)


@misconception(
    "The optimizer is Adam. Plain SGD is wanted: torch.optim.SGD(…, lr=lr, weight_decay=weight_decay).",
    name="adam",
)
def train(model, X, y, X_val, y_val, epochs, batch_size, lr, weight_decay, generator):
    opt = torch.optim.Adam(model.parameters(), lr=lr, weight_decay=weight_decay)
    return _train(model, X, y, X_val, y_val, epochs, batch_size, lr, weight_decay, generator, opt=opt)


@misconception(
    "The examples are normalised in place, so the caller's change. Leave X and X_val as they are.",
    name="scales-the-examples",
)
def train(model, X, y, X_val, *rest):
    mean = X.mean(0)
    X -= mean
    X_val -= mean
    return _train(model, X, y, X_val, *rest)


@misconception(
    "squeeze takes the axis of a batch of one away, and there are no rows left to take the softmax of. The logits are "
    "(B, classes) as they come.",
    name="squeezed",
    violates=("trajectory",),
)
def train(*args):
    return _train(*args, squeeze=True)


@misconception(
    "The accuracy is in per cent. Return the share, between 0 and 1.",
    name="per-cent",
    violates=("curves",),
)
def train(*args):
    return _train(*args, percent=100)

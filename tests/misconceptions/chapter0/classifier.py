"""What learners get wrong in chapter0.classifier."""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import nn

from grader.checks import misconception


class _History(NamedTuple):
    """As the exercise has it."""

    train_loss: list[float]
    val_accuracy: list[float]


def _adam(model):
    """The optimizer of the exercise."""
    return torch.optim.Adam(model.parameters(), lr=0.001)


def _learn(model, optimizer, loader, loss_of=F.cross_entropy):
    """One epoch of right steps, in training mode: the mean loss over its examples."""
    model.train()
    total = 0.0
    for x, y in loader:
        optimizer.zero_grad()
        loss = loss_of(model(x), y)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(y)
    return total / sum(len(y) for _, y in loader)


@torch.no_grad()
def _right(model, loader):
    """(right predictions, examples) of each batch, in the mode that the model is in."""
    return [(int((model(x).argmax(1) == y).sum()), len(y)) for x, y in loader]


def _share(counted):
    """The share of right predictions among all examples."""
    return sum(right for right, _ in counted) / sum(n for _, n in counted)


def _measure(model, loader):
    """The right accuracy."""
    model.eval()
    return _share(_right(model, loader))


def _train(model, train_loader, val_loader, epochs, learn=_learn, measure=_measure, make=_adam):
    """The right loop, with one part of it replaced."""
    optimizer, history = make(model), _History([], [])
    for _ in range(epochs):
        history.train_loss.append(learn(model, optimizer, train_loader))
        history.val_accuracy.append(measure(model, val_loader))
    return history


# train_classifier


@misconception(
    "The model is trained on the validation batches as well. Then their accuracy says nothing about unseen data: only "
    "measure on them.",
    name="trains-on-validation",
    violates=("nothing_is_learnt_from_validation_data",),
)
def train_classifier(model, train_loader, val_loader, epochs):
    optimizer, history = _adam(model), _History([], [])
    for _ in range(epochs):
        history.train_loss.append(_learn(model, optimizer, train_loader))
        _learn(model, optimizer, val_loader)
        history.val_accuracy.append(_measure(model, val_loader))
    return history


@misconception(
    "The two loaders have changed places: the updates come from validation batches. Learn from train_loader, and "
    "measure on val_loader.",
    name="loaders-swapped",
)
def train_classifier(model, train_loader, val_loader, epochs):
    return _train(model, val_loader, train_loader, epochs)


@misconception(
    "The weights of the epoch with the best validation accuracy are put back. That is a choice made with validation "
    "data: here the model of the last epoch is wanted.",
    name="best-epoch-kept",
    violates=("nothing_is_learnt_from_validation_data",),
)
def train_classifier(model, train_loader, val_loader, epochs):
    optimizer, history, best = _adam(model), _History([], []), -1.0
    for _ in range(epochs):
        history.train_loss.append(_learn(model, optimizer, train_loader))
        history.val_accuracy.append(_measure(model, val_loader))
        if history.val_accuracy[-1] > best:
            best = history.val_accuracy[-1]
            state = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    model.load_state_dict(state)
    return history


@misconception(
    "The accuracy is a mean over batches, in which a short batch counts as much as a whole one. Count right "
    "predictions and examples over all batches, then divide once.",
    name="accuracy-over-batches",
)
def train_classifier(model, train_loader, val_loader, epochs):
    def measure(model, loader):
        model.eval()
        shares = [right / n for right, n in _right(model, loader)]
        return sum(shares) / len(shares)

    return _train(model, train_loader, val_loader, epochs, measure=measure)


@misconception(
    "The accuracy is that of the last validation batch alone. Count over all of them.",
    name="accuracy-of-last-batch",
)
def train_classifier(model, train_loader, val_loader, epochs):
    def measure(model, loader):
        model.eval()
        return _share(_right(model, loader)[-1:])

    return _train(model, train_loader, val_loader, epochs, measure=measure)


@misconception(
    "The number of right predictions is returned. The accuracy is its share: divide by the number of validation "
    "examples.",
    name="count-not-share",
)
def train_classifier(model, train_loader, val_loader, epochs):
    def measure(model, loader):
        model.eval()
        return float(sum(right for right, _ in _right(model, loader)))

    return _train(model, train_loader, val_loader, epochs, measure=measure)


@misconception(
    "This is a percentage. val_accuracy is a share, from 0 to 1.",
    name="percent",
)
def train_classifier(model, train_loader, val_loader, epochs):
    def measure(model, loader):
        return 100 * _measure(model, loader)

    return _train(model, train_loader, val_loader, epochs, measure=measure)


@misconception(
    "The accuracy is measured on the training data. Measure on val_loader, the data that the model does not learn "
    "from.",
    name="accuracy-on-training-data",
)
def train_classifier(model, train_loader, val_loader, epochs):
    return _train(model, train_loader, val_loader, epochs, measure=lambda model, _: _measure(model, train_loader))


@misconception(
    "The model is measured before the epoch's training, so each accuracy is that of the epoch before. Train first, "
    "then measure.",
    name="measured-before-training",
)
def train_classifier(model, train_loader, val_loader, epochs):
    optimizer, history = _adam(model), _History([], [])
    for _ in range(epochs):
        history.val_accuracy.append(_measure(model, val_loader))
        history.train_loss.append(_learn(model, optimizer, train_loader))
    return history


@misconception(
    "The model is measured in training mode, where dropout drops, and batch norm uses the batch and updates its "
    "running statistics. Call model.eval() before measuring.",
    name="eval-forgotten",
    violates=("modes",),
)
def train_classifier(model, train_loader, val_loader, epochs):
    return _train(model, train_loader, val_loader, epochs, measure=lambda model, loader: _share(_right(model, loader)))


@misconception(
    "After the first validation the model stays in evaluation mode, and is trained in it. Call model.train() at the "
    "start of each epoch.",
    name="train-mode-once",
)
def train_classifier(model, train_loader, val_loader, epochs):
    def learn(model, optimizer, loader):
        total = 0.0
        for x, y in loader:
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(y)
        return total / sum(len(y) for _, y in loader)

    model.train()
    return _train(model, train_loader, val_loader, epochs, learn=learn)


@misconception(
    "argmax runs over the batch here: it names an example for each class. The prediction of an example is the class "
    "of its largest logit: argmax(1).",
    name="argmax-over-batch",
)
def train_classifier(model, train_loader, val_loader, epochs):
    @torch.no_grad()
    def measure(model, loader):
        model.eval()
        right = sum(int((model(x).argmax(0)[: len(y)] == y[: model(x).shape[1]]).sum()) for x, y in loader)
        return right / sum(len(y) for _, y in loader)

    return _train(model, train_loader, val_loader, epochs, measure=measure)


@misconception(
    "A softmax stands before the cross-entropy, which has one of its own. Two in a row flatten the probabilities and "
    "weaken the gradients: pass the raw logits.",
    name="softmax-before-cross-entropy",
)
def train_classifier(model, train_loader, val_loader, epochs):
    def learn(model, optimizer, loader):
        return _learn(model, optimizer, loader, lambda logits, y: F.cross_entropy(logits.softmax(1), y))

    return _train(model, train_loader, val_loader, epochs, learn=learn)


@misconception(
    "The loss is the squared error of one-hot labels. Classification is trained with cross-entropy: "
    "F.cross_entropy(logits, y).",
    name="squared-error",
)
def train_classifier(model, train_loader, val_loader, epochs):
    def squared(logits, y):
        return F.mse_loss(logits, F.one_hot(y, logits.shape[1]).to(logits.dtype))

    def learn(model, optimizer, loader):
        return _learn(model, optimizer, loader, squared)

    return _train(model, train_loader, val_loader, epochs, learn=learn)


@misconception(
    "The gradients are never cleared: backward() adds to them, so each step follows the sum of all gradients so far. "
    "Call optimizer.zero_grad() once a batch, before backward().",
    name="no-zero-grad",
)
def train_classifier(model, train_loader, val_loader, epochs):
    def learn(model, optimizer, loader):
        model.train()
        total = 0.0
        for x, y in loader:
            loss = F.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(y)
        return total / sum(len(y) for _, y in loader)

    return _train(model, train_loader, val_loader, epochs, learn=learn)


@misconception(
    "Each epoch gets a new optimizer, and Adam's running means begin at zero again. Make it once, before the loop "
    "over the epochs.",
    name="optimizer-every-epoch",
)
def train_classifier(model, train_loader, val_loader, epochs):
    def learn(model, _, loader):
        return _learn(model, _adam(model), loader)

    return _train(model, train_loader, val_loader, epochs, learn=learn)


@misconception(
    "train_loss is the loss of each epoch's last batch. It should be the mean over all examples of the epoch.",
    name="loss-of-last-batch",
)
def train_classifier(model, train_loader, val_loader, epochs):
    def learn(model, optimizer, loader):
        batches = [_learn(model, optimizer, [batch]) for batch in loader]
        return batches[-1]

    return _train(model, train_loader, val_loader, epochs, learn=learn)


@misconception(
    "All batches count alike in train_loss, the short one as much as a whole one. Weight each batch's loss by its "
    "number of examples.",
    name="unweighted-loss",
)
def train_classifier(model, train_loader, val_loader, epochs):
    def learn(model, optimizer, loader):
        batches = [_learn(model, optimizer, [batch]) for batch in loader]
        return sum(batches) / len(batches)

    return _train(model, train_loader, val_loader, epochs, learn=learn)


@misconception(
    "Only the last accuracy is kept. Keep one for each epoch, measured after its training.",
    name="last-accuracy-alone",
)
def train_classifier(model, train_loader, val_loader, epochs):
    history = _train(model, train_loader, val_loader, epochs)
    return _History(history.train_loss, history.val_accuracy[-1:])


@misconception(
    "The optimizer is SGD here. The exercise asks for torch.optim.Adam, lr = 0.001.",
    name="sgd",
)
def train_classifier(model, train_loader, val_loader, epochs):
    return _train(
        model, train_loader, val_loader, epochs, make=lambda model: torch.optim.SGD(model.parameters(), lr=0.001)
    )


@misconception(
    "The loader is gone through once, and its batches kept in a list. Go through the loader itself in every epoch: a "
    "DataLoader then shuffles anew.",
    name="batches-listed-once",
    violates=("data_loader",),
)
def train_classifier(model, train_loader, val_loader, epochs):
    return _train(model, list(train_loader), val_loader, epochs)


@misconception(
    "The logits are squeezed, so a batch of one example loses its first axis. Leave them as the model gives them.",
    name="squeezed",
    violates=("batches_of_one",),
)
def train_classifier(model, train_loader, val_loader, epochs):
    def learn(model, optimizer, loader):
        return _learn(model, optimizer, loader, lambda logits, y: F.cross_entropy(logits.squeeze(), y))

    return _train(model, train_loader, val_loader, epochs, learn=learn)


@misconception(
    "The optimizer is kept with the model: the next call goes on with its running means. Make it anew in each call.",
    name="optimizer-kept",
    violates=("each_call_starts_anew",),
)
def train_classifier(model, train_loader, val_loader, epochs):
    def make(model):
        if not hasattr(model, "optimizer"):
            model.optimizer = _adam(model)
        return model.optimizer

    return _train(model, train_loader, val_loader, epochs, make=make)


@misconception(
    "A seed is set in train_classifier. That changes what its caller draws afterwards, and nothing in it is random: "
    "leave it out.",
    name="seeds",
    violates=("nothing_else_changes",),
)
def train_classifier(model, train_loader, val_loader, epochs):
    torch.manual_seed(0)
    return _train(model, train_loader, val_loader, epochs)


@misconception(
    "The right predictions are counted over validation data, and divided by the number of training examples. Divide by "
    "that of validation examples.",
    name="divided-by-training-examples",
    violates=("validation_accuracy",),
)
def train_classifier(model, train_loader, val_loader, epochs):
    def measure(model, loader):
        model.eval()
        return sum(right for right, _ in _right(model, loader)) / sum(len(y) for _, y in train_loader)

    return _train(model, train_loader, val_loader, epochs, measure=measure)


# make_classifier


@misconception(
    "Nothing nonlinear stands between the two linear layers. Put a ReLU there, for instance.",
    name="no-nonlinearity",
)
def make_classifier():
    return nn.Sequential(nn.Linear(784, 256), nn.Linear(256, 10))


@misconception(
    "Leave out the softmax at the end: the outputs of the last linear layer are the logits.",
    name="ends-in-softmax",
)
def make_classifier():
    return nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 10), nn.Softmax(dim=1))


@misconception(
    "The model has one output. A classifier has one for each of the 10 classes: the score of that class.",
    name="one-output",
)
def make_classifier():
    return nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 1))


@misconception(
    "Every logit is 0: the weights start at zero, if only those of the last layer. Where all do, no hidden unit ever "
    "gets a gradient: leave the random start that nn.Linear makes.",
    name="zero-weights",
)
def make_classifier():
    model = nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 10))
    for p in model.parameters():
        nn.init.zeros_(p)
    return model


@misconception(
    "The seed is set in make_classifier, so every classifier starts with the same weights. Leave seeds to the caller.",
    name="seeded-classifier",
    violates=("each_classifier_is_new",),
)
def make_classifier():
    torch.manual_seed(42)
    return nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 10))


_MADE = []


@misconception(
    "make_classifier returns one and the same network each time. Make a new one in each call.",
    name="one-classifier-for-all",
    violates=("each_classifier_is_new",),
)
def make_classifier():
    if not _MADE:
        _MADE.append(nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 10)))
    return _MADE[0]

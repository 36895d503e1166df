"""Checks of chapter0.classifier: its loop step for step on small models, then its accuracy on digits never seen.

Small models are compared in float64 to 1e-6, as in chapter0.train. Accuracies of small models are exact: a logit would
have to lie within 1e-9 of another for rounding to change one.
"""

import torch
import torch.nn.functional as F
from torch import nn

from grader.checks import (
    assert_close,
    assert_unchanged,
    begin,
    check,
    full,
    generators,
    integer,
    library,
    limit,
    needs,
    new_seed,
    new_state,
    normal,
    place,
    points,
    training,
)
from grader.data import digits, mnist

LR = 0.001
SIDE = 784


# small models, exactly


def plain(nn, i, c):
    """Two layers with a tanh, for torch.nn here and for the one beside the submission alike."""
    return nn.Sequential(nn.Linear(i, 8), nn.Tanh(), nn.Linear(8, c))


def normalised(nn, i, c):
    """A model that does something else in training mode than in evaluation mode."""
    return nn.Sequential(nn.Linear(i, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, c))


def draw_batches(rng, teacher, sizes):
    """Batches (x, y) of these sizes, labelled by a random linear map with some noise."""
    batches = []
    for size in sizes:
        x = normal(rng, size, len(teacher))
        noisy = x @ teacher + 0.5 * normal(rng, size, teacher.shape[1])
        batches.append((x, noisy.argmax(1)))
    return batches


def draw_task(rng, i, c, short=None):
    """(train_loader, val_loader) for i features and c classes: few steps, many to measure, short batches last.

    Known wrong answers run on the same task when a check fails, within seconds for all of them together.
    """
    teacher = normal(rng, i, c)
    last = integer(rng, 2, 3) if short is None else short
    return (
        draw_batches(rng, teacher, [integer(rng, 11, 12), integer(rng, 8, 9), last]),
        draw_batches(rng, teacher, [integer(rng, 250, 260), integer(rng, 130, 140), last]),
    )


def twins(submission, rng, build, i, c):
    """The same random model twice: here, and where the submission runs."""
    here = build(nn, i, c).double()
    state = {}
    for name, tensor in here.state_dict().items():
        drawn = 0.4 * normal(rng, *tensor.shape)
        if "running_var" in name or (name == "1.weight" and tensor.ndim == 1):
            drawn = 1.0 + drawn.abs()  # variances and gains: positive, and not 1
        state[name] = tensor.clone() if name.endswith("num_batches_tracked") else drawn
    here.load_state_dict(state)
    there = build(library(submission, "torch.nn"), i, c).double()
    there.load_state_dict(state)
    return here, there


def accuracy(logits, labels):
    """The share of rows whose largest logit is the label's."""
    return int((logits.argmax(1) == labels).sum()) / len(labels)


@torch.no_grad()
def predictions(model, loader):
    """The classes that a model in evaluation mode gives to all examples."""
    model.eval()
    return torch.cat([model(x).argmax(1) for x, _ in loader])


def oracle_train(model, passes, val_loader):
    """The loop that the exercise describes, where passes holds each epoch's batches: (train_loss, val_accuracy)."""
    optimizer = torch.optim.Adam(model.parameters(), lr=LR)
    losses, accuracies = [], []
    labels = torch.cat([y for _, y in val_loader])
    for loader in passes:
        model.train()
        total = 0.0
        for x, y in loader:
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(y)
        losses.append(total / sum(len(y) for _, y in loader))
        accuracies.append(int((predictions(model, val_loader) == labels).sum()) / len(labels))
    return losses, accuracies


def floats(history, name, epochs):
    """One list of a History, of floats; what is wrong with its kind is said here."""
    values = getattr(history, name, None)
    check(
        isinstance(values, list) and all(type(value) is float for value in values),
        f"train_classifier must return a History whose {name} is a list of Python floats (.item() makes one of a "
        f"tensor).",
    )
    check(
        len(values) == epochs,
        f"{epochs} epochs must give {epochs} numbers in {name}, one for each; you return {len(values)}.",
    )
    return values


def as_tensor(values):
    """A list of floats as a tensor, to compare."""
    return torch.tensor(values, dtype=torch.float64)


def assert_weights(there, here, rtol=1e-6):
    """Demand the oracle's weights."""
    assert_close(
        dict(there.state_dict()),
        dict(here.state_dict()),
        name="the model after training",
        rtol=rtol,
        oracle="the loop",
    )


def run_both(submission, rng, build, short=None, comes_in="train"):
    """Train the same model here and there, 2 epochs: the learner's History, the oracle's lists, and both models.

    The accuracy is another one before the first epoch, after it, and after the second.
    """
    while True:
        train_loader, val_loader = draw_task(rng, 5, 4, short)
        here, there = twins(submission, rng, build, 5, 4)
        labels = torch.cat([y for _, y in val_loader])
        untrained = accuracy(F.one_hot(predictions(here, val_loader), 4), labels)
        expected = oracle_train(here, [train_loader] * 2, val_loader)
        if len({untrained, *expected[1]}) == 3:
            break
    getattr(there, comes_in)()
    history = submission.train_classifier(there, train_loader, val_loader, 2)
    there.state_dict()  # tells apart mistakes that give the same accuracies
    return history, expected, there, here


@points(2)
def test_nothing_is_learnt_from_validation_data(submission, rng):
    """Training changes the model, and with other validation labels it comes to the same weights, to the last digit."""
    while True:
        train_loader, val_loader = draw_task(rng, 5, 4)
        here, there = twins(submission, rng, plain, 5, 4)
        start = {name: tensor.clone() for name, tensor in here.state_dict().items()}
        oracle_train(here, [train_loader], val_loader)
        after_one = predictions(here, val_loader)
        here.load_state_dict(start)
        oracle_train(here, [train_loader] * 2, val_loader)
        after_two = predictions(here, val_loader)
        if not torch.equal(after_one, after_two):
            break
    # By the one set of labels the first epoch is the best, by the other the second: a choice of the best would show.
    ends = []
    for labels in (after_one, after_two):
        there = plain(library(submission, "torch.nn"), 5, 4).double()
        there.load_state_dict(start)
        parts = labels.split([len(y) for _, y in val_loader])
        loader = [(x, y.clone()) for (x, _), y in zip(val_loader, parts, strict=True)]
        submission.train_classifier(there, train_loader, loader, 2)
        ends.append(dict(there.state_dict()))
    check(
        any(not torch.equal(ends[1][name], tensor) for name, tensor in start.items()),
        "The model is as it was: train_classifier is to train it in place.",
    )
    moved = torch.cat([(ends[0][name] - tensor).flatten() for name, tensor in start.items()]).abs().mean()
    check(
        float(moved) < 0.2,
        "Six steps of length 0.001 lead nowhere near: the model that is left is not the one that was given.",
    )
    check(
        all(torch.equal(ends[0][name], ends[1][name]) for name in start),
        "The trained weights depend on the labels of the validation data: the model learns from them, or is chosen by "
        "them. On them it is only measured.",
    )


@needs("test_nothing_is_learnt_from_validation_data")
def test_each_call_starts_anew(submission, rng):
    """Each call makes an optimizer of its own: from the same start the same model comes to the same end again."""
    train_loader, val_loader = draw_task(rng, 5, 4)
    here, there = twins(submission, rng, plain, 5, 4)
    start = {name: tensor.clone() for name, tensor in here.state_dict().items()}
    ends = []
    for _ in range(2):
        there.load_state_dict(start)
        there.zero_grad()
        submission.train_classifier(there, train_loader, val_loader, 2)
        ends.append(dict(there.state_dict()))
    first, second = ends
    assert_close(second, first, name="the model of the second call", rtol=1e-6, oracle="that of the first")


@needs("test_each_call_starts_anew")
@points(3)
def test_trajectory(submission, rng):
    """After two epochs the weights are those of the loop that the exercise describes."""
    for _ in range(2):
        _, _, there, here = run_both(submission, rng, plain)
        assert_weights(there, here)


@needs("test_trajectory")
@points(2)
def test_training_loss(submission, rng):
    """train_loss is the mean over the examples of each epoch, each loss before its update."""
    for _ in range(2):
        history, ours, _, _ = run_both(submission, rng, plain)
        theirs = floats(history, "train_loss", 2)
        assert_close(as_tensor(theirs), as_tensor(ours[0]), name="train_loss", rtol=1e-6, oracle="the loop")


@needs("test_trajectory")
@points(2)
def test_validation_accuracy(submission, rng):
    """val_accuracy is the share of right predictions among all validation examples, after each epoch."""
    for _ in range(2):
        history, ours, _, _ = run_both(submission, rng, plain)
        theirs = floats(history, "val_accuracy", 2)
        assert_close(as_tensor(theirs), as_tensor(ours[1]), name="val_accuracy", rtol=1e-6, oracle="counting")


@needs("test_validation_accuracy")
@points(2)
def test_modes(submission, rng):
    """The model learns in training mode and is measured in evaluation mode, in every epoch, whichever it comes in."""
    for comes_in in ("train", "eval"):
        history, ours, there, here = run_both(submission, rng, normalised, comes_in=comes_in)
        assert_weights(there, here)
        theirs = floats(history, "val_accuracy", 2)
        assert_close(as_tensor(theirs), as_tensor(ours[1]), name="val_accuracy", rtol=1e-6, oracle="counting")


@needs("test_validation_accuracy")
def test_batches_of_one(submission, rng):
    """A batch may hold a single example, in training and in validation."""
    history, ours, there, here = run_both(submission, rng, plain, short=1)
    assert_weights(there, here)
    theirs = floats(history, "val_accuracy", 2)
    assert_close(as_tensor(theirs), as_tensor(ours[1]), name="val_accuracy", rtol=1e-6, oracle="counting")


def shuffled(data, x, y, size, generator):
    """A DataLoader that shuffles anew each time that it is gone through."""
    return data.DataLoader(data.TensorDataset(x, y), batch_size=size, shuffle=True, generator=generator)


@needs("test_trajectory")
def test_data_loader(submission, rng):
    """A DataLoader works as a list does, and is gone through anew in each epoch, so that it can shuffle anew."""
    (train_loader, val_loader), size = draw_task(rng, 5, 4), 6
    x, y = (torch.cat(parts) for parts in zip(*train_loader, strict=True))
    here, there = twins(submission, rng, plain, 5, 4)
    start = {name: tensor.clone() for name, tensor in here.state_dict().items()}
    theirs, ours = generators(rng)
    loader = shuffled(library(submission, "torch.utils.data"), x, y, size, theirs)
    submission.train_classifier(there, loader, val_loader, 3)
    state, loader = dict(there.state_dict()), shuffled(torch.utils.data, x, y, size, ours)
    passes = [list(loader) for _ in range(9)]
    # Who goes through it more often, to count the examples before the epochs or in each, trains on other passes.
    for part in (passes[first::stride][:3] for first in range(3) for stride in (1, 2, 3)):
        here.load_state_dict(start)
        oracle_train(here, part, val_loader)
        if all(torch.allclose(state[name], tensor, rtol=1e-6, atol=1e-9) for name, tensor in here.state_dict().items()):
            return
    here.load_state_dict(start)
    oracle_train(here, passes[:3], val_loader)
    assert_weights(there, here)


@needs("test_trajectory")
def test_nothing_else_changes(submission, rng):
    """The batches stay as they are, and so do torch's default dtype and its global random generator."""
    train_loader, val_loader = draw_task(rng, 5, 4)
    _, there = twins(submission, rng, plain, 5, 4)
    torch_there, state = library(submission, "torch"), new_state(rng)
    torch_there.set_rng_state(state)
    assert_unchanged(submission.train_classifier, there, train_loader, val_loader, 2)
    check(
        torch.equal(torch_there.get_rng_state(), state),
        "train_classifier has used or seeded torch's global random generator. Nothing in it is random: leave seeds to "
        "the caller.",
    )


# the learner's own model


def logits_of(model, images):
    """Logits in evaluation mode, a piece at a time."""
    model.eval()
    pieces = [model(piece) for piece in images.split(2000)]
    check(
        all(isinstance(piece, torch.Tensor) and piece.ndim == 2 and piece.shape[1] == 10 for piece in pieces)
        and sum(map(len, pieces)) == len(images),
        f"The classifier must return logits of shape (N, 10) for images of shape (N, 784), here N = {len(images)}.",
    )
    return torch.cat(pieces)


def rendered(rng, count):
    """Digits drawn anew: images and labels as tensors."""
    images, labels = digits(count, new_seed(rng))
    return torch.from_numpy(images), torch.from_numpy(labels)


@points(2)
def test_logits(submission, rng):
    """make_classifier returns a network with a nonlinearity, whose outputs (N, 10) are raw logits."""
    a, _ = rendered(rng, integer(rng, 5, 9))
    b, _ = rendered(rng, len(a))
    library(submission, "torch").manual_seed(new_seed(rng))
    model = submission.make_classifier()
    model.eval()
    # The images in one call, so that every layer sees the same batch: a, b, a mixture of them, nothing.
    weight = 0.2 + 0.6 * float(torch.rand((), generator=rng))
    batch = torch.cat([a, b, weight * a + (1 - weight) * b])
    answer = model(batch)
    check(
        isinstance(answer, torch.Tensor) and answer.shape == (len(batch), 10) and answer.is_floating_point(),
        f"The classifier must return logits of shape (N, 10) for images of shape (N, 784), here N = {len(batch)}.",
    )
    logits = answer.double()
    check(bool(logits.isfinite().all()), "Some logits are not finite.")
    sums = logits.sum(1)
    check(
        not (bool((logits >= 0).all()) and bool((sums - 1).abs().max() < 1e-4)),
        "Each row is not negative and sums to 1: the model ends in a softmax. Cross-entropy has its own; return the "
        "raw logits.",
    )
    check(
        not bool((logits.logsumexp(1)).abs().max() < 1e-4),
        "exp of each row sums to 1: the model ends in a log_softmax. Cross-entropy has its own; return the raw logits.",
    )
    check(
        float((logits - logits[:1]).abs().max()) > 0,
        "The logits are the same for every image.",
    )
    order = torch.randperm(len(batch), generator=rng)
    again = model(batch[order])
    check(
        isinstance(again, torch.Tensor)
        and again.shape == logits.shape
        and float((again.double() - logits[order]).abs().max()) <= 1e-4 * float(logits.abs().max()),
        "The same images in another order get other logits. In evaluation mode an image's logits depend on that image "
        "alone.",
    )
    fa, fb, mixed = logits.split(len(a))
    bent = (weight * fa + (1 - weight) * fb - mixed).abs().max()
    # float32 rounding of a linear model leaves some 1e-7 of the logits' size; a nonlinearity some 1e-2 of it
    check(
        float(bent) > 1e-5 * float(logits.abs().max()),
        "The model is linear: its logits for a mixture of two images are the mixture of their logits. Without a "
        "nonlinearity between them, two linear layers are one.",
    )


@needs("test_logits")
def test_each_classifier_is_new(submission, rng):
    """make_classifier makes another network each time, with weights of its own that are drawn anew."""
    library(submission, "torch").manual_seed(new_seed(rng))
    images, _ = rendered(rng, integer(rng, 5, 9))
    answers = [submission.make_classifier().eval()(images) for _ in range(3)]
    for answer in answers:
        check(
            isinstance(answer, torch.Tensor) and answer.shape == (len(images), 10) and bool(answer.isfinite().all()),
            "Each classifier must return finite logits (N, 10): one of those made later does not.",
        )
    check(
        not any(torch.equal(answers[a], answers[b]) for a, b in ((0, 1), (0, 2), (1, 2))),
        "Two classifiers have the same weights: make a new network in each call, and seed nothing there.",
    )


def train_on(submission, model, train_data, val_data, epochs, device="cpu"):
    """Begin the learner's training on two DataLoaders of 64, the first one shuffled."""
    data = library(submission, "torch.utils.data")
    train_data, val_data = ([place(submission, x, device) for x in part] for part in (train_data, val_data))
    train_loader = data.DataLoader(data.TensorDataset(*train_data), batch_size=64, shuffle=True)
    val_loader = data.DataLoader(data.TensorDataset(*val_data), batch_size=256)
    return begin(submission.train_classifier, model, train_loader, val_loader, epochs)


def reference_model(rng, images, labels, epochs):
    """784-256-10, trained here with the budget of the submission."""
    model = nn.Sequential(nn.Linear(SIDE, 256), nn.ReLU(), nn.Linear(256, 10))
    with torch.no_grad():
        for layer in (model[0], model[2]):
            for p in layer.parameters():  # uniform within 1/sqrt(in), as nn.Linear starts
                p.copy_((2 * torch.rand(p.shape, generator=rng) - 1) / layer.in_features**0.5)
    optimizer = torch.optim.Adam(model.parameters(), lr=LR)
    for _ in range(epochs):
        for rows in torch.randperm(len(labels), generator=rng).split(64):
            optimizer.zero_grad()
            F.cross_entropy(model(images[rows]), labels[rows]).backward()
            optimizer.step()
    return model


@needs("test_validation_accuracy", "test_logits")
@training
@limit(120)
@points(3)
def test_digits(submission, rng):
    """After 5 epochs on 10,000 rendered digits, 2,000 others are recognised: at least 0.95, near the reference."""
    images, labels = rendered(rng, 14_000)
    for_training, for_validation, unseen = (slice(10_000), slice(10_000, 12_000), slice(12_000, None))
    library(submission, "torch").manual_seed(new_seed(rng))
    model = submission.make_classifier()
    parts = [(images[part], labels[part]) for part in (for_training, for_validation)]
    answer = train_on(submission, model, *parts, 5)  # both trainings at once
    here = reference_model(rng, images[for_training], labels[for_training], 5)
    with torch.no_grad():
        reference_reaches = accuracy(here(images[unseen]), labels[unseen])
    val_accuracy = floats(answer(), "val_accuracy", 5)

    reached = accuracy(logits_of(model, images[unseen]), labels[unseen])
    # Two trainings of 784-256-10 on the same digits differ by some 0.004 (one standard deviation), and reach 0.982:
    # both bounds lie more than six of them away.
    target = max(0.95, reference_reaches - 0.03)
    check(
        reached >= target,
        f"Your classifier gets {reached:.3f} of 2,000 digits right that it has never seen; {target:.3f} is wanted. The "
        f"grader's own network of 784, 256 and 10 units reaches {reference_reaches:.3f} in the same 5 epochs.",
    )
    measured = accuracy(logits_of(model, images[for_validation]), labels[for_validation])
    check(
        abs(val_accuracy[-1] - measured) < 0.001,  # two of 2,000 may tip over by rounding in batches of another size
        f"The last val_accuracy that you report is {val_accuracy[-1]:.4f}; measured on the same validation data, the "
        f"model that you leave has {measured:.4f}.",
    )


def mnist_accuracy(submission, rng, epochs, device):
    """The accuracy on MNIST's test images of a model trained on 50,000 others, 10,000 kept for validation."""
    images, labels = map(torch.from_numpy, mnist(train=True))
    order = torch.randperm(len(labels), generator=rng)
    images, labels = images[order], labels[order]
    unseen, unseen_labels = map(torch.from_numpy, mnist(train=False))
    library(submission, "torch").manual_seed(new_seed(rng))
    model = submission.make_classifier().to(device)
    parts = (images[10_000:], labels[10_000:]), (images[:10_000], labels[:10_000])
    train_on(submission, model, *parts, epochs, device)()
    return accuracy(logits_of(model.to("cpu"), unseen), unseen_labels)


@full
@needs("test_digits")
@training
@limit(300)
@points(2)
def test_mnist(submission, rng, device):
    """After 2 epochs on MNIST the test accuracy is at least 0.95."""
    reached = mnist_accuracy(submission, rng, 2, device)
    check(reached >= 0.95, f"Your classifier gets {reached:.4f} of MNIST's test images right; 0.95 is wanted.")


@full
@needs("test_digits")
@training
@limit(600)
def test_mnist_well(submission, rng, device):
    """After 5 epochs on MNIST the test accuracy is at least 0.97."""
    reached = mnist_accuracy(submission, rng, 5, device)
    check(reached >= 0.97, f"Your classifier gets {reached:.4f} of MNIST's test images right; 0.97 is wanted here.")

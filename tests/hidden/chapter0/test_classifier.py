"""Checks of chapter0.classifier: its loop step for step on small models, then its accuracy on digits never seen.

Small models are compared in float64 to 1e-6, as in chapter0.train. Accuracies of small models are exact: a logit would
have to lie within 1e-9 of another for rounding to change one.
"""

import torch
import torch.nn.functional as F
from torch import nn

from grader.checks import (
    assert_close,
    begin,
    check,
    full,
    integer,
    library,
    limit,
    new_seed,
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


def draw_task(rng, i, c):
    """(train_loader, val_loader) for i features and c classes: few steps, many to measure, short batches last.

    Known wrong answers run on the same task when a check fails, within seconds for all of them together.
    """
    teacher = normal(rng, i, c)
    return (
        draw_batches(rng, teacher, [integer(rng, 9, 12), integer(rng, 9, 12), integer(rng, 2, 3)]),
        draw_batches(rng, teacher, [integer(rng, 50, 60), integer(rng, 30, 40), integer(rng, 2, 3)]),
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


def oracle_train(model, train_loader, val_loader, epochs):
    """The loop that the exercise describes: (train_loss, val_accuracy)."""
    optimizer = torch.optim.Adam(model.parameters(), lr=LR)
    losses, accuracies = [], []
    labels = torch.cat([y for _, y in val_loader])
    for _ in range(epochs):
        model.train()
        total = 0.0
        for x, y in train_loader:
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(y)
        losses.append(total / sum(len(y) for _, y in train_loader))
        model.eval()
        with torch.no_grad():
            accuracies.append(accuracy(torch.cat([model(x) for x, _ in val_loader]), labels))
    return losses, accuracies


def unpack(history, epochs):
    """(train_loss, val_accuracy) of a History, as lists of floats; what is wrong with their kind is said here."""
    lists = []
    for name in ("train_loss", "val_accuracy"):
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
        lists.append(values)
    return lists


def as_tensor(values):
    """A list of floats as a tensor, to compare."""
    return torch.tensor(values, dtype=torch.float64)


def run_both(submission, rng, build, epochs=2, i=5, c=4):
    """Train the same model here and there: what both returned, and both models."""
    train_loader, val_loader = draw_task(rng, i, c)
    here, there = twins(submission, rng, build, i, c)
    theirs = unpack(submission.train_classifier(there, train_loader, val_loader, epochs), epochs)
    return theirs, oracle_train(here, train_loader, val_loader, epochs), there, here


@points(2)
def test_trajectory(submission, rng):
    """After two epochs the weights and the training losses are those of the loop that the exercise describes."""
    for _ in range(2):
        theirs, ours, there, here = run_both(submission, rng, plain)
        assert_close(
            dict(there.state_dict()),
            dict(here.state_dict()),
            name="the model after training",
            rtol=1e-6,
            oracle="the loop",
        )
        assert_close(as_tensor(theirs[0]), as_tensor(ours[0]), name="train_loss", rtol=1e-6, oracle="the loop")


@points(2)
def test_validation_accuracy(submission, rng):
    """val_accuracy is the share of right predictions among all validation examples, after each epoch."""
    for _ in range(2):
        theirs, ours, _, _ = run_both(submission, rng, plain)
        assert_close(as_tensor(theirs[1]), as_tensor(ours[1]), name="val_accuracy", rtol=1e-6, oracle="counting")


@points(2)
def test_modes(submission, rng):
    """The model learns in training mode and is measured in evaluation mode, in every epoch."""
    for _ in range(2):
        theirs, ours, there, here = run_both(submission, rng, normalised)
        assert_close(
            dict(there.state_dict()),
            dict(here.state_dict()),
            name="the model after training",
            rtol=1e-6,
            oracle="the loop",
        )
        assert_close(as_tensor(theirs[1]), as_tensor(ours[1]), name="val_accuracy", rtol=1e-6, oracle="counting")


def test_nothing_is_learnt_from_validation_data(submission, rng):
    """With other validation labels the trained weights are the same, to the last digit."""
    train_loader, val_loader = draw_task(rng, 5, 4)
    shifts = torch.randint(1, 4, (3,), generator=rng).tolist()
    wrong_loader = [(x, (y + shift) % 4) for (x, y), shift in zip(val_loader, shifts, strict=True)]
    here, there = twins(submission, rng, plain, 5, 4)
    start = {name: tensor.clone() for name, tensor in here.state_dict().items()}
    submission.train_classifier(there, train_loader, val_loader, 2)
    with_right = dict(there.state_dict())
    there.load_state_dict(start)
    accuracies = unpack(submission.train_classifier(there, train_loader, wrong_loader, 2), 2)[1]
    with_wrong = dict(there.state_dict())
    check(
        all(torch.equal(with_right[name], with_wrong[name]) for name in start),
        "The trained weights depend on the labels of the validation data: the model learns from them, or is chosen by "
        "them. On them it is only measured.",
    )
    _, expected = oracle_train(here, train_loader, wrong_loader, 2)
    assert_close(
        dict(there.state_dict()), dict(here.state_dict()), name="the model after training", rtol=1e-6, oracle="the loop"
    )
    assert_close(as_tensor(accuracies), as_tensor(expected), name="val_accuracy", rtol=1e-6, oracle="counting")


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
    _, val_accuracy = unpack(answer(), 5)

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
    unpack(train_on(submission, model, *parts, epochs, device)(), epochs)
    return accuracy(logits_of(model.to("cpu"), unseen), unseen_labels)


@full
@training
@limit(300)
@points(2)
def test_mnist(submission, rng, device):
    """After 2 epochs on MNIST the test accuracy is at least 0.95."""
    reached = mnist_accuracy(submission, rng, 2, device)
    check(reached >= 0.95, f"Your classifier gets {reached:.4f} of MNIST's test images right; 0.95 is wanted.")


@full
@training
@limit(600)
def test_mnist_well(submission, rng, device):
    """After 5 epochs on MNIST the test accuracy is at least 0.97."""
    reached = mnist_accuracy(submission, rng, 5, device)
    check(reached >= 0.97, f"Your classifier gets {reached:.4f} of MNIST's test images right; 0.97 is wanted here.")

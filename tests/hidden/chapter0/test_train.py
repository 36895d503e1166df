"""Checks of chapter0.train: the trajectory of Adam, step for step, against the same loop in this process.

Weights are compared in float64 to 1e-6. The same operations in the same order agree to the last bit; another correct
order of additions differs by 1e-15, which Adam may enlarge (it divides by the gradient's own size) to some 1e-10.
"""

import torch
import torch.nn.functional as F
from torch import nn

from grader.checks import assert_close, check, integer, library, normal, points


def linear_model(nn, i, o):
    """A linear layer alone, for torch.nn here and for the one beside the submission alike."""
    return nn.Sequential(nn.Linear(i, o))


def mlp(nn, i, o):
    """Two layers with a tanh between them."""
    return nn.Sequential(nn.Linear(i, 7), nn.Tanh(), nn.Linear(7, o))


def normalised(nn, i, o):
    """A model that does something else in training mode than in evaluation mode."""
    return nn.Sequential(nn.Linear(i, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Linear(6, o))


def draw_lr(rng):
    """A learning rate between 0.01 and 0.03."""
    return 0.01 + 0.02 * float(torch.rand((), generator=rng))


def draw_loader(rng, i, o, sizes):
    """Batches (x, y) of these sizes: noisy outputs of a random linear map."""
    W = normal(rng, i, o)
    loader = []
    for size in sizes:
        x = normal(rng, size, i)
        loader.append((x, x @ W + 0.3 * normal(rng, size, o) + 0.5))
    return loader


def uneven(rng):
    """Sizes of batches, the last one short; few, since every known wrong answer runs on them when a check fails."""
    return [integer(rng, 5, 8), integer(rng, 5, 8), integer(rng, 2, 3)]


def twins(submission, rng, build, i, o):
    """The same random model twice: here, and where the submission runs."""
    here = build(nn, i, o).double()
    state = {}
    for name, tensor in here.state_dict().items():
        drawn = 0.4 * normal(rng, *tensor.shape)
        if "running_var" in name or name == "1.weight":
            drawn = 1.0 + drawn.abs()  # variances and gains: positive, and not 1
        state[name] = tensor.clone() if name.endswith("num_batches_tracked") else drawn
    here.load_state_dict(state)
    there = build(library(submission, "torch.nn"), i, o).double()
    there.load_state_dict(state)
    return here, there


def oracle_train(model, loader, epochs, lr):
    """The loop that the exercise describes."""
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        total = torch.zeros((), dtype=torch.float64)
        for x, y in loader:
            optimizer.zero_grad()
            loss = F.mse_loss(model(x), y)
            loss.backward()
            optimizer.step()
            total += loss.detach() * len(x)
        losses.append(total.item() / sum(len(x) for x, _ in loader))
    return losses


def compare(losses, expected_losses, there, here, sizes, unit="epoch"):
    """Demand the oracle's losses and weights."""
    check(
        isinstance(losses, list) and all(type(loss) is float for loss in losses),
        "The losses must be a list of Python floats: loss.item() makes one of a tensor.",
    )
    check(
        len(losses) == len(expected_losses),
        f"{len(expected_losses)} {unit}{'s' * (len(expected_losses) != 1)} must give {len(expected_losses)} "
        f"{'loss' if len(expected_losses) == 1 else 'losses'}, one for each {unit}; you return {len(losses)}.",
    )
    assert_close(
        dict(there.state_dict()),
        dict(here.state_dict()),
        name="the model after training",
        rtol=1e-6,
        oracle="the loop",
        sizes=sizes,
    )
    assert_close(
        torch.tensor(losses, dtype=torch.float64),
        torch.tensor(expected_losses, dtype=torch.float64),
        name="losses",
        rtol=1e-6,
        oracle="the loop",
        sizes=sizes,
    )


@points(2)
def test_one_step(submission, rng):
    """One batch, one epoch: every weight has moved by one step of Adam against its gradient."""
    for build in (linear_model, mlp):
        i, o = integer(rng, 2, 4), integer(rng, 2, 3)
        loader, lr = draw_loader(rng, i, o, [integer(rng, 4, 8)]), draw_lr(rng)
        here, there = twins(submission, rng, build, i, o)
        losses = submission.train(there, loader, 1, lr)
        compare(losses, oracle_train(here, loader, 1, lr), there, here, {"N": len(loader[0][0]), "out": o})


@points(3)
def test_trajectory(submission, rng):
    """After two epochs of three batches, weights and losses are those of the loop that the exercise describes."""
    for build in (linear_model, mlp):
        i, o = integer(rng, 2, 4), integer(rng, 2, 3)
        loader, lr = draw_loader(rng, i, o, uneven(rng)), draw_lr(rng)
        here, there = twins(submission, rng, build, i, o)
        losses = submission.train(there, loader, 2, lr)
        compare(losses, oracle_train(here, loader, 2, lr), there, here, {"batches": 3, "out": o})


def test_mean_of_uneven_batches(submission, rng):
    """The loss of an epoch is the mean over its examples: a batch of two counts less than a batch of twenty."""
    loader, lr = draw_loader(rng, 3, 2, [20, 17, 2]), draw_lr(rng)
    here, there = twins(submission, rng, linear_model, 3, 2)
    losses = submission.train(there, loader, 2, lr)
    compare(losses, oracle_train(here, loader, 2, lr), there, here, {"batches": 3})


def test_training_mode(submission, rng):
    """The model is trained in training mode, whichever mode it comes in: its batch norm uses the batch."""
    for comes_in_evaluation_mode in (False, True):
        loader, lr = draw_loader(rng, 4, 2, uneven(rng)), draw_lr(rng)
        here, there = twins(submission, rng, normalised, 4, 2)
        there.train(not comes_in_evaluation_mode)
        losses = submission.train(there, loader, 2, lr)
        expected = oracle_train(here, loader, 2, lr)
        check(there.training is True, "After train the model must be in training mode: begin with model.train().")
        compare(losses, expected, there, here, {"batches": 3})


def test_data_loader(submission, rng):
    """A torch DataLoader works as a list of batches does."""
    i, o = integer(rng, 2, 4), integer(rng, 2, 3)
    [(x, y)], lr, size = draw_loader(rng, i, o, [integer(rng, 21, 24)]), draw_lr(rng), 5
    here, there = twins(submission, rng, mlp, i, o)
    data = library(submission, "torch.utils.data")
    loader = data.DataLoader(data.TensorDataset(x, y), batch_size=size)
    losses = submission.train(there, loader, 2, lr)
    batches = [(x[at : at + size], y[at : at + size]) for at in range(0, len(x), size)]
    compare(losses, oracle_train(here, batches, 2, lr), there, here, {"batches": len(batches), "out": o})

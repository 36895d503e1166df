"""Checks of chapter0.train_minimal: the trajectory of Adam, and no gradient left behind.

Weights are compared in float64 to 1e-6. The same operations in the same order agree to the last bit; another correct
order of additions differs by 1e-15, which Adam may enlarge (it divides by the gradient's own size) to some 1e-10.
"""

import torch
import torch.nn.functional as F
from torch import nn

from grader.checks import assert_close, check, integer, library, normal, points


def mlp(nn, i, o):
    """Two layers with a tanh between them, for torch.nn here and for the one beside the submission alike."""
    return nn.Sequential(nn.Linear(i, 7), nn.Tanh(), nn.Linear(7, o))


def deep(nn, i, o):
    """Three layers."""
    return nn.Sequential(nn.Linear(i, 5), nn.GELU(), nn.Linear(5, 6, bias=False), nn.Sigmoid(), nn.Linear(6, o))


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
    state = {name: 0.5 * normal(rng, *tensor.shape) for name, tensor in here.state_dict().items()}
    here.load_state_dict(state)
    there = build(library(submission, "torch.nn"), i, o).double()
    there.load_state_dict(state)
    return here, there


def oracle_train(model, loader, epochs, lr):
    """The loop in the canonical order: where zero_grad stands changes nothing."""
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


def compare(losses, expected_losses, there, here, sizes):
    """Demand the oracle's losses and weights."""
    check(
        isinstance(losses, list) and all(type(loss) is float for loss in losses),
        "The losses must be a list of Python floats: loss.item() makes one of a tensor.",
    )
    check(
        len(losses) == len(expected_losses),
        f"{len(expected_losses)} epochs must give {len(expected_losses)} losses, one for each; "
        f"you return {len(losses)}.",
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
def test_trajectory(submission, rng):
    """After two epochs of three batches, weights and losses are those of the loop in the canonical order."""
    for build in (mlp, deep):
        i, o = integer(rng, 2, 4), integer(rng, 2, 3)
        loader, lr = draw_loader(rng, i, o, uneven(rng)), draw_lr(rng)
        here, there = twins(submission, rng, build, i, o)
        losses = submission.train_minimal(there, loader, 2, lr)
        compare(losses, oracle_train(here, loader, 2, lr), there, here, {"batches": 3, "out": o})


def test_second_call(submission, rng):
    """Training goes on where it stopped, with a new optimizer, when the function is called again."""
    i, o = integer(rng, 2, 4), integer(rng, 2, 3)
    loader, lr = draw_loader(rng, i, o, uneven(rng)), draw_lr(rng)
    here, there = twins(submission, rng, mlp, i, o)
    for _ in range(2):
        losses = submission.train_minimal(there, loader, 2, lr)
        compare(losses, oracle_train(here, loader, 2, lr), there, here, {"batches": 3, "out": o})


def test_no_gradient_is_left(submission, rng):
    """When the loop is done, no parameter holds a gradient."""
    i, o = integer(rng, 2, 4), integer(rng, 2, 3)
    loader, lr = draw_loader(rng, i, o, uneven(rng)), draw_lr(rng)
    here, there = twins(submission, rng, mlp, i, o)
    losses = submission.train_minimal(there, loader, 2, lr)
    # The gradients do not cross the wire with their tensors; their norm does. Nothing is clipped.
    norm = library(submission, "torch.nn.utils").clip_grad_norm_(there.parameters(), float("inf"))
    left = float(norm) if isinstance(norm, torch.Tensor) else 0.0
    check(
        left == 0,
        f"Gradients are left behind, of norm {left:.3g}: the last thing in a step is optimizer.zero_grad(). Whoever "
        f"trains this model next would add to them.",
    )
    compare(losses, oracle_train(here, loader, 2, lr), there, here, {"batches": 3, "out": o})

"""Checks of chapter0.train_minimal: the trajectory of Adam, and no gradient left behind.

Weights are compared in float64 to 1e-6. The same operations in the same order agree to the last bit; another correct
order of additions differs by 1e-15, which Adam may enlarge (it divides by the gradient's own size) to some 1e-10.
"""

import torch
import torch.nn.functional as F
from torch import nn

from grader.checks import (
    assert_close,
    assert_unchanged,
    check,
    generators,
    integer,
    library,
    needs,
    new_state,
    normal,
    points,
)


def mlp(nn, i, o):
    """Two layers with a tanh between them."""
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
    return [integer(rng, 7, 8), integer(rng, 5, 6), integer(rng, 2, 3)]


def twins(submission, rng, build, i, o):
    """The same random model twice: here, and where the submission runs."""
    here = build(nn, i, o).double()
    state = {name: 0.5 * normal(rng, *tensor.shape) for name, tensor in here.state_dict().items()}
    here.load_state_dict(state)
    there = build(library(submission, "torch.nn"), i, o).double()
    there.load_state_dict(state)
    return here, there


def oracle_train(model, passes, lr):
    """The loop in the canonical order, where passes holds the batches of each epoch: the weights are the same."""
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for loader in passes:
        total = torch.zeros((), dtype=torch.float64)
        for x, y in loader:
            optimizer.zero_grad()
            loss = F.mse_loss(model(x), y)
            loss.backward()
            optimizer.step()
            total += loss.detach() * len(x)
        losses.append(total.item() / sum(len(x) for x, _ in loader))
    return losses


def assert_weights(there, here, name="the model after training", rtol=1e-6, **sizes):
    """Demand the oracle's weights."""
    assert_close(
        dict(there.state_dict()), dict(here.state_dict()), name=name, rtol=rtol, oracle="the loop", sizes=sizes
    )


def assert_losses(losses, expected):
    """Demand a list of Python floats, and these."""
    check(
        isinstance(losses, list) and all(type(loss) is float for loss in losses),
        "The losses must be a list of Python floats: loss.item() makes one of a tensor.",
    )
    check(
        len(losses) == len(expected),
        f"{len(expected)} epochs must give {len(expected)} losses, one for each; you return {len(losses)}.",
    )
    assert_close(
        torch.tensor(losses, dtype=torch.float64),
        torch.tensor(expected, dtype=torch.float64),
        name="losses",
        rtol=1e-6,
        oracle="the loop",
    )


@points(2)
def test_one_step(submission, rng):
    """One batch, one epoch: every weight has moved by one step of Adam against its gradient."""
    i, o = integer(rng, 2, 4), integer(rng, 5, 6)
    while True:
        loader, lr = draw_loader(rng, i, o, [integer(rng, 7, 9)]), draw_lr(rng)
        here, there = twins(submission, rng, mlp, i, o)
        gradients = torch.autograd.grad(F.mse_loss(here(loader[0][0]), loader[0][1]), list(here.parameters()))
        if min(float(gradient.abs().min()) for gradient in gradients) > 1e-3:  # Adam's epsilon shows in smaller ones
            break
    submission.train_minimal(there, loader, 1, lr)
    _, other = twins(submission, rng, mlp, i, o)
    submission.train_minimal(other, draw_loader(rng, i, o, [6, 5]), 1, lr)
    other.state_dict()  # after two batches: it tells apart what leaves a model as it was after one
    oracle_train(here, [loader], lr)
    assert_weights(there, here, rtol=1e-5, N=len(loader[0][0]), out=o)


@needs("test_one_step")
def test_each_call_starts_anew(submission, rng):
    """Each call makes an optimizer of its own: from the same start the same model comes to the same end again."""
    i, o = integer(rng, 3, 4), 2
    loader, lr = draw_loader(rng, i, o, uneven(rng)), draw_lr(rng)
    here, there = twins(submission, rng, mlp, i, o)
    start = {name: tensor.clone() for name, tensor in here.state_dict().items()}
    ends = []
    for _ in range(2):
        there.load_state_dict(start)
        there.zero_grad()
        submission.train_minimal(there, loader, 2, lr)
        ends.append(dict(there.state_dict()))
        check(
            any(not torch.equal(ends[-1][name], tensor) for name, tensor in start.items()),
            "The model is as it was before this call, and the model of an earlier call was trained: does an optimizer "
            "outlive the call?",
        )
    first, second = ends
    assert_close(second, first, name="the model of the second call", rtol=1e-6, oracle="that of the first")


@needs("test_one_step", "test_each_call_starts_anew")
@points(3)
def test_trajectory(submission, rng):
    """After two epochs of three batches the weights are those of the loop that the exercise describes."""
    i, o = integer(rng, 3, 4), 2
    loader, lr = draw_loader(rng, i, o, uneven(rng)), draw_lr(rng)
    here, there = twins(submission, rng, mlp, i, o)
    submission.train_minimal(there, loader, 2, lr)
    oracle_train(here, [loader] * 2, lr)
    assert_weights(there, here, batches=3, out=o)


@needs("test_trajectory")
@points(2)
def test_losses(submission, rng):
    """The loss of an epoch is the mean over its examples, each before its update: a batch of 2 counts less than 20."""
    i, o = integer(rng, 3, 4), 2
    loader, lr = draw_loader(rng, i, o, [20, integer(rng, 16, 18), integer(rng, 2, 3)]), draw_lr(rng)
    here, there = twins(submission, rng, deep, i, o)
    assert_losses(submission.train_minimal(there, loader, 2, lr), oracle_train(here, [loader] * 2, lr))


@needs("test_trajectory")
def test_one_output(submission, rng):
    """A model with one output learns as others do, and so it does from a batch of one example."""
    loader, lr = draw_loader(rng, 3, 1, [integer(rng, 5, 7), integer(rng, 3, 4), 1]), draw_lr(rng)
    here, there = twins(submission, rng, mlp, 3, 1)
    submission.train_minimal(there, loader, 2, lr)
    oracle_train(here, [loader] * 2, lr)
    assert_weights(there, here, batches=3, out=1)


def shuffled(data, x, y, size, generator):
    """A DataLoader that shuffles anew each time that it is gone through."""
    return data.DataLoader(data.TensorDataset(x, y), batch_size=size, shuffle=True, generator=generator)


@needs("test_trajectory")
def test_data_loader(submission, rng):
    """A DataLoader works as a list does, and is gone through anew in each epoch, so that it can shuffle anew."""
    i, o = integer(rng, 3, 4), 2
    [(x, y)], lr, size = draw_loader(rng, i, o, [integer(rng, 21, 24)]), draw_lr(rng), 5
    here, there = twins(submission, rng, mlp, i, o)
    start = {name: tensor.clone() for name, tensor in here.state_dict().items()}
    theirs, ours = generators(rng)
    submission.train_minimal(there, shuffled(library(submission, "torch.utils.data"), x, y, size, theirs), 3, lr)
    loader = shuffled(torch.utils.data, x, y, size, ours)
    passes = [list(loader) for _ in range(9)]
    # Who goes through it more often, to count the examples before the epochs or in each, trains on other passes.
    for part in (passes[first::stride][:3] for first in range(3) for stride in (1, 2, 3)):
        here.load_state_dict(start)
        oracle_train(here, part, lr)
        state = dict(there.state_dict())
        if all(torch.allclose(state[name], tensor, rtol=1e-6, atol=1e-9) for name, tensor in here.state_dict().items()):
            return
    here.load_state_dict(start)
    oracle_train(here, passes[:3], lr)
    assert_weights(there, here, batches=len(passes[0]), out=o)


@needs("test_trajectory")
@points(2)
def test_no_gradient_is_left(submission, rng):
    """When the loop is done, no parameter holds a gradient."""
    i, o = integer(rng, 3, 4), 2
    loader, lr = draw_loader(rng, i, o, uneven(rng)), draw_lr(rng)
    _, there = twins(submission, rng, mlp, i, o)
    submission.train_minimal(there, loader, 2, lr)
    # The gradients do not cross the wire with their tensors; their norm does. Nothing is clipped.
    norm = library(submission, "torch.nn.utils").clip_grad_norm_(there.parameters(), float("inf"))
    left = float(norm) if isinstance(norm, torch.Tensor) else 0.0
    check(
        left == 0,
        f"Gradients are left behind, of norm {left:.3g}: the last thing in a step is optimizer.zero_grad(). Whoever "
        f"trains this model next would add to them.",
    )


@needs("test_trajectory")
def test_nothing_else_changes(submission, rng):
    """The batches stay as they are, and so do torch's default dtype and its global random generator."""
    loader, lr = draw_loader(rng, 3, 2, uneven(rng)), draw_lr(rng)
    _, there = twins(submission, rng, mlp, 3, 2)
    torch_there, state = library(submission, "torch"), new_state(rng)
    torch_there.set_rng_state(state)
    assert_unchanged(submission.train_minimal, there, loader, 2, lr)
    check(
        torch.equal(torch_there.get_rng_state(), state),
        "train_minimal has used or seeded torch's global random generator. Nothing in it is random: leave seeds to "
        "the caller.",
    )

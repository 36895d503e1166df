"""What learners get wrong in lecture10.ddp."""

import torch
import torch.distributed as dist

from grader.checks import misconception


def _each(params, world, change):
    """Sum each gradient over the processes, and let it be changed then."""
    for p in params:
        if p.grad is not None:
            dist.all_reduce(p.grad, group=world)
            change(p)


def _mean(p, world):
    p.grad /= world.size()


@misconception(
    "The gradients are summed over the processes, and not divided by their number: every step becomes as many times "
    "as long.",
    name="sum-for-mean",
)
def average_gradients(params, world):
    _each(params, world, lambda p: None)


@misconception(
    "The sum is divided by the number of processes twice. Once makes a mean of it; ReduceOp.AVG divides by itself.",
    name="divided-twice",
)
def average_gradients(params, world):
    for p in params:
        if p.grad is not None:
            dist.all_reduce(p.grad, op=dist.ReduceOp.AVG, group=world)
            p.grad /= world.size()


@misconception(
    "The sum is divided by 2, whatever the number of processes. Ask the world for its size.",
    name="always-two",
    violates=("any_number_of_processes",),
)
def average_gradients(params, world):
    def halve(p):
        p.grad /= 2

    _each(params, world, halve)


@misconception(
    "The gradients are divided by the number of processes and never sent: each process keeps its own, and the copies "
    "of the model drift apart.",
    name="never-sent",
)
def average_gradients(params, world):
    for p in params:
        if p.grad is not None:
            p.grad /= world.size()


@misconception(
    "Nothing happens: every process keeps its own gradients.",
    name="nothing",
)
def average_gradients(params, world):
    dist.barrier(world)


@misconception(
    "The parameters are averaged in the place of their gradients.",
    name="parameters-averaged",
)
def average_gradients(params, world):
    for p in params:
        dist.all_reduce(p.data, group=world)
        p.data /= world.size()


@misconception(
    "The parameters are averaged beside their gradients. The copies are equal already: leave them as they are.",
    name="parameters-as-well",
    violates=("parameters_stay_as_they_are",),
)
def average_gradients(params, world):
    def also(p):
        _mean(p, world)
        dist.all_reduce(p.data, group=world)
        p.data /= world.size()

    _each(params, world, also)


@misconception(
    "Only process 0 gets the mean: reduce sends the sum to one process, all_reduce to all of them.",
    name="reduce-for-all-reduce",
)
def average_gradients(params, world):
    for p in params:
        if p.grad is not None:
            dist.reduce(p.grad, 0, group=world)
            if dist.get_rank(world) == 0:
                p.grad /= world.size()


@misconception(
    "Only process 0 divides the sum. Each process has a copy of its own, and each has to divide.",
    name="only-one-divides",
)
def average_gradients(params, world):
    def divide(p):
        if dist.get_rank(world) == 0:
            _mean(p, world)

    _each(params, world, divide)


@misconception(
    "Every process takes over the gradients of process 0, and what the others have computed is lost. Add them up.",
    name="broadcast",
)
def average_gradients(params, world):
    for p in params:
        if p.grad is not None:
            dist.broadcast(p.grad, 0, group=world)


@misconception(
    "Only process 0 calls the collective, and waits for the others for ever. Every process has to call it.",
    name="one-process-alone",
)
def average_gradients(params, world):
    if dist.get_rank(world) == 0:
        _each(params, world, lambda p: _mean(p, world))


@misconception(
    "The largest of the gradients is taken. Their sum, divided by the number of processes, is the mean.",
    name="maximum",
)
def average_gradients(params, world):
    for p in params:
        if p.grad is not None:
            dist.all_reduce(p.grad, op=dist.ReduceOp.MAX, group=world)


@misconception(
    "Only matrices are averaged; the gradients of vectors, as biases are, stay each process's own.",
    name="matrices-alone",
)
def average_gradients(params, world):
    _each((p for p in params if p.dim() >= 2), world, lambda p: _mean(p, world))


@misconception(
    "The mean is computed and thrown away: `p.grad / size` is a new tensor. Divide in place, p.grad /= size, or "
    "assign it.",
    name="mean-thrown-away",
)
def average_gradients(params, world):
    for p in params:
        if p.grad is not None:
            mean = p.grad.clone()
            dist.all_reduce(mean, group=world)
            mean /= world.size()


@misconception(
    "The order of the processes decides: each averages with its neighbour only. The mean is over all.",
    name="neighbours",
    violates=("any_number_of_processes",),
)
def average_gradients(params, world):
    size, rank = world.size(), world.rank()
    for p in params:
        if p.grad is not None:
            parts = [torch.empty_like(p.grad) for _ in range(size)]
            dist.all_gather(parts, p.grad, group=world)
            p.grad = (parts[rank] + parts[(rank + 1) % size]) / 2


@misconception(
    "Parameters without a gradient are not left out: None has no data. Ask first whether p.grad is None.",
    name="none-not-left-out",
    violates=("parameters_without_a_gradient",),
)
def average_gradients(params, world):
    for p in params:
        dist.all_reduce(p.grad.data, group=world)
        _mean(p, world)


@misconception(
    "Parameters without a gradient get one of zeros, with which an optimizer does something: it decays their weights. "
    "Leave None as it is.",
    name="zeros-for-none",
    violates=("parameters_without_a_gradient",),
)
def average_gradients(params, world):
    params = list(params)
    for p in params:
        if p.grad is None:
            p.grad = torch.zeros_like(p)
    _each(params, world, lambda p: _mean(p, world))


@misconception(
    "At the first parameter without a gradient it is over, and those behind it are not averaged. Go on with the next.",
    name="ends-at-none",
    violates=("parameters_without_a_gradient",),
)
def average_gradients(params, world):
    for p in params:
        if p.grad is None:
            return
        dist.all_reduce(p.grad, group=world)
        _mean(p, world)


@misconception(
    "params is gone over twice, and a generator has nothing the second time: the gradients are summed and not "
    "divided. Make a list of it first, or do both in one loop.",
    name="gone-over-twice",
    violates=("parameters_from_a_generator",),
)
def average_gradients(params, world):
    _each(params, world, lambda p: None)
    for p in params:
        if p.grad is not None:
            _mean(p, world)


@misconception(
    "The number of parameters is asked for, which a generator does not know. Make a list of it first.",
    name="len-of-params",
    violates=("parameters_from_a_generator",),
)
def average_gradients(params, world):
    for place in range(len(params)):
        if params[place].grad is not None:
            dist.all_reduce(params[place].grad, group=world)
            _mean(params[place], world)


@misconception(
    "All gradients are put into one tensor, of one dtype, and those of another come back in it. Give each its own "
    "again.",
    name="one-dtype-for-all",
    violates=("dtypes",),
)
def average_gradients(params, world):
    params = [p for p in params if p.grad is not None]
    flat = torch.cat([p.grad.flatten().float() if _mixed(params) else p.grad.flatten() for p in params])
    dist.all_reduce(flat, group=world)
    flat /= world.size()
    for p, part in zip(params, flat.split([p.numel() for p in params]), strict=True):
        p.grad.copy_(part.view_as(p))


def _mixed(params):
    return len({p.grad.dtype for p in params}) > 1


@misconception(
    "The averaged gradients are returned. They belong into p.grad, where the optimizer looks for them, and nothing is "
    "to be returned.",
    name="returned-as-well",
    violates=("parameters_stay_as_they_are",),
)
def average_gradients(params, world):
    params = list(params)
    _each(params, world, lambda p: _mean(p, world))
    return [p.grad for p in params]

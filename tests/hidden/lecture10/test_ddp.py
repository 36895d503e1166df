"""Checks of lecture10.ddp: the same function as each of several processes, whose collectives are carried here.

No process of a learner's can open a socket. Each is asked what it contributes to its next collective; the result is
computed here, and given to all of them (see grader/sandbox/ranks.py). That gloo itself gives the same is tested in
tests/grader/test_ranks.py, with real processes.
"""

import torch
import torch.nn.functional as F

from grader.checks import (
    assert_close,
    assert_responds,
    check,
    integer,
    library,
    needs,
    normal,
    points,
    type_in_words,
    undisturbed,
)

SHAPES = ((4, 3), (4,), (2, 4), (2,))
MOST = 40  # collectives of one call
_REDUCTIONS = {
    "SUM": lambda parts: parts.sum(0),
    "AVG": lambda parts: parts.sum(0) / len(parts),
    "MAX": lambda parts: parts.amax(0),
    "MIN": lambda parts: parts.amin(0),
    "PRODUCT": lambda parts: parts.prod(0),
}


def numbers(rng, size, dtype=torch.float64, shapes=SHAPES):
    """(weights, [the gradients of each process])."""
    weights = [normal(rng, *shape).to(dtype) for shape in shapes]
    return weights, [[normal(rng, *shape).to(dtype).contiguous() for shape in shapes] for _ in range(size)]


def together(submission, weights, gradients, once=False):
    """Run average_gradients in every process: [value, gradients, weights] of each.

    The weights are those of all processes, or a list of them for each.
    """
    own = weights if isinstance(weights[0], list) else [weights] * len(gradients)
    size, ranks = len(gradients), library(submission, "grader.sandbox.ranks")
    told = [[] for _ in range(size)]
    for _ in range(MOST):
        answers = [
            ranks.average(submission.average_gradients, rank, size, own[rank], gradients[rank], told[rank], once)
            for rank in range(size)
        ]
        for answer in answers:
            check(type(answer) is tuple and len(answer) == 4, "What average_gradients does could not be followed.")
        ended = [answer[0] == "returns" for answer in answers]
        if all(ended):
            return [list(answer[1:]) for answer in answers]
        if any(ended):
            there, gone = ended.index(False), ended.index(True)
            check(
                False,
                f"Process {gone} has returned, and process {there} waits for it in {answers[there][1]}, for ever: all "
                "processes must make the same calls.",
            )
        for result, to in zip(carried(answers), told, strict=True):
            to.append(result)
    check(False, f"After {MOST} collectives average_gradients has come to no end.")
    return None


def carried(answers):
    """What each process gets of a collective to which all of them have come."""
    for rank, (_, kind, how, _) in enumerate(answers):
        check(
            (kind, how) == answers[0][1:3],
            f"Process 0 is in {answers[0][1]} {answers[0][2]}, and process {rank} in {kind} {how}: all must make the "
            "same calls in the same order.",
        )
    tensors = [answer[3] for answer in answers]
    check(
        all(type(mine) is list and all(isinstance(t, torch.Tensor) for t in mine) for mine in tensors),
        "What average_gradients contributes could not be followed.",
    )
    shapes = [[(tuple(t.shape), t.dtype) for t in mine] for mine in tensors]
    for rank, mine in enumerate(shapes):
        check(
            mine == shapes[0],
            f"In {answers[0][1]} process 0 contributes {in_words(shapes[0])}, and process {rank} {in_words(mine)}.",
        )
    kind, how = answers[0][1:3]
    root = int(kind.split()[-1]) if kind.startswith(("reduce", "broadcast")) else 0
    columns = [torch.stack(column) for column in zip(*tensors, strict=True)]  # over the processes
    if kind.startswith(("all_reduce", "reduce")):
        check(how in _REDUCTIONS, f"{kind} is asked for {how}, which gloo does not do.")
        results = [_REDUCTIONS[how](column) for column in columns]
        return [results if rank == root or kind == "all_reduce" else mine for rank, mine in enumerate(tensors)]
    if kind.startswith("broadcast"):
        return [tensors[root]] * len(tensors)
    if kind == "all_gather":
        return [[part for column in columns for part in column]] * len(tensors)
    return [[]] * len(tensors)  # a barrier


def in_words(shapes):
    """``a tensor (3, 2)``."""
    return " and ".join(f"a tensor {shape}" for shape, _ in shapes) or "nothing"


def assert_mean(found, gradients):
    """Demand in every process the mean of the gradients."""
    expected = [torch.stack(column).mean(0) for column in zip(*gradients, strict=True)]
    for rank, (_, mine, _) in enumerate(found):
        check(
            type(mine) is list and len(mine) == len(expected) and all(isinstance(g, torch.Tensor) for g in mine),
            f"Process {rank} has lost gradients: each of its parameters had one.",
        )
        for place, (gradient, right) in enumerate(zip(mine, expected, strict=True)):
            name = f"the gradient of parameter {place} in process {rank}"
            rtol = 1e-9 if right.dtype == torch.float64 else 1e-5
            assert_close(gradient, right, name=name, rtol=rtol, sizes={"processes": len(gradients)})


@points(3)
def test_two_processes(submission, rng):
    """In each of two processes every gradient becomes the mean of both."""
    cases = [numbers(rng, 2) for _ in range(2)]
    answers = [together(submission, weights, gradients) for weights, gradients in cases]
    for found, (_, gradients) in zip(answers, cases, strict=True):
        assert_mean(found, gradients)


def loss(weights, x, y):
    """The mean loss of a small model."""
    W1, b1, W2, b2 = weights
    return F.cross_entropy(F.linear(F.linear(x, W1, b1).tanh(), W2, b2), y)


@points(4)
@needs("test_two_processes")
def test_any_number_of_processes(submission, rng):
    """In three processes, one or four, equal shares of a batch come to the gradient of the whole batch."""
    for size in (3, 1, 4):
        weights, _ = numbers(rng, 1)
        leaves = [weight.clone().requires_grad_() for weight in weights]
        share = integer(rng, 5, 7)
        x, y = normal(rng, size * share, 3), torch.randint(0, 2, (size * share,), generator=rng)
        parts = [loss(leaves, *part) for part in zip(x.split(share), y.split(share), strict=True)]
        gradients = [list(torch.autograd.grad(part, leaves)) for part in parts]
        whole = torch.autograd.grad(loss(leaves, x, y), leaves)
        found = together(submission, weights, gradients)
        assert_mean(found, gradients)
        for place, (gradient, right) in enumerate(zip(found[0][1], whole, strict=True)):
            assert_close(gradient, right, name=f"the gradient of parameter {place}", oracle="the whole batch at once")


@needs("test_two_processes")
def test_parameters_without_a_gradient(submission, rng):
    """A parameter without a gradient, the same one in all processes, stays without one; the others are averaged."""
    together(submission, *numbers(rng, 2))  # with all of them first
    for without in ((0,), (2,), (1, 3)):
        weights, gradients = numbers(rng, 2)
        some = [[None if place in without else g for place, g in enumerate(mine)] for mine in gradients]
        found = together(submission, weights, some)
        for rank, (_, mine, _) in enumerate(found):
            check(type(mine) is list and len(mine) == len(weights), f"Process {rank} has lost gradients.")
            for place in without:
                check(
                    mine[place] is None,
                    f"Parameter {place} had no gradient in any process, and has one now: {type_in_words(mine[place])}.",
                )
        kept = [[value, [g for place, g in enumerate(mine) if place not in without], w] for value, mine, w in found]
        assert_mean(kept, [[g for g in mine if g is not None] for mine in some])


@needs("test_two_processes")
def test_parameters_from_a_generator(submission, rng):
    """params may come from a generator, which can be gone over only once."""
    together(submission, *numbers(rng, 2))  # from a list first
    weights, gradients = numbers(rng, 2)
    assert_mean(together(submission, weights, gradients, once=True), gradients)


@needs("test_two_processes")
def test_dtypes(submission, rng):
    """Each gradient keeps its dtype, float32 and float64 side by side."""
    weights, gradients = numbers(rng, 2)
    dtypes = [torch.float32, torch.float64, torch.float64, torch.float32]
    weights, *gradients = [
        [part.to(dtype) for part, dtype in zip(parts, dtypes, strict=True)] for parts in (weights, *gradients)
    ]
    assert_mean(together(submission, weights, gradients), gradients)


@needs("test_two_processes")
def test_parameters_stay_as_they_are(submission, rng):
    """The parameters stay as they are in each process, nothing is drawn, and nothing is returned."""
    answers = []
    for _ in range(2):
        weights, gradients = numbers(rng, 2)
        own = [[weight + 0.01 * (rank + 1) for weight in weights] for rank in range(2)]  # so that a mean would show
        with undisturbed(submission, rng):
            found = together(submission, own, gradients)
        answers.append(found[0][1])
        for rank, (value, _, after) in enumerate(found):
            check(value is None, f"average_gradients must return None; here is {type_in_words(value)}.")
            check(type(after) is list and len(after) == len(weights), f"Process {rank} has lost parameters.")
            for place, (weight, before) in enumerate(zip(after, own[rank], strict=True)):
                assert_close(weight, before, name=f"parameter {place} of process {rank}", oracle="as it was")
    assert_responds(*answers, name="gradients")

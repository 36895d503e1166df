"""Checks of lecture4.initial_loss: ln V, and an output layer that gives it."""

import math

import torch
import torch.nn.functional as F

from grader.checks import (
    assert_close,
    assert_responds,
    check,
    integer,
    integers,
    keeping,
    library,
    needs,
    new_seed,
    normal,
    points,
    undisturbed,
)


def initialised(submission, W2, b2, requires_grad=False):
    """(what init_output returned, handles to the two tensors after it): tensors that stay where the submission runs."""
    nn, builtins = library(submission, "torch.nn"), library(submission, "builtins")
    layer = nn.ParameterList([W2, b2]).requires_grad_(requires_grad)
    tensors = keeping(keeping(builtins.list, 0), 1)(layer.parameters())
    return submission.init_output(*tensors), tensors


def values(submission, tensors):
    """What is in the two tensors."""
    data = library(submission, "operator").attrgetter("data")
    return tuple(data(tensor) for tensor in tensors)


def random_layer(rng, H, V):
    """W2 (H, V) and b2 (V,), as the lecture draws them."""
    return normal(rng, H, V), normal(rng, V)


def test_expected_initial_loss(submission, rng):
    """The expected loss is ln V, for a vocabulary of any size, as a Python float."""
    sizes = [2, 27, integer(rng, 3, 26), integer(rng, 28, 99), integer(rng, 100, 50_000), 1]
    answers = [submission.expected_initial_loss(V) for V in sizes]
    for V, answer in zip(sizes, answers, strict=True):
        assert_close(answer, math.log(V), name=f"expected_initial_loss({V})", oracle="ln V")


@points(2)
def test_first_loss(submission, rng):
    """After init_output the loss of the first batch is within 0.05 of ln V, though the weights are not all equal."""
    # False alarms: the logits have a standard deviation of 0.14 at most, so that the loss is 0.01 above ln V, with a
    # standard deviation of 0.14/√1000 = 0.0045: 0.05 is 8 of these away.
    for dtype in (torch.float64, torch.float32):
        H, V, N = integer(rng, 100, 200), integer(rng, 20, 60), 1000
        W2, b2 = (tensor.to(dtype) for tensor in random_layer(rng, H, V))
        h, targets = torch.tanh(3 * normal(rng, N, H)).to(dtype), integers(rng, 0, V - 1, N)
        after = values(submission, initialised(submission, W2, b2)[1])
        for tensor, before in zip(after, (W2, b2), strict=True):
            check(
                isinstance(tensor, torch.Tensor) and tensor.shape == before.shape and tensor.dtype == dtype,
                "W2 and b2 must keep their shapes and dtypes.",
            )
        check(
            bool((after[0] != after[0][0, 0]).any()),
            f"All numbers of W2 are {float(after[0][0, 0]):.3g}. The loss is as expected for equal weights, but they "
            "are to be small and random.",
        )
        loss = float(F.cross_entropy(h @ after[0] + after[1], targets))
        at_first = float(F.cross_entropy(h @ W2 + b2, targets))
        kept = [name for name, now, was in zip(("W2", "b2"), after, (W2, b2), strict=True) if torch.equal(now, was)]
        unchanged = f"; {' and '.join(kept)} {'are' if len(kept) > 1 else 'is'} as before" if kept else ""
        check(
            abs(loss - math.log(V)) < 0.05,
            f"The loss of the first batch is {loss:.3f}; it must be {math.log(V):.3f} = ln {V}, to 0.05. (Before "
            f"init_output it was {at_first:.3f}{unchanged}.)",
        )


@points(2)
@needs("test_first_loss")
def test_weights_stay_random(submission, rng):
    """W2 is a hundredth of what it was, number by number, and b2 is all zeros."""
    for H, V in ((1, 2), (integer(rng, 5, 9), 1), (integer(rng, 3, 6), integer(rng, 7, 9))):
        W2, b2 = random_layer(rng, H, V)
        library(submission, "torch").manual_seed(new_seed(rng))  # known wrong answers then draw the same
        after = values(submission, initialised(submission, W2, b2)[1])
        assert_close(after, (W2 / 100, torch.zeros_like(b2)), name=("W2", "b2"), oracle="W2 / 100, and zeros")


@needs("test_weights_stay_random")
def test_nothing_is_drawn(submission, rng):
    """torch's global generator is neither used nor seeded: the numbers are the caller's."""
    with undisturbed(submission, rng):
        pairs = [random_layer(rng, 3, 5) for _ in range(2)]
        after = [values(submission, initialised(submission, *pair)[1])[0] for pair in pairs]
        submission.expected_initial_loss(integer(rng, 2, 99))
    assert_responds(*after, name="W2")


@needs("test_first_loss")
def test_parameters(submission, rng):
    """W2 and b2 may be parameters: they are changed, and stay leaves that require a gradient; and None is returned."""
    W2, b2 = random_layer(rng, integer(rng, 3, 6), integer(rng, 7, 9))
    returned, tensors = initialised(submission, W2, b2, requires_grad=True)
    after = values(submission, tensors)
    ask = library(submission, "operator").attrgetter
    for name, tensor in zip(("W2", "b2"), tensors, strict=True):
        check(
            ask("requires_grad")(tensor) is True and ask("is_leaf")(tensor) is True,
            f"{name} was a leaf that requires a gradient, and is none any more: no optimizer could train it. Change "
            "it under torch.no_grad().",
        )
    check(
        all(isinstance(t, torch.Tensor) and t.shape == b.shape for t, b in zip(after, (W2, b2), strict=True))
        and 0 < float(after[0].abs().max()) < 0.2 * float(W2.abs().max()),
        "W2 must be smaller after init_output, and not zero, where it is a parameter too.",
    )
    check(returned is None, "init_output works in place and returns nothing; yours returns something.")

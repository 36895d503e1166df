"""Checks of lecture6.flatten: groups of neighbours, and axes of length 1."""

import torch

from grader.checks import (
    assert_close,
    assert_raises,
    assert_responds,
    assert_unchanged,
    bonus,
    check,
    integer,
    library,
    needs,
    normal,
    parameters_of,
    points,
    undisturbed,
    vjp,
)


def contiguous(rng, *shape):
    return normal(rng, *shape).contiguous()


def grouped(x, n):
    """What is wanted, put together place by place."""
    groups = [torch.cat([x[:, t + place] for place in range(n)], -1) for t in range(0, x.shape[1], n)]
    return groups[0] if len(groups) == 1 else torch.stack(groups, 1)


def sizes_of(x, n):
    return {"B": x.shape[0], "T": x.shape[1], "C": x.shape[2], "n": n}


@points(2)
def test_groups(submission, rng):
    """Of (B, T, C) comes (B, T // n, n·C): in each row the vectors of n consecutive places, in their order."""
    found = []
    layers = {n: submission.FlattenConsecutive(n) for n in (2, 3, 4)}
    for n, groups, dtype in (
        (2, 5, torch.float32),
        (3, 2, torch.float64),
        (2, 4, torch.float64),
        (4, 3, torch.float64),
    ):
        x = contiguous(rng, integer(rng, 6, 9), n * groups, integer(rng, 5, 7)).to(dtype)
        found.append((layers[n](x), x, n))
    for actual, x, n in found:
        name = f"FlattenConsecutive({n})(x)"
        assert_close(actual, grouped(x, n), name=name, oracle="place by place", sizes=sizes_of(x, n))


@points(2)
@needs("test_groups")
def test_one_group(submission, rng):
    """Where T is n there is one group, and its axis is dropped: of (B, n, C) comes (B, n·C)."""
    found = []
    for n in (2, integer(rng, 3, 5), 1):
        x, layer = contiguous(rng, integer(rng, 6, 9), n, 5), submission.FlattenConsecutive(n)
        layer(contiguous(rng, 6, 3 * n, 5))  # something ordinary first
        found.append((layer(x), x, n))
    for actual, x, n in found:
        name = f"FlattenConsecutive({n})(x)"
        assert_close(actual, grouped(x, n), name=name, oracle="place by place", sizes=sizes_of(x, n))


@needs("test_groups", "test_one_group")
def test_other_axes_stay(submission, rng):
    """No other axis of length 1 is dropped: not that of a batch of one, and not that of one channel."""
    found = []
    cases = ((1, 6, 4, 2), (1, 3, integer(rng, 4, 6), 3), (integer(rng, 5, 6), 4, 1, 1), (5, 1, 1, 1), (1, 1, 4, 1))
    for B, T, C, n in (*cases, (1, 1, 1, 1), (1, 4, 1, 2)):
        x = contiguous(rng, B, T, C)
        found.append((submission.FlattenConsecutive(n)(x), x, n))
    for actual, x, n in found:
        name = f"FlattenConsecutive({n})(x), x {tuple(x.shape)},"
        assert_close(actual, grouped(x, n), name=name, oracle="place by place")


def test_no_multiple_is_refused(submission, rng):
    """Where T is no multiple of n, fewer than n among them, ValueError is raised; and nowhere else."""
    few, others = [(4, 2), (3, 1), (2, 1)], [(2, 5), (3, 8), (3, 7), (2, 4), (3, 6), (2, 8)]
    for cases in (few, others):
        cases[:] = [cases[i] for i in torch.randperm(len(cases), generator=rng).tolist()]
    for n, T in ((2, 6), *few, *others):  # something ordinary first
        layer, shape = submission.FlattenConsecutive(n), (integer(rng, 6, 9), T, 5)
        x = contiguous(rng, *shape)
        if T % n:
            why = f"{T} places cannot be divided into groups of {n}"
            assert_raises(ValueError, layer, x, why=why)
        else:
            assert_responds(layer(x), layer(x + contiguous(rng, *shape)), name="what it returns")


@needs("test_groups")
def test_gradient(submission, rng):
    """Gradients flow back to x, each to the place where its number came from."""
    for n, groups in ((2, 3), (3, 4)):
        B, C = integer(rng, 6, 9), 5
        x, upstream = contiguous(rng, B, n * groups, C), contiguous(rng, B, groups, n * C)
        _, (dx,), _ = vjp(submission.FlattenConsecutive(n), (x,), upstream)
        leaf = x.clone().requires_grad_()
        (expected,) = torch.autograd.grad(grouped(leaf, n), leaf, upstream)
        assert_close(dx, expected, name="dx", sizes=sizes_of(x, n))


@needs("test_groups")
def test_parameters(submission, rng):
    """There is nothing to train: parameters() is empty, before and after a call."""
    n = integer(rng, 2, 4)
    layer, x = submission.FlattenConsecutive(n), contiguous(rng, 5, 2 * n, 3)
    before = parameters_of(submission, layer)
    out = layer(x)
    found = before + parameters_of(submission, layer)
    assert_close(out, grouped(x, n), name=f"FlattenConsecutive({n})(x)", oracle="place by place")
    check(found == [], "parameters() must be an empty list, and it has entries.")


def test_x_stays_as_it_is(submission, rng):
    """x is not modified, its shape included, and no random numbers are used."""
    outs = []
    for _ in range(2):
        with undisturbed(submission, rng):
            outs.append(assert_unchanged(submission.FlattenConsecutive(2), contiguous(rng, 5, 6, 3)))
    assert_responds(*outs, name="what it returns")


@bonus
@needs("test_groups")
def test_any_layout(submission, rng):
    """x may lie in memory in any order: transposed, or every second number of more."""
    found = []
    for n, groups in ((2, 4), (3, 2)):
        B, T, C = integer(rng, 6, 9), n * groups, 5
        layer = submission.FlattenConsecutive(n)
        views = [
            contiguous(rng, T, B, C).transpose(0, 1),
            contiguous(rng, B, C, T).mT,
            normal(rng, B, T, 2 * C)[..., ::2],
        ]
        found += [(layer(x), x, n) for x in views]
    for actual, x, n in found:
        name = f"FlattenConsecutive({n})(x)"
        assert_close(actual, grouped(x, n), name=name, oracle="place by place", sizes=sizes_of(x, n))


@bonus
@needs("test_groups")
def test_no_copy(submission, rng):
    """A contiguous x is not copied: the answer is a view, and begins where x does in memory."""
    builtins, operator = library(submission, "builtins"), library(submission, "operator")
    x = contiguous(rng, integer(rng, 5, 6), 4, 3)
    holder = library(submission, "types").SimpleNamespace(x=x)  # there it stays where it is
    layer = submission.FlattenConsecutive(2)
    assert_close(layer(x), grouped(x, 2), name="FlattenConsecutive(2)(x)", oracle="place by place")
    inputs, answers = (builtins.map(operator.attrgetter("x"), [holder]) for _ in range(2))
    place = operator.methodcaller("data_ptr")
    same = builtins.map(operator.eq, builtins.map(place, builtins.map(layer, answers)), builtins.map(place, inputs))
    check(
        list(iter(same)) == [True],
        "The answer is a copy of x, in memory of its own. The numbers lie in the right order already: .reshape or "
        ".view gives them another shape without moving one.",
    )

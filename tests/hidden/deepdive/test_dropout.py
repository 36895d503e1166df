"""Checks of deepdive.dropout: what a mask may be, how often it drops, and the gradient."""

import torch

from grader.checks import (
    RaisedError,
    assert_close,
    assert_responds,
    assert_unchanged,
    check,
    generator,
    generators,
    integer,
    library,
    needs,
    new_seed,
    normal,
    points,
    type_in_words,
    undisturbed,
    uniform,
)


def draw(submission, x, p, rng):
    """What dropout returns in training, by a generator of its own."""
    return submission.dropout(x, p, True, generators(rng)[0])


def out_of(answer, x):
    """out, whatever else has come with it: the mask is asked for elsewhere."""
    out = answer[0] if isinstance(answer, tuple | list) and answer else answer
    check(
        isinstance(out, torch.Tensor) and out.shape == x.shape and out.is_floating_point(),
        f"out must be a tensor of the shape of x, {tuple(x.shape)}; {type_in_words(out)} came.",
    )
    return out


def pair(answer):
    """The two things that dropout must return."""
    check(
        isinstance(answer, tuple | list) and len(answer) == 2,
        f"dropout must return two tensors, out and mask; {type_in_words(answer)} came.",
    )
    return tuple(answer)


def in_words(answer):
    """The shape and dtype of a tensor, or what else it is."""
    return f"{tuple(answer.shape)} of {answer.dtype}" if isinstance(answer, torch.Tensor) else type_in_words(answer)


def numbers(tensor, x):
    """A mask's numbers in x's dtype: that it must be of it is asked elsewhere."""
    return tensor.to(x.dtype) if isinstance(tensor, torch.Tensor) else tensor


def probability(rng):
    """A p that is not its own complement."""
    return float(uniform(rng, 0.15, 0.4)) if integer(rng, 0, 1) else float(uniform(rng, 0.6, 0.85))


SHAPES = (((40, 9), torch.float64), ((170,), torch.float32), ((2, 3, 5), torch.float64), ((6, 7), torch.float32))


@points(2)
def test_mask(submission, rng):
    """Every entry of the mask is 0 or 1/(1−p), and out is x·mask, in float64 and in float32."""
    cases = [(normal(rng, *shape).to(dtype), probability(rng)) for shape, dtype in SHAPES]
    answers = [pair(draw(submission, x, p, rng)) for x, p in cases]
    for (x, p), (out, mask) in zip(cases, answers, strict=True):
        check(
            isinstance(mask, torch.Tensor) and mask.shape == x.shape and mask.dtype == x.dtype,
            f"mask must be a tensor of x's shape and dtype, {in_words(x)}; {in_words(mask)} came.",
        )
        # None of 360 or 170 is kept with a probability of 0.85**170 = 1e-12; of a small tensor all may be dropped.
        check(bool(mask.any()) or x.numel() < 100, f"With p = {p:.2f} all {x.numel()} entries are dropped.")
        factor = torch.tensor(1 / (1 - p), dtype=torch.float64)
        expected = torch.where(mask != 0, factor, 0.0).to(x.dtype)
        rtol = 1e-9 if x.dtype == torch.float64 else 1e-5
        assert_close(mask, expected, name="mask", rtol=rtol, sizes={"p": p, "1 − p": 1 - p}, oracle="0 or 1/(1 − p)")
        assert_close(out, x * mask, name="out", rtol=rtol, oracle="x times your mask")


@needs("test_mask")
def test_the_generator_decides(submission, rng):
    """The generator alone decides: its state leads to the same mask again, another state to another, also in a row."""
    x, p, seeds = normal(rng, 8, 9), probability(rng), [new_seed(rng) for _ in range(2)]
    with undisturbed(submission, rng):
        outs = [
            out_of(submission.dropout(x, p, True, generator((seed + k) % 2**31)), x)
            for seed in (*seeds, seeds[0])
            for k in range(2)
        ]
        there, repeat = library(submission, "builtins"), library(submission, "itertools").repeat
        arguments = [x.clone() for _ in range(3)], repeat(p), repeat(True), repeat(generators(rng)[0], 3)
        in_a_row = [out_of(answer, x) for answer in there.list(there.map(submission.dropout, *arguments))]
    assert_responds(outs[0], outs[2], name="out for another state")
    again = "out, drawn again by generators in the same states"
    for first, second in zip(outs[:2], outs[4:], strict=True):
        assert_close(second, first, name=again, oracle="before")
    check(
        not torch.equal(in_a_row[0], in_a_row[1]) and not torch.equal(in_a_row[1], in_a_row[2]),
        "Calls in a row, with one generator, drop the same entries. The generator must advance.",
    )


def dropped(submission, rng, p, *shape):
    """Which entries of a large input are dropped, 1 or 0, by out alone."""
    x = uniform(rng, 1.0, 2.0, *shape)
    return (out_of(draw(submission, x, p, rng), x) == 0).double()


@needs("test_the_generator_decides")
def test_each_entry_by_itself(submission, rng):
    """Each entry is dropped or kept by itself, whatever its neighbours and the rest of its row and column."""
    # False alarms: the correlation of n pairs of independent entries has a standard deviation of 1/√n; 7 of these, at
    # two places, 5e-12. How many of 100 are dropped is equal in twelve tensors with a probability below 1e-11.
    p = float(uniform(rng, 0.3, 0.45))
    gone = dropped(submission, rng, p, 150, 200)
    counts = [int(dropped(submission, rng, p, 10, 10).sum()) for _ in range(12)]
    share = float(gone.mean())
    check(0.01 < share < 0.99, f"With p = {p:.2f}, {share:.0%} of 30,000 entries are dropped.")
    gone = (gone - share) / (share * (1 - share)) ** 0.5
    for where, one, other in (("row", gone[:, :-1], gone[:, 1:]), ("column", gone[:-1], gone[1:])):
        correlation = float((one * other).mean())
        check(
            abs(correlation) < 7 / one.numel() ** 0.5,
            f"Whether an entry is dropped depends on its neighbour in the {where}: the correlation is "
            f"{correlation:.2f}, and must be 0.",
        )
    check(
        len(set(counts)) > 1,
        f"In each of twelve tensors of 100 entries exactly {counts[0]} are dropped. Each entry is drawn by itself, so "
        "that their number varies.",
    )


@points(2)
@needs("test_each_entry_by_itself")
def test_share(submission, rng):
    """p is the share of entries that are dropped, for a small p and for a large one."""
    # False alarms: the share of N entries has a standard deviation of √(p(1 − p)/N); 7 of these, 5e-12 for both.
    cases = [float(uniform(rng, 0.1, 0.3)), float(uniform(rng, 0.7, 0.9))]
    drops = [dropped(submission, rng, p, 150, 200) for p in cases]
    for p, gone in zip(cases, drops, strict=True):
        share, bound = float(gone.mean()), 7 * (p * (1 - p) / gone.numel()) ** 0.5
        check(
            abs(share - p) < bound,
            f"With p = {p:.3f}, {share:.1%} of {gone.numel():,} entries are dropped; {p:.1%} ± {bound:.1%} are wanted.",
        )


def test_evaluation(submission, rng):
    """In evaluation out is x and the mask all ones."""
    cases = [(normal(rng, 3, 4), probability(rng)), (normal(rng, 5).float(), probability(rng))]
    draw(submission, *cases[0], rng)  # what training does is compared elsewhere
    answers = [pair(submission.dropout(x, p, False, generators(rng)[0])) for x, p in cases]
    for (x, _), (out, mask) in zip(cases, answers, strict=True):
        expected = (x, torch.ones_like(x))
        assert_close((out, numbers(mask, x)), expected, name=("out", "mask"), oracle="x, and ones")


def test_nothing_and_everything(submission, rng):
    """At p = 0 nothing is dropped, and at p = 1 everything: out is all zeros, without a NaN."""
    x = normal(rng, 7, 5)
    draw(submission, x, probability(rng), rng)  # what lies between is compared elsewhere
    answers = [pair(draw(submission, x, p, rng)) for p in (0.0, 1.0, 1)]
    expected = [(x, torch.ones_like(x)), *[(torch.zeros_like(x), torch.zeros_like(x))] * 2]
    for p, (out, mask), right in zip((0, 1, 1), answers, expected, strict=True):
        names = tuple(f"{name} at p = {p}" for name in ("out", "mask"))
        assert_close((out, numbers(mask, x)), right, name=names, oracle="by hand")


def test_backward(submission, rng):
    """dropout_backward returns dout·mask, for the mask that it is given."""
    cases = []
    for shape, dtype in (((4, 9), torch.float64), ((17,), torch.float32), ((2, 3, 5), torch.float64)):
        p, dout = probability(rng), normal(rng, *shape)
        mask = (uniform(rng, 0.0, 1.0, *shape) >= p).double() / (1 - p)
        mask.view(-1)[:2] = torch.tensor([0.0, 1 / (1 - p)])  # both are there
        cases.append((dout.to(dtype), mask.to(dtype)))
    dout, mask = cases[0]
    cases.append((dout, torch.ones_like(mask)))
    cases.append((dout.mT, mask.mT))  # which lies as it does there: no view makes one axis of it
    answers = [submission.dropout_backward(*case) for case in cases]
    for (dout, mask), answer in zip(cases, answers, strict=True):
        assert_close(answer, dout * mask, name="dx", oracle="dout times mask")


def test_no_probability(submission, rng):
    """A p below 0 or above 1 raises ValueError, in training and in evaluation, and no other p does."""
    outs, outcomes = [], []
    for kind in torch.randperm(18, generator=rng).tolist():  # three of each of six kinds
        training, where = bool(kind % 2), kind // 2 % 3
        low, high = ((-1.0, -0.01), (0.1, 0.9), (1.01, 2.0))[where]
        p, x = float(uniform(rng, low, high)), normal(rng, 200)
        try:
            answer = submission.dropout(x, p, training, generators(rng)[0])
        except RaisedError as raised:
            outcomes.append((p, training, raised))
        else:
            outcomes.append((p, training, None))
            if where == 1:
                outs.append(out_of(answer, x))
    if len(outs) > 1:
        assert_responds(outs[0], outs[1], name="out")
    for p, training, raised in outcomes:
        when = f"p = {p:.2f} in {'training' if training else 'evaluation'}"
        if 0 <= p <= 1:
            check(raised is None, f"{when} is a probability, and an exception came: {raised}")
        else:
            came = raised and f"{raised.type_name} came"
            check(
                raised is not None and "ValueError" in (raised.type_name, *raised.bases),
                f"{when} must raise ValueError; {came or 'nothing was raised'}.",
            )


def test_arguments_stay_as_they_are(submission, rng):
    """Neither function modifies the tensors that it is given, and dropout_backward draws nothing."""
    for training in (True, False):
        outs = [
            assert_unchanged(submission.dropout, normal(rng, 4, 5), 0.4, training, generators(rng)[0]) for _ in range(2)
        ]
        assert_responds(*outs, name="dropout(x, p, training, generator)")
    pairs = [(normal(rng, 3, 4), normal(rng, 3, 4)) for _ in range(2)]
    with undisturbed(submission, rng):
        gradients = [assert_unchanged(submission.dropout_backward, *tensors) for tensors in pairs]
    assert_responds(*gradients, name="dropout_backward(dout, mask)")

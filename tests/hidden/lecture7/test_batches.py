"""Checks of lecture7.batches: windows of a text and what follows them."""

import hypothesis.strategies as st
import torch
from hypothesis import given

from grader.checks import (
    assert_equal,
    assert_responds,
    assert_unchanged,
    check,
    generator,
    generators,
    integer,
    library,
    needs,
    new_seed,
    new_state,
    points,
    strategies,
)

DTYPES = (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8)


def oracle(data, block_size, batch_size, generator):
    """What is right, by one look-up with a table of places."""
    starts = torch.randint(0, data.shape[0] - block_size, (batch_size,), generator=generator)
    places = starts[:, None] + torch.arange(block_size + 1)  # (B, T + 1)
    return data[places[:, :-1]], data[places[:, 1:]]


def unpack(answer):
    """(x, y), two tensors; what is wrong with their kind is said here."""
    check(isinstance(answer, tuple | list) and len(answer) == 2, "get_batch must return two things: x and y.")
    for name, tensor in zip("xy", answer, strict=True):
        check(isinstance(tensor, torch.Tensor), f"{name} must be a tensor.")
    return answer


def assert_are_windows(tensor, name, shape, data):
    """Demand the right shape, and tokens of data, so that their places can be looked up."""
    check(
        tensor.shape == shape,
        f"{name} has shape {tuple(tensor.shape)}; (batch_size, block_size) = {shape} is wanted.",
    )
    check(bool(torch.isin(tensor, data).all()), f"{name} must hold tokens of data.")


def x_of(answer, shape, data):
    """x, whose windows can be looked up, whatever y is."""
    x, _ = unpack(answer)
    assert_are_windows(x, "x", shape, data)
    return x


LONG = 40_000  # so long a text that a window at its very end is none of the few that are drawn


def distinct(rng, N):
    """A text that has each of its tokens once; and a function that says where tokens of it stand."""
    first = 100_000 * integer(rng, 1, 9_999)  # no token of another run is one of this
    data = first + torch.randperm(N, generator=rng)
    places = torch.argsort(data)
    return data, lambda tokens: places[tokens.long() - first]


def test_y_is_x_one_token_later(submission, rng):
    """y[b, t] is the token that follows x[b, t] in the text."""
    block_size, batch_size = integer(rng, 3, 8), integer(rng, 4, 6)
    data, place_of = distinct(rng, LONG)
    x, y = unpack(submission.get_batch(data, block_size, batch_size, generators(rng)[0]))
    for name, tensor in (("x", x), ("y", y)):
        assert_are_windows(tensor, name, (batch_size, block_size), data)
    at_x, at_y = place_of(x), place_of(y)
    check(bool((at_y == at_x + 1).all()), "y[b, t] must be the token that follows x[b, t] in the text.")


@points(2)
def test_every_start_is_as_likely(submission, rng):
    """Every start is as likely as any other, the last that leaves room for a target as well; none lies beyond."""
    starts, rows = 8, 8_000
    block_size = 1 + 2 * integer(rng, 1, 2)  # it has no factor in common with starts
    long, _ = distinct(rng, LONG)
    x_of(submission.get_batch(long, block_size, 2, generators(rng)[0]), (2, block_size), long)  # far from any end
    data, place_of = distinct(rng, starts + block_size)
    x = x_of(submission.get_batch(data, block_size, rows, generators(rng)[0]), (rows, block_size), data)
    drawn = torch.bincount(place_of(x[:, 0]), minlength=len(data))
    last = starts - 1
    check(
        not bool(drawn[starts:].any()),
        f"Some window starts at {int(drawn.nonzero().max())}. With block_size = {block_size} and {len(data)} tokens "
        f"{last} is the last that leaves room for a target.",
    )
    # Each count is binomial, of mean 1,000 and standard deviation 29.6. Beyond 7.5 of them lies one of eight counts in
    # 10^-12 of all runs.
    counts = drawn[:starts]
    worst = int((counts - rows / starts).abs().argmax())
    note = ", the last that leaves room for a target" if worst == last else ""
    check(
        abs(int(counts[worst]) - rows / starts) < 7.5 * (rows / starts * (1 - 1 / starts)) ** 0.5,
        f"Of {rows:,} windows {int(counts[worst]):,} start at {worst}{note}; about {rows // starts:,} should.",
    )


def test_the_generator_decides(submission, rng):
    """Two generators in one state give the same batch, whatever torch's global one is at; others give others."""
    data, _ = distinct(rng, LONG)
    seed = new_seed(rng)
    batches = []
    for source in (used(seed), used(seed), used(new_seed(rng))):
        library(submission, "torch").set_rng_state(new_state(rng))
        batches.append(x_of(submission.get_batch(data, 4, 6, source), (6, 4), data))
    first, same, other = batches
    check(
        torch.equal(first, same),
        "Two generators in one state give two batches. Draw the starts with the generator that is passed in: "
        "torch.randint(len(data) - block_size, (batch_size,), generator=generator).",
    )
    check(not torch.equal(first, other), "The batch is the same whatever the generator is: draw the starts with it.")


def used(seed):
    """A generator from which something has been drawn: it is not where its seed has put it."""
    source = generator(seed)
    torch.rand(3, generator=source)
    return source


def test_dtype_of_data(submission, rng):
    """x and y have the dtype of data, bytes and other integers too."""
    for dtype in DTYPES:
        data = (integer(rng, 0, 99) + torch.randint(0, 20, (LONG,), generator=rng)).to(dtype)
        answers = [unpack(submission.get_batch(text, 7, 5, generators(rng)[0])) for text in (data, data.flip(0))]
        for name, tensor in zip("xy", answers[0], strict=True):
            check(tensor.dtype == dtype, f"{name} is of {tensor.dtype}, and data of {dtype}: cut it out of data.")
            check(bool(torch.isin(tensor, data).all()), f"{name} must hold tokens of data.")
        assert_responds(*(x for x, _ in answers), name="x")


def test_data_stay_as_they_are(submission, rng):
    """The windows are cut without modifying data, torch's default dtype, or its global random generator."""
    data, _ = distinct(rng, LONG)
    torch_there = library(submission, "torch")
    state = new_state(rng)
    torch_there.set_rng_state(state)
    answers = [assert_unchanged(submission.get_batch, text, 4, 3, generators(rng)[0]) for text in (data, data + LONG)]
    assert_responds(*(unpack(answer)[0] for answer in answers), name="x")
    check(torch_there.zeros(1).dtype == torch.float32, "get_batch changes torch's default dtype.")
    check(
        torch.equal(torch_there.get_rng_state(), state),
        "get_batch draws from torch's global generator, or seeds it. The generator that is passed in is the only one.",
    )


@st.composite
def texts(draw):
    """(data, block_size, batch_size, seed), from a text of two tokens upwards; some are every second of more."""
    block_size, batch_size = draw(strategies.sizes(1, 5)), draw(strategies.sizes(1, 4))
    N = block_size + draw(strategies.sizes(1, 6))
    step = draw(st.integers(1, 2))
    data = draw(strategies.integers_tensor((step * N,), 0, 50))[::step]
    return data, block_size, batch_size, draw(st.integers(0, 2**31))


@points(2)
@needs("test_y_is_x_one_token_later", "test_every_start_is_as_likely", "test_the_generator_decides")
@given(case=texts())
def test_windows_and_what_follows(submission, case):
    """x holds the windows whose starts torch.randint draws with this generator, in their order, and y what follows."""
    data, block_size, batch_size, seed = case
    answer = submission.get_batch(data, block_size, batch_size, used(seed))
    for name, tensor, right in zip(
        "xy",
        unpack(answer),
        oracle(data, block_size, batch_size, used(seed)),
        strict=True,
    ):
        assert_equal(tensor.long(), right, name=name)

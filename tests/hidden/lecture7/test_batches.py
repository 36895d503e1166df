"""Checks of lecture7.batches: windows of a text and what follows them."""

import hypothesis.strategies as st
import torch
from hypothesis import given

from grader.checks import (
    assert_equal,
    assert_unchanged,
    check,
    generator,
    generators,
    integer,
    library,
    new_seed,
    new_state,
    points,
    strategies,
)


def oracle(data, block_size, batch_size, generator):
    """What is right, by one look-up with a table of places."""
    starts = torch.randint(0, data.shape[0] - block_size, (batch_size,), generator=generator)
    places = starts[:, None] + torch.arange(block_size + 1)  # (B, T + 1)
    return data[places[:, :-1]], data[places[:, 1:]]


def unpack(answer, batch_size, block_size):
    """(x, y), tensors of the right shape; what is wrong with their kind is said here."""
    check(isinstance(answer, tuple | list) and len(answer) == 2, "get_batch must return two things: x and y.")
    for name, tensor in zip("xy", answer, strict=True):
        check(isinstance(tensor, torch.Tensor), f"{name} must be a tensor.")
        check(
            tensor.shape == (batch_size, block_size),
            f"{name} has shape {tuple(tensor.shape)}; (batch_size, block_size) = {(batch_size, block_size)} is wanted.",
        )
    return answer


@st.composite
def texts(draw):
    """(data, block_size, batch_size, seed), from a text of two tokens upwards, of any dtype of integers."""
    block_size, batch_size = draw(strategies.sizes(1, 5)), draw(strategies.sizes(1, 4))
    N = block_size + draw(strategies.sizes(1, 6))
    dtype = draw(st.sampled_from([torch.int64, torch.int32, torch.uint8]))
    data = draw(strategies.integers_tensor((N,), 0, 50)).to(dtype)
    return data, block_size, batch_size, draw(st.integers(0, 2**31))


@points(2)
@given(case=texts())
def test_windows_and_what_follows(submission, case):
    """x holds the windows whose starts torch.randint draws with this generator, y the same windows one token later."""
    data, block_size, batch_size, seed = case
    theirs, ours = generator(seed), generator(seed)
    answer = submission.get_batch(data, block_size, batch_size, theirs)
    x, y = oracle(data, block_size, batch_size, ours)
    answer = unpack(answer, batch_size, block_size)
    assert_equal(answer[0], x, name="x")
    assert_equal(answer[1], y, name="y")


def test_y_is_x_one_token_later(submission, rng):
    """The rows of x start where the generator says; each row of y is its row of x, one token later in the text."""
    N, block_size, batch_size = integer(rng, 30, 60), integer(rng, 3, 8), integer(rng, 3, 6)
    data = 100 + torch.randperm(N, generator=rng)  # every token once: its place in the text is known
    theirs, ours = generators(rng)
    x, y = unpack(submission.get_batch(data, block_size, batch_size, theirs), batch_size, block_size)
    check(bool(torch.isin(x, data).all()) and bool(torch.isin(y, data).all()), "x and y must hold tokens of data.")
    places = torch.argsort(data)
    at_x, at_y = (places[(tensor - 100).long()] for tensor in (x, y))
    check(bool((at_x[:, 1:] == at_x[:, :-1] + 1).all()), "A row of x must be a run of neighbours in the text.")
    check(bool((at_y == at_x + 1).all()), "y[b, t] must be the token that follows x[b, t] in the text.")
    right = oracle(data, block_size, batch_size, ours)
    assert_equal(x, right[0], name="x")
    assert_equal(y, right[1], name="y")


def test_every_start_and_none_beyond(submission, rng):
    """The last start that leaves room for a target is drawn as well, and no later one."""
    starts, block_size = integer(rng, 2, 5), integer(rng, 2, 5)
    data = 100 + torch.randperm(starts + block_size, generator=rng)
    theirs, ours = generators(rng)
    x, y = unpack(submission.get_batch(data, block_size, 500, theirs), 500, block_size)
    check(bool(torch.isin(x, data).all()) and bool(torch.isin(y, data).all()), "x and y must hold tokens of data.")
    drawn = torch.argsort(data)[(x[:, 0] - 100).long()]
    # With 5 starts one is never drawn in 500 rows with probability 5 · 0.8^500 < 10^-47.
    for start in range(starts):
        last = ", the last that leaves room for a target," if start == starts - 1 else ""
        check(
            bool((drawn == start).any()),
            f"In a text of {len(data)} tokens with block_size = {block_size} the start {start}{last} is never drawn.",
        )
    right = oracle(data, block_size, 500, ours)
    assert_equal(x, right[0], name="x")
    assert_equal(y, right[1], name="y")


def test_every_start_is_as_likely(submission, rng):
    """Every start is as likely as any other."""
    starts, block_size, rows = 8, integer(rng, 2, 4), 8_000
    data = 100 + torch.randperm(starts + block_size, generator=rng)
    theirs, ours = generators(rng)
    x, y = unpack(submission.get_batch(data, block_size, rows, theirs), rows, block_size)
    check(bool(torch.isin(x, data).all()), "x must hold tokens of data.")
    drawn = torch.argsort(data)[(x[:, 0] - 100).long()]
    counts = torch.bincount(drawn, minlength=len(data))[:starts]
    # Each count is binomial, of mean 1,000 and standard deviation 29.6. Beyond 7.5 of them lies one of eight counts in
    # 10^-12 of all runs.
    worst = int((counts - rows / starts).abs().argmax())
    check(
        abs(int(counts[worst]) - rows / starts) < 7.5 * (rows / starts * (1 - 1 / starts)) ** 0.5,
        f"Of {rows:,} windows {int(counts[worst]):,} begin at {worst}; about {rows // starts:,} should.",
    )
    right = oracle(data, block_size, rows, ours)
    assert_equal(x, right[0], name="x")
    assert_equal(y, right[1], name="y")


def test_the_generator_decides(submission, rng):
    """The same generator gives the same batch, whatever torch's global generator is at."""
    data, seed = torch.randint(0, 99, (200,), generator=rng), new_seed(rng)
    expected = oracle(data, 4, 6, generator(seed))
    for _ in range(2):
        state = new_state(rng)
        library(submission, "torch").set_rng_state(state)
        x, y = unpack(submission.get_batch(data, 4, 6, generator(seed)), 6, 4)
        check(
            torch.equal(x, expected[0]),
            "The windows are not those that the generator gives. One call draws their starts: "
            "torch.randint(len(data) - block_size, (batch_size,), generator=generator).",
        )
        assert_equal(x, expected[0], name="x")  # types too
        assert_equal(y, expected[1], name="y")


def test_data_stay_as_they_are(submission, rng):
    """The right windows are cut without modifying data."""
    data, (theirs, ours) = torch.randint(0, 50, (30,), generator=rng), generators(rng)
    x, y = unpack(assert_unchanged(submission.get_batch, data, 4, 3, theirs), 3, 4)
    right = oracle(data, 4, 3, ours)
    assert_equal(x, right[0], name="x")
    assert_equal(y, right[1], name="y")

"""Checks of lecture10.flash: the same numbers as attention's, what is held meanwhile, and which blocks met when."""

import math

import torch
import torch.nn.functional as F

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
    points,
    record_map,
)

ORACLE = "F.scaled_dot_product_attention"


def drawn(rng, *front, T, D, E, scale=1.5):
    """q, k, v: (*front, T, D), (*front, T, D), (*front, T, E)."""
    return normal(rng, *front, T, D, scale=scale), normal(rng, *front, T, D, scale=scale), normal(rng, *front, T, E)


def right(q, k, v, causal):
    """Attention with all of its matrix."""
    return F.scaled_dot_product_attention(q, k, v, is_causal=causal)


def assert_attention(submission, cases, rtol=1e-9):
    """Ask for all of the cases, (q, k, v, block_size, causal), and compare then."""
    answers = [submission.flash_attention(*case) for case in cases]
    for answer, (q, k, v, block_size, causal) in zip(answers, cases, strict=True):
        sizes = {"T": q.shape[-2], "D": q.shape[-1], "E": v.shape[-1], "block_size": block_size}
        assert_close(answer, right(q, k, v, causal), name="out", oracle=ORACLE, sizes=sizes, rtol=rtol)


@points(2)
def test_one_block(submission, rng):
    """With all rows in one block, and nothing hidden, the result is attention's, with any axes in front."""
    qkv = normal(rng, 2, 5, 3, 4, 6).contiguous()  # (B, T, 3, heads, D), as one linear layer gives them
    cases = [
        (*drawn(rng, T=integer(rng, 5, 6), D=3, E=2), 7, False),
        (*drawn(rng, 2, T=4, D=7, E=5), 4, False),
        (*drawn(rng, 2, 3, T=5, D=6, E=4), 9, False),
        (*drawn(rng, T=1, D=2, E=3), 1, False),
        (*qkv.permute(2, 0, 3, 1, 4), 8, False),
    ]
    assert_attention(submission, cases)


@points(3)
@needs("test_one_block")
def test_many_blocks(submission, rng):
    """With many blocks, and nothing hidden, the result is the same."""
    cases = [
        (*drawn(rng, 2, 3, T=12, D=5, E=4), 3, False),
        (*drawn(rng, 2, T=integer(rng, 6, 8), D=3, E=4), 1, False),
    ]
    # the largest score of each row comes first, and last
    for number in (0, 11):
        q, k, v = drawn(rng, 2, T=12, D=3, E=5)
        q, k = q.abs() + 0.5, k.abs() * 0.5
        k[..., number, :] += 2.5
        cases.append((q, k, v, 4, False))
    assert_attention(submission, cases)


@points(2)
@needs("test_many_blocks")
def test_last_block(submission, rng):
    """The last block may have fewer rows than the others: nothing is left out, and nothing is put in their place."""
    cases = [
        (*drawn(rng, 2, 3, T=11, D=5, E=4), 3, False),
        (*drawn(rng, 2, T=10, D=3, E=5), integer(rng, 6, 8), False),
    ]
    assert_attention(submission, cases)


@points(3)
@needs("test_many_blocks")
def test_causal(submission, rng):
    """With causal, which it is unless False is said, row t sees the rows 0 to t and no later one, across the blocks."""
    cases = [
        (*drawn(rng, 2, 3, T=12, D=5, E=4), 4, True),
        (*drawn(rng, 2, T=8, D=3, E=4), 1, True),
        (*drawn(rng, 3, T=integer(rng, 5, 6), D=4, E=3), 7, True),
    ]
    q, k, v = drawn(rng, 2, T=9, D=4, E=3)
    default = submission.flash_attention(q, k, v, 3)
    assert_attention(submission, cases)
    assert_close(default, right(q, k, v, causal=True), name="out, without a word of causal,", oracle=ORACLE)


@points(2)
@needs("test_last_block", "test_causal")
def test_large_scores(submission, rng):
    """Scores of ±10,000 give the right finite numbers, in float64 and in float32, whatever the order they come in."""
    cases = []
    for causal in (False, True):
        for dtype in (torch.float64, torch.float32):
            q, k, v = (part.to(dtype) for part in drawn(rng, 2, T=11, D=4, E=3, scale=0.3))
            q = q + 100.0  # all scores of a row lie near one another, and far from 0
            cases += [(q, k * 0.2 + sign * 50.0, v, 4, causal) for sign in (1.0, -1.0)]
        # rows of one block whose scores lie far apart
        q, k, v = drawn(rng, 2, T=10, D=4, E=3, scale=0.3)
        q = q + torch.linspace(-40.0, 100.0, 10, dtype=torch.float64)[:, None]
        cases.append((q, k * 0.2 + 50.0, v, 4, causal))
    # each key has a far larger score than the one before, so that what is hidden is larger than what is seen
    q, k, v = drawn(rng, 2, T=9, D=4, E=3, scale=0.3)
    k = k * 0.2 + torch.linspace(-50.0, 50.0, 9, dtype=torch.float64)[:, None]
    cases.append((q + 100.0, k, v, 4, True))
    answers = [submission.flash_attention(*case) for case in cases]
    for answer, (q, k, v, _, causal) in zip(answers, cases, strict=True):
        exact = right(q.double(), k.double(), v.double(), causal).to(q.dtype)
        # float32 keeps a score of 10,000 to 0.001, so that a weight is right to a thousandth; the products of q and k
        # are summed in another order, too.
        rtol = 1e-7 if q.dtype == torch.float64 else 2e-2
        assert_close(answer, exact, name="out", oracle=ORACLE, rtol=rtol, sizes={"T": q.shape[-2]})


def traced(submission, q, k, v, block_size, causal):
    """(answer, shape of the largest tensor, [(q's first row, rows, k's first row, rows)]) of one call."""
    tracing = library(submission, "grader.sandbox.tracing")
    told = tracing.traced(submission.flash_attention, ["q", "k"], q, k, v, block_size, causal)
    # k's name comes first: the two of a meeting are in the order of their names.
    answer, largest, meetings = told
    return answer, largest, [(first, rows, k_first, k_rows) for _, k_first, k_rows, _, first, rows in meetings]


@points(3)
@needs("test_many_blocks")
def test_holds_one_block_of_scores(submission, rng):
    """No tensor has more numbers than the largest of q, k, v and a block of scores: no T × T, and no strip of it."""
    B, block_size, D, E = 2, integer(rng, 5, 6), 3, 2
    T = 4 * block_size
    q, k, v = (part.contiguous() for part in drawn(rng, B, T=T, D=D, E=E))
    told = [traced(submission, q, k, v, block_size, causal) for causal in (False, True)]
    most = max(B * T * D, B * block_size**2)
    for (answer, largest, _), causal in zip(told, (False, True), strict=True):
        check(
            math.prod(largest) <= most,
            f"With q of shape {tuple(q.shape)} and blocks of {block_size} rows, a tensor of shape {largest} is made: "
            f"{math.prod(largest):,} numbers, where {most:,} are enough for q, for the result and for a block of "
            f"scores (causal={causal}).",
        )
        if not causal:
            assert_close(answer, right(q, k, v, causal), name="out", oracle=ORACLE)


def scored(meetings, T):
    """How often each query has met each key, and when first, (T, T) each: from 1, and 0 for never."""
    times, when = torch.zeros(T, T), torch.zeros(T, T)
    for number, (first, rows, k_first, k_rows) in enumerate(meetings, start=1):
        block = (slice(first, first + rows), slice(k_first, k_first + k_rows))
        times[block] += 1
        when[block] = torch.where(when[block] == 0, number, when[block])
    return times, when


@points(2)
@needs("test_many_blocks")
def test_no_score_twice(submission, rng):
    """One pass over k and v is enough for each block of q: no query meets a key a second time."""
    block_size = integer(rng, 3, 6)
    T = 4 * block_size
    q, k, v = (part.contiguous() for part in drawn(rng, 1, T=T, D=3, E=4))
    answer, _, meetings = traced(submission, q, k, v, block_size, causal=False)
    times, when = scored(meetings, T)
    record_map("when each score was computed", when)
    check(
        float(times.max()) <= 1,
        f"Some scores are computed {int(times.max())} times: k is gone over more than once for a block of q. Keep the "
        "maximum, the sum and the weighted values while you go.",
    )
    assert_close(answer, right(q, k, v, causal=False), name="out", oracle=ORACLE)


@bonus
@needs("test_causal", "test_holds_one_block_of_scores")
def test_hidden_blocks_are_not_computed(submission, rng):
    """With causal, blocks of which every score is hidden are not computed at all: half of the work is saved."""
    block_size = integer(rng, 3, 6)
    T = 4 * block_size
    q, k, v = (part.contiguous() for part in drawn(rng, 1, T=T, D=3, E=4))
    answer, _, meetings = traced(submission, q, k, v, block_size, causal=True)
    times, when = scored(meetings, T)
    record_map("when each score was computed, causal", when)
    check(bool((times.diagonal() > 0).all()), "Which rows of q met which of k could not be followed.")
    blocks = torch.arange(T) // block_size
    useless = int((times * (blocks > blocks[:, None])).sum())
    check(
        useless == 0,
        f"{useless} scores are computed in blocks that lie wholly above the diagonal. For the block of q that begins "
        "at row i, the blocks of k up to there are enough.",
    )
    assert_close(answer, right(q, k, v, causal=True), name="out", oracle=ORACLE)


def test_other_sizes_are_refused(submission, rng):
    """block_size less than 1 raises ValueError, and no other does."""
    answers = [submission.flash_attention(*drawn(rng, T=3, D=2, E=4), 3, False) for _ in range(2)]
    assert_responds(*answers, name="out")
    for _ in range(12):
        q, k, v = drawn(rng, T=3, D=2, E=4)
        block_size = integer(rng, -2, 3)
        if block_size < 1:
            why = "a block has at least one row"
            assert_raises(ValueError, submission.flash_attention, q, k, v, block_size, why=why)
        else:
            submission.flash_attention(q, k, v, block_size)


@needs("test_one_block")
def test_arguments_stay_as_they_are(submission, rng):
    """q, k and v stay as they are, and each call is computed anew, in the dtype of q, k and v, float32 too."""
    for dtype in (torch.float64, torch.float32):
        (q, k, v), (_, other_k, other_v) = ([part.to(dtype) for part in drawn(rng, 2, T=7, D=4, E=3)] for _ in "12")
        calls = [(q, k, v), (q, other_k, v), (q, k, other_v), (q, k, v)]
        answers = [assert_unchanged(submission.flash_attention, *call, 9, False) for call in calls]
        for answer, call in zip(answers, calls, strict=True):
            rtol = 1e-9 if dtype == torch.float64 else 1e-4
            assert_close(answer, right(*call, causal=False), name="out", oracle=ORACLE, rtol=rtol)

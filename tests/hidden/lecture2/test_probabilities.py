"""Checks of lecture2.probabilities: rows that are distributions, smoothing, and the row that has no distribution."""

import torch

from grader.checks import (
    assert_close,
    assert_raises,
    assert_responds,
    assert_unchanged,
    check,
    integer,
    integers,
    needs,
    points,
    undisturbed,
    uniform,
)


def random_counts(rng, V, dtype=torch.int32, low=1):
    """Counts (V, V) that lie transposed in memory, with zeros in it where low is 0; no row or column is empty."""
    counts = integers(rng, max(low, 1), 30, V, V)
    if low == 0 and V > 2:
        shift = integer(rng, 1, V - 1)
        for i in range(V):
            counts[i, (i + shift) % V] = 0  # one a row, and one a column
    return counts.to(dtype).T.contiguous().T


def normalised(counts, smoothing):
    """What is right, row by row, in float64."""
    rows = [[float(n) + smoothing for n in row] for row in counts.tolist()]
    return torch.tensor([[n / sum(row) for n in row] for row in rows], dtype=torch.float64)


def is_table(P, V):
    """Whether an answer is a table of floats."""
    return isinstance(P, torch.Tensor) and P.shape == (V, V) and P.dtype in {torch.float32, torch.float64}


def assert_tables(asked):
    """Demand the right probabilities of answers that have all been given: (P, counts, smoothing) each."""
    for P, counts, smoothing in asked:
        right = normalised(counts, smoothing)
        if is_table(P, len(counts)):
            right = right.to(P.dtype)
        else:
            right = right.float()
        assert_close(P, right, name="P", rtol=1e-6, oracle="row by row", sizes={"V": len(counts)})


def test_rows_are_distributions(submission, rng):
    """Each row of P sums to 1, and depends on its own row of counts alone."""
    for V in (9, 6):
        counts = random_counts(rng, V, low=0)
        changed, row = counts.clone(), integer(rng, 0, V - 1)
        changed[row, integer(rng, 0, V - 1)] += integer(rng, 20, 40)
        before, after = submission.probabilities(counts), submission.probabilities(changed)
        for P in (after, before):  # a report shows the input of the latest call
            check(
                is_table(P, V),
                f"probabilities must return a tensor of floats, float32 or float64, here of shape {(V, V)}.",
            )
            assert_close(
                P.sum(1),
                torch.ones(V, dtype=P.dtype),
                name="P.sum(1)",
                rtol=1e-5,
                oracle="a distribution",
            )
        others = torch.arange(V) != row
        assert_close(after[others], before[others], name="the other rows of P", rtol=1e-5, oracle="as before")
        assert_responds(after[row].clone(), before[row].clone(), name=f"row {row} of P")


@points(2)
@needs("test_rows_are_distributions")
def test_add_one_smoothing(submission, rng):
    """Without a second argument 1 is added to every count, so that what was never seen is still possible."""
    inputs = [random_counts(rng, V, dtype, low) for V, dtype, low in ((7, torch.int32, 0), (5, torch.int64, 1))]
    empty = random_counts(rng, 6, low=0)
    empty[integer(rng, 0, 5)] = 0
    inputs += [empty, random_counts(rng, 1)]
    assert_tables([(submission.probabilities(counts), counts, 1.0) for counts in inputs])


@points(2)
@needs("test_add_one_smoothing")
def test_any_smoothing(submission, rng):
    """The second argument is added to every count in the place of 1: any number, 0 too, where no row is empty."""
    counts = [random_counts(rng, V, dtype, 0) for V, dtype in ((7, torch.int32), (5, torch.int64))]
    fraction, large = float(uniform(rng, 0.2, 0.8)), float(uniform(rng, 20.2, 20.8))
    cases = [(table, smoothing) for smoothing in (fraction, 0.0, large, integer(rng, 2, 5), 0) for table in counts]
    cases += [cases[0], (torch.zeros_like(counts[0]), fraction)]
    assert_tables([(submission.probabilities(table, smoothing), table, smoothing) for table, smoothing in cases])


def test_a_row_of_nothing(submission, rng):
    """Without smoothing a row of nothing but zeros raises a ValueError; no other table does, and smoothed none does."""
    for case in [1, 2, 3, 0, *(integer(rng, 0, 3) for _ in range(12))]:
        V = integer(rng, 3, 6)
        counts, which = random_counts(rng, V, low=0), integer(rng, 0, V - 1)
        empty_row, empty_column = counts.clone(), counts.clone()
        empty_row[which] = 0
        empty_column[:, which] = 0
        if case == 0:
            assert_raises(
                ValueError,
                submission.probabilities,
                empty_row,
                0.0,
                why=f"row {which} is 0 everywhere, the smoothing 0",
            )
        else:
            table = (counts, empty_column, empty_row)[case - 1]
            P = submission.probabilities(table, 0.0 if case < 3 else float(uniform(rng, 0.2, 0.8)))
            check(
                isinstance(P, torch.Tensor) and P.nan_to_num().unique().numel() > 1,
                "probabilities must return a tensor, whose numbers differ where counts do.",
            )


def test_counts_stay_as_they_are(submission, rng):
    """The counts stay as they are, and torch's global generator, too."""
    with undisturbed(submission, rng):
        answers = [
            assert_unchanged(submission.probabilities, random_counts(rng, 5, torch.int64), smoothing)
            for smoothing in (1.0, float(uniform(rng, 1.2, 2.8)), 2)
        ]
    assert_responds(*answers[:2], name="P")

"""What learners get wrong in lecture2.probabilities."""

import torch

from grader.checks import misconception


def _refuse(counts, smoothing):
    """The ValueError of an empty row."""
    if smoothing == 0 and (counts.sum(1) == 0).any():
        raise ValueError("a row is empty")


def _rows(P):
    return P / P.sum(1, keepdim=True)


def _right(counts, smoothing):
    _refuse(counts, smoothing)
    return _rows(counts + smoothing)


@misconception(
    "The columns sum to 1, not the rows. What follows character i is row i: sum over axis 1, with keepdim=True.",
    name="columns",
    violates=("rows_are_distributions",),
)
def probabilities(counts, smoothing=1.0):
    _refuse(counts, smoothing)
    P = counts + smoothing
    return P / P.sum(0, keepdim=True)


@misconception(
    "Without keepdim=True the sums have the shape (V,), which is broadcast as a row: column j is divided by the sum of "
    "row j. P.sum(1, keepdim=True) is (V, 1), and divides row i by its own sum.",
    name="keepdim-lost",
    violates=("rows_are_distributions",),
)
def probabilities(counts, smoothing=1.0):
    _refuse(counts, smoothing)
    P = counts + smoothing
    return P / P.sum(1)


@misconception(
    "The whole table sums to 1: these are the odds of pairs. What follows one character is a distribution of its own: "
    "divide each row by its own sum.",
    name="whole-table",
    violates=("rows_are_distributions",),
)
def probabilities(counts, smoothing=1.0):
    _refuse(counts, smoothing)
    P = counts + smoothing
    return P / P.sum()


@misconception(
    "These are the smoothed counts. Divide each row by its sum.",
    name="not-divided",
    violates=("rows_are_distributions",),
)
def probabilities(counts, smoothing=1.0):
    _refuse(counts, smoothing)
    return (counts + smoothing).float()


@misconception(
    "The smoothing is added after the division, and the rows sum to more than 1. Add it to the counts, then divide.",
    name="smoothed-after",
    violates=("rows_are_distributions",),
)
def probabilities(counts, smoothing=1.0):
    _refuse(counts, smoothing)
    return counts / counts.sum(1, keepdim=True) + smoothing


@misconception(
    "The smoothing is added after a first division, so that it outweighs all counts. Add it to the counts, then divide "
    "once.",
    name="smoothed-between",
    violates=("add_one_smoothing",),
)
def probabilities(counts, smoothing=1.0):
    _refuse(counts, smoothing)
    return _rows(counts / counts.sum(1, keepdim=True).clamp(min=1) + smoothing)


@misconception(
    "The counts above are smoothed, the sums below are not. Sum the row after the smoothing is added.",
    name="sums-not-smoothed",
    violates=("rows_are_distributions",),
)
def probabilities(counts, smoothing=1.0):
    _refuse(counts, smoothing)
    return (counts + smoothing) / counts.sum(1, keepdim=True)


@misconception(
    "The smoothing is added to a row's sum once. Each of its V counts has it, so the sum grows by V times as much: sum "
    "after adding.",
    name="sum-smoothed-once",
    violates=("rows_are_distributions",),
)
def probabilities(counts, smoothing=1.0):
    _refuse(counts, smoothing)
    return (counts + smoothing) / (counts.sum(1, keepdim=True) + smoothing)


@misconception(
    "Only the sums are smoothed, and pairs that were never seen still have the probability 0. Add the smoothing to the "
    "counts.",
    name="only-sums-smoothed",
    violates=("rows_are_distributions",),
)
def probabilities(counts, smoothing=1.0):
    _refuse(counts, smoothing)
    return counts / (counts + smoothing).sum(1, keepdim=True)


@misconception(
    "The smoothing is not added at all. Every count gets it: (counts + smoothing).",
    name="no-smoothing",
    violates=("add_one_smoothing",),
)
def probabilities(counts, smoothing=1.0):
    _refuse(counts, smoothing)
    return _rows(counts.float())


@misconception(
    "The smoothing is multiplied by the counts, and cancels when a row is divided by its sum: a count of 0 stays 0. It "
    "is added: counts + smoothing.",
    name="smoothing-multiplied",
    violates=("add_one_smoothing", "a_row_of_nothing"),
)
def probabilities(counts, smoothing=1.0):
    P = counts * smoothing
    if (P.sum(1) == 0).any():
        raise ValueError("a row is empty")
    return _rows(P)


@misconception(
    "1 is added, whatever smoothing is passed in. Add the argument.",
    name="always-one",
    violates=("any_smoothing",),
)
def probabilities(counts, smoothing=1.0):
    _refuse(counts, smoothing)
    return _rows((counts + 1).float())


@misconception(
    "The smoothing is cut to a whole number. Add it as it is: an integer tensor plus a float gives floats.",
    name="smoothing-cut",
    violates=("any_smoothing",),
)
def probabilities(counts, smoothing=1.0):
    _refuse(counts, smoothing)
    return _rows(counts + int(smoothing))


@misconception(
    "Only counts of 0 are smoothed. Every count gets the same, or pairs seen once are as likely as those never seen.",
    name="only-zeros",
    violates=("add_one_smoothing",),
)
def probabilities(counts, smoothing=1.0):
    _refuse(counts, smoothing)
    return _rows(torch.where(counts == 0, smoothing, counts.float()))


@misconception(
    "The smoothing is added twice. Add it to the counts once.",
    name="smoothed-twice",
    violates=("add_one_smoothing",),
)
def probabilities(counts, smoothing=1.0):
    _refuse(counts, smoothing)
    return _rows(counts + smoothing + smoothing)


@misconception(
    "This is the softmax of the counts, which takes them for logarithms of counts. Divide each row by its sum.",
    name="softmax",
    violates=("add_one_smoothing",),
)
def probabilities(counts, smoothing=1.0):
    _refuse(counts, smoothing)
    return torch.softmax((counts + smoothing).float(), dim=1)


@misconception(
    "These are the logarithms of the probabilities. Return the probabilities themselves.",
    name="logarithms",
    violates=("rows_are_distributions",),
)
def probabilities(counts, smoothing=1.0):
    return _right(counts, smoothing).log()


@misconception(
    "The rows are divided by their length, the root of the sum of squares, as F.normalize does. Divide by their sum.",
    name="length-for-sum",
    violates=("rows_are_distributions",),
)
def probabilities(counts, smoothing=1.0):
    _refuse(counts, smoothing)
    return torch.nn.functional.normalize((counts + smoothing).float(), dim=1)


@misconception(
    "Each row is divided by its largest number. Divide by its sum.",
    name="largest-for-sum",
    violates=("rows_are_distributions",),
)
def probabilities(counts, smoothing=1.0):
    _refuse(counts, smoothing)
    P = counts + smoothing
    return P / P.amax(1, keepdim=True)


@misconception(
    "The mean of a row is taken for its sum, so that each row sums to V.",
    name="mean-for-sum",
    violates=("rows_are_distributions",),
)
def probabilities(counts, smoothing=1.0):
    _refuse(counts, smoothing)
    P = (counts + smoothing).float()
    return P / P.mean(1, keepdim=True)


@misconception(
    "Probabilities are cut to whole numbers, 0 or 1: // drops what comes after the point. Divide by /.",
    name="whole-numbers",
)
def probabilities(counts, smoothing=1.0):
    _refuse(counts, smoothing)
    P = counts + smoothing
    return P // P.sum(1, keepdim=True)


@misconception(
    "An empty row gives 0/0 = NaN when nothing is smoothed. Raise a ValueError before that.",
    name="nan-for-an-empty-row",
    violates=("a_row_of_nothing",),
)
def probabilities(counts, smoothing=1.0):
    return _rows((counts + smoothing).float())


@misconception(
    "An empty row becomes a row of zeros when nothing is smoothed, which is no distribution. Raise a ValueError.",
    name="zeros-for-an-empty-row",
    violates=("a_row_of_nothing",),
)
def probabilities(counts, smoothing=1.0):
    return _rows((counts + smoothing).float()).nan_to_num()


@misconception(
    "An empty row becomes uniform when nothing is smoothed, though the counts say nothing of it. Raise a ValueError.",
    name="uniform-for-an-empty-row",
    violates=("a_row_of_nothing",),
)
def probabilities(counts, smoothing=1.0):
    return _rows((counts + smoothing).float()).nan_to_num(1 / len(counts))


@misconception(
    "The ValueError looks at columns. A column may be empty, as that of a character which never follows another; what "
    "cannot be divided is an empty row: counts.sum(1).",
    name="empty-columns-refused",
    violates=("a_row_of_nothing",),
)
def probabilities(counts, smoothing=1.0):
    if smoothing == 0 and (counts.sum(0) == 0).any():
        raise ValueError("a column is empty")
    return _rows((counts + smoothing).float())


@misconception(
    "The ValueError comes for any count of 0. A pair that was never seen has the probability 0 without smoothing; only "
    "a row that is 0 everywhere has no probabilities.",
    name="every-zero-refused",
    violates=("any_smoothing", "a_row_of_nothing"),
)
def probabilities(counts, smoothing=1.0):
    if smoothing == 0 and (counts == 0).any():
        raise ValueError("a count is 0")
    return _rows((counts + smoothing).float())


@misconception(
    "The ValueError comes for an empty row though there is smoothing. With it the row has a sum, and is uniform.",
    name="refused-though-smoothed",
    violates=("add_one_smoothing", "a_row_of_nothing"),
)
def probabilities(counts, smoothing=1.0):
    if (counts.sum(1) == 0).any():
        raise ValueError("a row is empty")
    return _rows((counts + smoothing).float())


@misconception(
    "The smoothing is added to the caller's own counts: += changes them. Make a new tensor: counts + smoothing.",
    name="in-place",
    violates=("counts_stay_as_they_are",),
)
def probabilities(counts, smoothing=1.0):
    P = _right(counts, smoothing)
    counts += int(smoothing)
    return P

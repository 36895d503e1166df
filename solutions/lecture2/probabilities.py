"""From counts to probabilities: each row of the table becomes a distribution over what comes next.

One line does it, and the lecture spends ten minutes on that line: with one argument forgotten it normalises the wrong
way round, without any error. Source: lecture 2, sections 2.2.5 and 2.3.3.
"""

# /// exercise
# title = "from counts to probabilities"
# hints = [
#   """Add the smoothing to every count, then divide each row by its own sum. What shape must the sums have, so that \
#   broadcasting divides row i by the sum of row i?""",
#   """P[i, j] = (counts[i, j] + smoothing) / (sum over k of (counts[i, k] + smoothing)). Sums of shape (V,) are \
#   broadcast as one row, and divide column j by the sum of row j; sums of shape (V, 1) divide row i.""",
#   """P = counts + smoothing; rows = P.sum(1, keepdim=True); if (rows == 0).any(): raise ValueError("…"); return \
#   P / rows. Sums of integers are exact, and dividing makes floats.""",
# ]
# ///

import torch


def probabilities(counts: torch.Tensor, smoothing: float = 1.0) -> torch.Tensor:
    """Return how likely each character follows each other one.

        P[i, j] = (counts[i, j] + smoothing) / (sum over k of (counts[i, k] + smoothing))

    The smoothing is added to every count before anything is divided: pairs that were never seen are then unlikely, and
    not impossible. A larger one makes the rows more even. In a row without any counts, every character is equally
    likely.

    Args:
        counts: (V, V) integers, ``torch.int32`` or ``torch.int64``, 0 or more: row i counts what follows character i.
            V is at least 1. They may be a view of another tensor, a transposed one for instance.
        smoothing: what is added to every count, a float or an int: 0 or more, not always whole.

    Returns:
        P, (V, V), ``torch.float32`` as in the lecture or ``torch.float64``; each row sums to 1. ``counts`` is not
        modified.

    Raises:
        ValueError: the smoothing is 0, and a row of ``counts`` holds nothing but zeros: 0/0 is no probability.

    Example:
        counts = [[0, 3], [1, 1]]                 -> [[0.2, 0.8], [0.5, 0.5]]
        counts = [[0, 3], [1, 1]], smoothing = 0  -> [[0.0, 1.0], [0.5, 0.5]]

    Source: lecture 2, sections 2.2.5 (listing 17) and 2.3.3 (listing 20).
    """
    # solution
    P = counts + smoothing
    rows = P.sum(1, keepdim=True)  # (V, 1): without keepdim it would be broadcast over the columns
    if (rows == 0).any():
        raise ValueError("a row without counts has no probabilities: add some smoothing")
    return P / rows  # (V, V)
    # end solution

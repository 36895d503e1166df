"""All the kinks of a ReLU net of one input, and the straight line between any two of them.

A net of ReLUs is made of straight pieces. Of a net from one number to one number they can all be found, exactly. You
write ``breakpoints`` and ``piecewise``. Source: walking neural nets, part 2, "Piecewise / nonlinear structure".
"""

# /// exercise
# title = "all the kinks of a ReLU net"
# hints = [
#   """A unit of the first layer switches where its z is 0, at one x. One of the second layer does too, but its z is \
#   itself made of pieces: on which stretches of x is it one straight line, and which one?""",
#   """Keep a list of pieces (lo, hi, slope, intercept), slope and intercept vectors, one entry a unit. On a piece a \
#   unit's z is slope·x + intercept, so it switches at x = -intercept / slope, if that lies between lo and hi. Cut \
#   there, set to 0 what is negative in the middle of a part, go through the next layer; at last join equal lines.""",
#   """cuts = sorted({lo, hi, *(-c / m for m, c in zip(slope, intercept) if m != 0 and lo < -c / m < hi)}); on each \
#   part keep = slope * middle + intercept > 0; slope, intercept = slope * keep, intercept * keep; then W @ slope and \
#   W @ intercept + b. For the middle of a piece without an end take a point 1 beyond the end that it has.""",
# ]
# ///

import math
from collections.abc import Iterator
from itertools import pairwise

import torch
from torch import nn

TOLERANCE = 1e-9  # slopes that are closer than this, relative to the steepest, are the same


def piecewise(model: nn.Sequential) -> list[tuple[float, float, float, float]]:
    """Return the straight pieces of a ReLU net from one number to one number, from left to right.

    The model is ``nn.Sequential(nn.Linear(1, h1), nn.ReLU(), nn.Linear(h1, h2), nn.ReLU(), nn.Linear(h2, 1))``. Between
    two neighbouring breakpoints it is one straight line, slope · x + intercept.

    Where a unit switches and the net's line stays what it was, there is no breakpoint, and the piece goes on: a unit of
    the first layer that only dead units listen to, or two switches at one place that cancel each other. Two slopes are
    the same if they differ by no more than 1e-9 of the net's steepest. (The net has no jumps, so the intercepts are the
    same then, too.)

    Args:
        model: the net, float32 or float64. It is not modified. Calculate in float64.

    Returns:
        [(lo, hi, slope, intercept), …], Python floats. The first lo is -inf, the last hi is inf, and each piece begins
        where the one before ends. A net without any kink has one piece.

    Example:
        max(0, x) - 2 max(0, x - 1) -> [(-inf, 0, 0, 0), (0, 1, 1, 0), (1, inf, -1, 2)]

    Source: walking neural nets, part 2, "Piecewise / nonlinear structure"; Montúfar et al. 2014.
    """
    # solution
    ones, zeros = torch.ones(1, dtype=torch.float64), torch.zeros(1, dtype=torch.float64)
    pieces = [(-math.inf, math.inf, ones, zeros)]  # y = x, everywhere
    for layer in model:
        if isinstance(layer, nn.Linear):
            W, b = layer.weight.detach().double(), layer.bias.detach().double()
            pieces = [(lo, hi, W @ slope, W @ intercept + b) for lo, hi, slope, intercept in pieces]
        else:
            pieces = [part for piece in pieces for part in _relu(*piece)]
    lines = [(lo, hi, slope.item(), intercept.item()) for lo, hi, slope, intercept in pieces]
    steepest = max(abs(slope) for _, _, slope, _ in lines)
    joined = lines[:1]
    for lo, hi, slope, intercept in lines[1:]:
        start, _, *line = joined[-1]
        if abs(slope - line[0]) <= TOLERANCE * steepest:
            joined[-1] = (start, hi, *line)  # the same line goes on
        else:
            joined.append((lo, hi, slope, intercept))
    return joined
    # end solution


# solution
Piece = tuple[float, float, torch.Tensor, torch.Tensor]


def _relu(lo: float, hi: float, slope: torch.Tensor, intercept: torch.Tensor) -> Iterator[Piece]:
    """Cut a piece wherever a unit switches, and let through what is above 0 in each part."""
    switches = (-intercept / slope)[slope != 0]
    inside = switches[(switches > lo) & (switches < hi)].tolist()
    cuts = [lo, *sorted(set(inside)), hi]
    for left, right in pairwise(cuts):
        keep = slope * _middle(left, right) + intercept > 0
        yield left, right, slope * keep, intercept * keep


def _middle(lo: float, hi: float) -> float:
    if math.isinf(lo) and math.isinf(hi):
        return 0.0
    if math.isinf(lo):
        return hi - 1.0
    if math.isinf(hi):
        return lo + 1.0
    return (lo + hi) / 2


# end solution


def breakpoints(model: nn.Sequential) -> list[float]:
    """Return every x at which the net's line changes, in rising order: the ends of the pieces, without -inf and inf.

    Args:
        model: as for ``piecewise``. It is not modified.

    Returns:
        A list of Python floats; an empty one for a net that is one straight line.

    Example:
        max(0, x) - 2 max(0, x - 1) -> [0.0, 1.0]
    """
    # solution
    return [lo for lo, _, _, _ in piecewise(model)[1:]]
    # end solution

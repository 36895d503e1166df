"""All the kinks of a ReLU net of one input, and the straight line between any two of them.

A net of ReLUs is made of straight pieces. Of a net from one number to one number they can all be found, exactly. You
write ``breakpoints`` and ``piecewise``. Source: walking neural nets, part 2, "Piecewise / nonlinear structure".
"""

# /// exercise
# title = "all the kinks of a ReLU net"
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
    raise NotImplementedError("walk.regions: piecewise is not written yet")


def breakpoints(model: nn.Sequential) -> list[float]:
    """Return every x at which the net's line changes, in rising order: the ends of the pieces, without -inf and inf.

    Args:
        model: as for ``piecewise``. It is not modified.

    Returns:
        A list of Python floats; an empty one for a net that is one straight line.

    Example:
        max(0, x) - 2 max(0, x - 1) -> [0.0, 1.0]
    """
    raise NotImplementedError("walk.regions: breakpoints is not written yet")

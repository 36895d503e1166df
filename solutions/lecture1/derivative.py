"""Slopes by measuring: nudge an input, and see how the output moves.

You write ``derivative``, for a function of one number, and ``gradient``, for a function of several. Both ask the
function itself and no calculus, which is why they are what every backward pass of this course can be checked with.
Source: lecture 1, section 1.2.
"""

# /// exercise
# title = "slopes by measuring"
# packages = "numpy"
# hints = [
#   """derivative: two calls of f, one a little to the right of x and one as far to its left. By how much does f \
#   rise between these two places, and how far apart are they?""",
#   """(f(x + h) - f(x - h)) / (2 * h). In gradient it is the same for one input after the other: for input i make \
#   two copies of xs, in which only entry i is changed.""",
#   """grads = []; for i in range(len(xs)): up = [float(x) for x in xs]; down = list(up); up[i] += h; down[i] -= h; \
#   grads.append((f(up) - f(down)) / (2 * h)).""",
# ]
# ///

from collections.abc import Callable, Sequence


def derivative(f: Callable[[float], float], x: float, h: float = 1e-6) -> float:
    """Measure the slope of a function of one number, by a central difference.

        df/dx  ≈  (f(x + h) - f(x - h)) / (2 h)

    The lecture looks to the right only, (f(x + h) - f(x)) / h, and its error is proportional to h. Looking as far to
    both sides, the largest part of the error cancels, and what is left is proportional to h²: half of h, a quarter of
    the error.

    Args:
        f: takes a float and returns a float. It is asked at these two places.
        x: where, an int or a float.
        h: how far to go to either side, more than 0. Too large, and the curve bends in between; much smaller than
            1e-6, and the digits that f(x + h) and f(x - h) have in common leave none for their difference.

    Returns:
        The slope, a float.

    Example:
        f(x) = 3x² - 4x + 5: derivative(f, 3.0) -> 14.000000…
        f(x) = x³: derivative(f, 2.0, h=0.5) -> 12.25, which is 3x² + h²

    Source: lecture 1, section 1.2.1.
    """
    # solution
    return (f(x + h) - f(x - h)) / (2 * h)
    # end solution


def gradient(f: Callable[[list[float]], float], xs: Sequence[float], h: float = 1e-6) -> list[float]:
    """Measure the slope of a function of several numbers in the direction of each of them.

    The partial derivative with respect to input i says what the output does when input i alone is nudged, and all the
    others stay where they are. Each is a central difference as in ``derivative``.

    Args:
        f: takes *one* list with as many floats as xs has, and returns a float: call it as ``f([…])``.
        xs: the inputs, a list of ints or floats, at least one. It is not modified, not even for a moment: nudge a
            copy. Where it holds ints, make them floats.
        h: how far to go to either side.

    Returns:
        One slope an input, in the order of xs: a list of floats.

    Example:
        f([a, b, c]) = a·b + c: gradient(f, [2.0, -3.0, 10.0]) -> [-3.0, 2.0, 1.0], up to rounding

    Source: lecture 1, section 1.2.2.
    """
    # solution
    grads = []
    for i in range(len(xs)):
        up = [float(x) for x in xs]
        down = list(up)
        up[i] += h  # one input alone, and in copies: xs stays as it is
        down[i] -= h
        grads.append((f(up) - f(down)) / (2 * h))
    return grads
    # end solution

"""TODO: what this exercise is about, in one line.

TODO: what the learner writes, and why. The two functions below are an example: put your own in their place.
"""

# /// exercise
# title = "one gradient from many processes"
# packages = "torch"
# forbids = ["torch.autograd"]
# why_forbidden = "this exercise is about writing the gradient yourself"
# hints = [
#   "TODO: a nudge, the question to ask oneself",
#   "TODO: the formula",
#   "TODO: the line itself",
# ]
# ///

import torch


def mean_square(x: torch.Tensor, w: torch.Tensor) -> torch.Tensor:
    """Return the weighted mean square of each example.

        out[n] = (1/D) * sum over d of w[d] * x[n, d]**2

    Args:
        x: examples, (N, D), floats; N and D are at least 1.
        w: weights, (D,), of the dtype of x.

    Returns:
        out, (N,), of the dtype of x. No argument is modified.

    Example:
        x = [[1, 2]], w = [1, 3] -> [6.5]

    Source: TODO: lecture and section, or paper.
    """
    # solution
    return (w * x**2).sum(1) / x.shape[1]  # (N, D) -> (N,)
    # end solution


def mean_square_backward(dout: torch.Tensor, x: torch.Tensor, w: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the gradients of a loss with respect to x and w, given its gradient with respect to out.

        dx[n, d] = dout[n] * 2 * w[d] * x[n, d] / D
        dw[d] = sum over n of dout[n] * x[n, d]**2 / D

    Args:
        dout: the gradient of the loss with respect to out, (N,).
        x: as above, (N, D).
        w: as above, (D,).

    Returns:
        ``(dx, dw)``, of the shapes and dtypes of x and w. No argument is modified.

    Example:
        dout = [2], x = [[1, 2]], w = [1, 3] -> ([[2, 12]], [1, 4])

    Source: TODO: lecture and section, or paper.
    """
    # solution
    dterms = dout[:, None] / x.shape[1]  # (N, 1), the gradient of each of the D terms w * x**2
    return dterms * 2 * w * x, (dterms * x**2).sum(0)  # (N, D), (D,)
    # end solution

"""The linear layer, backward: three products whose shapes all but write themselves.

You write the gradients of ``y = x @ W + b``, given the gradient of the loss with respect to y.
Source: lecture 5, section 5.3.4.
"""

# /// exercise
# title = "the linear layer, backward"
# forbids = [
#   "torch.autograd", "torch.func", "Tensor.backward",
#   "torch.nn.functional.cross_entropy", "torch.nn.functional.nll_loss", "torch.nn.CrossEntropyLoss",
# ]
# why_forbidden = "this unit is about writing the gradient yourself"
# hints = [
#   """Every gradient has the shape of what it belongs to. Start with one leading axis, (N, in) and (N, \
#   out), and ask which product of the other two matrices can have the shape of dx, and which that of \
#   dW.""",
#   """y[n, o] is the sum over i of x[n, i] * W[i, o], plus b[o]: so dx[n, i] sums dout * W over o, dW[i, \
#   o] sums x * dout over n, and db[o] sums dout over n.""",
#   """More leading axes are just more rows: rows = x.reshape(-1, x.shape[-1]), and dout likewise; then \
#   dW = rows.T @ dout_rows.""",
# ]
# ///

import torch


def linear_backward(
    dout: torch.Tensor, x: torch.Tensor, W: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return the gradients of the loss with respect to x, W and b, where ``y = x @ W + b``.

    For one row, y[o] = b[o] + sum over i of x[i] * W[i, o]. Any number of leading axes (none, one or more)
    counts the rows; W and b serve every row, so their gradients are sums over all rows, not means. Arguments
    may be views of other tensors, as a transposed one is: ``reshape`` takes any, ``view`` does not.

    Args:
        dout: gradient of the loss with respect to y, (..., out), floats.
        x: input of the layer, (..., in), with the leading axes and dtype of dout.
        W: weights, (in, out).

    Returns:
        ``(dx, dW, db)``, of shapes (..., in), (in, out) and (out,). No argument is modified.

    Example:
        dout = [[1, 0]], x = [[2, 3, 4]], W = [[1, 2], [3, 4], [5, 6]]
        -> dx = [[1, 3, 5]], dW = [[2, 0], [3, 0], [4, 0]], db = [1, 0]

    Source: lecture 5, section 5.3.4 (backpropagation rules for matrix multiplication and bias).
    """
    # solution
    rows = x.reshape(-1, x.shape[-1])  # (M, in): M is the product of the leading axes
    dout_rows = dout.reshape(-1, dout.shape[-1])  # (M, out)
    dx = dout @ W.T  # (..., in)
    dW = rows.T @ dout_rows  # (in, out)
    db = dout_rows.sum(0)  # (out,)
    return dx, dW, db
    # end solution

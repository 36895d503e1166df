"""What goes wrong in lecture5.linear."""

import torch

from grader.checks import misconception


def _right(dout, x, W):
    """The right gradients, of which each misconception below replaces one or two."""
    rows, dout_rows = x.reshape(-1, x.shape[-1]), dout.reshape(-1, dout.shape[-1])
    return dout @ W.T, rows.T @ dout_rows, dout_rows.sum(0)


@misconception("dx = dout @ W.T: the transpose swaps the axes of W, while reshape or view only regroups its numbers.")
def linear_backward(dout, x, W):
    _, dW, db = _right(dout, x, W)
    return dout @ W.reshape(W.shape[1], W.shape[0]), dW, db


@misconception("dW has W's shape (in, out), so it is x.T @ dout: dout.T @ x is its transpose.")
def linear_backward(dout, x, W):
    dx, dW, db = _right(dout, x, W)
    return dx, dW.T, db


@misconception("dW = x.T @ dout: the transpose swaps the axes of x, while reshape or view only regroups its numbers.")
def linear_backward(dout, x, W):
    dx, _, db = _right(dout, x, W)
    return dx, x.reshape(x.shape[-1], -1) @ dout.reshape(-1, dout.shape[-1]), db


@misconception("b is added to every row, so db is the sum of dout over the rows, not its mean: 1/N is in dout already.")
def linear_backward(dout, x, W):
    dx, dW, _ = _right(dout, x, W)
    return dx, dW, dout.reshape(-1, dout.shape[-1]).mean(0)


@misconception("The 1/N of the loss is in dout already: dW sums over the rows, and db too; do not divide by N again.")
def linear_backward(dout, x, W):
    dx, dW, db = _right(dout, x, W)
    N = dout.numel() // dout.shape[-1]
    return dx, dW / N, db / N


@misconception("db has b's shape (out,): sum dout over the rows and keep its last axis, not the other way round.")
def linear_backward(dout, x, W):
    dx, dW, _ = _right(dout, x, W)
    return dx, dW, dout.sum(-1)


@misconception("db has b's shape, (out,): leave out keepdim, which makes it (1, out).")
def linear_backward(dout, x, W):
    dx, dW, db = _right(dout, x, W)
    return dx, dW, db[None]


@misconception("Every leading axis counts rows: db sums dout over all of them, not over the first one alone.")
def linear_backward(dout, x, W):
    dx, dW, db = _right(dout, x, W)
    return dx, dW, dout.sum(0) if dout.ndim > 1 else db


@misconception(
    "One W serves every row: dW also sums over the leading axes. "
    "Flatten them first: x.reshape(-1, x.shape[-1]), and dout likewise."
)
def linear_backward(dout, x, W):
    dx, _, db = _right(dout, x, W)
    return dx, torch.atleast_2d(x).transpose(-1, -2) @ torch.atleast_2d(dout), db


@misconception(
    "dx = dout @ W.T: W says how the outputs depend on x, dout how the loss depends on the outputs. "
    "W alone, summed over its outputs, is right only where dout is all ones."
)
def linear_backward(dout, x, W):
    _, dW, db = _right(dout, x, W)
    return W.sum(1).expand(x.shape).clone(), dW, db


@misconception(
    "dW weighs dout by the input: W[i, o] was multiplied by x[n, i], so dW[i, o] sums x[n, i] * dout[n, o] over n. "
    "Yours sums dout alone."
)
def linear_backward(dout, x, W):
    dx, _, db = _right(dout, x, W)
    return dx, db.expand(W.shape).clone(), db


@misconception(
    "All rows share one W: the products x[n, i] * dout[n, o] are summed over the rows n, which leaves (in, out)."
)
def linear_backward(dout, x, W):
    dx, _, db = _right(dout, x, W)
    return dx, x[..., :, None] * dout[..., None, :], db


@misconception(
    "float() computes in single precision, half of the digits that float64 has: let x and dout keep their dtype.",
    name="float32-inside",
    violates=("layer_of_the_lecture",),
)
def linear_backward(dout, x, W):
    return tuple(gradient.to(x.dtype) for gradient in _right(dout.float(), x.float(), W.float()))


@misconception(
    "dout /= N divides the caller's own dout, which other code still needs, and no 1/N is wanted here at all.",
    name="dout-divided-in-place",
    violates=("matches_autograd", "arguments_are_unchanged"),
)
def linear_backward(dout, x, W):
    dout /= dout.numel() // dout.shape[-1]
    return _right(dout, x, W)


@misconception(
    "Each row of x is centred in place, which changes the caller's own x; the linear layer subtracts no mean.",
    name="x-centred-in-place",
    violates=("matches_autograd", "arguments_are_unchanged"),
)
def linear_backward(dout, x, W):
    x -= x.mean(-1, keepdim=True)
    return _right(dout, x, W)


@misconception("One b serves every row: db sums dout over the rows, and has b's shape, (out,). Yours is dout itself.")
def linear_backward(dout, x, W):
    dx, dW, _ = _right(dout, x, W)
    return dx, dW, dout.reshape(-1, dout.shape[-1]).clone()


@misconception("dx = dout @ W.T: x was multiplied by the weights W, not by their gradient dW.", name="dx-by-dW")
def linear_backward(dout, x, W):
    _, dW, db = _right(dout, x, W)
    return dout @ dW.T, dW, db


@misconception("db sums dout over the rows. b was added, not multiplied by x: dW, in which x is, has no part in it.")
def linear_backward(dout, x, W):
    dx, dW, _ = _right(dout, x, W)
    return dx, dW, dW.sum(0)

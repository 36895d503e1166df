"""What goes wrong in lecture5.tanh_embedding."""

import torch

from grader.checks import misconception


def _table(rows, tokens, vocab):
    """Sum the rows (M, E) of each token (M,) into a table (vocab, E)."""
    return torch.zeros(vocab, rows.shape[-1], dtype=rows.dtype).index_add_(0, tokens, rows)


@misconception("h is the output of tanh already, so the slope is 1 - h**2: tanh of h is one tanh too many.")
def tanh_backward(dh, h):
    return dh * (1 - torch.tanh(h) ** 2)


@misconception("1 - h**2 is only the slope of tanh: the chain rule multiplies it by the gradient that arrives, dh.")
def tanh_backward(dh, h):
    return 1 - h**2


@misconception("The slope of tanh is 1 - h**2: the square is missing from 1 - h.")
def tanh_backward(dh, h):
    return dh * (1 - h)


@misconception("h * (1 - h) is the slope of the sigmoid; that of tanh is 1 - h**2.")
def tanh_backward(dh, h):
    return dh * h * (1 - h)


@misconception("The slope of tanh is 1 minus h**2, not plus: it lies between 0 and 1, and never enlarges a gradient.")
def tanh_backward(dh, h):
    return dh * (1 + h**2)


@misconception("It is h that is squared, not the gradient: h and dh have changed places. It is dh * (1 - h**2).")
def tanh_backward(dh, h):
    return h * (1 - dh**2)


@misconception("tanh has a slope, 1 - h**2, which multiplies the gradient: where h is near 1 or -1 hardly any passes.")
def tanh_backward(dh, h):
    return dh.clone()


@misconception(
    "A token that occurs several times gets the sum of its gradients. "
    "dC[X] = demb and dC[X] += demb both keep only one of them: use index_add_."
)
def embedding_backward(demb, X, vocab):
    dC = torch.zeros(vocab, demb.shape[-1], dtype=demb.dtype)
    dC[X] = demb
    return dC


@misconception("The gradients of a repeated token add up: take their sum, not their mean.")
def embedding_backward(demb, X, vocab):
    tokens = X.reshape(-1)
    dC = _table(demb.reshape(-1, demb.shape[-1]), tokens, vocab)
    return dC / tokens.bincount(minlength=vocab).clamp(min=1)[:, None]


@misconception(
    "The 1/N of the loss is in demb already: sum the gradients of a token, and do not divide by the number "
    "of places in X."
)
def embedding_backward(demb, X, vocab):
    return _table(demb.reshape(-1, demb.shape[-1]), X.reshape(-1), vocab) / X.numel()


@misconception("dC has a row for every token, (vocab, E), also for those that are larger than any in X.")
def embedding_backward(demb, X, vocab):
    return _table(demb.reshape(-1, demb.shape[-1]), X.reshape(-1), int(X.max()) + 1)


@misconception("A token that does not occur has a row of zeros in dC, not none: dC has all vocab rows.")
def embedding_backward(demb, X, vocab):
    seen, places = X.reshape(-1).unique(return_inverse=True)
    return _table(demb.reshape(-1, demb.shape[-1]), places, len(seen))


@misconception("Every place of X has looked a row up: add the gradients of all places, not of the first column alone.")
def embedding_backward(demb, X, vocab):
    first = X.reshape(len(X), -1)[:, 0]
    return _table(demb.reshape(len(X), -1, demb.shape[-1])[:, 0], first, vocab)


@misconception(
    "Every occurrence of a token counts, not only its first: "
    "a loop or a mask that skips tokens it has seen loses gradient."
)
def embedding_backward(demb, X, vocab):
    tokens, rows = X.reshape(-1).flip(0), demb.reshape(-1, demb.shape[-1]).flip(0)
    last = torch.zeros(vocab, dtype=torch.long).scatter_reduce_(
        0, tokens, torch.arange(len(tokens)), "amax", include_self=True
    )
    seen = tokens.unique()
    return _table(rows[last[seen]], seen, vocab)


@misconception(
    "Each place of X adds its own row of demb: flatten with demb.reshape(-1, E), which keeps the rows whole. "
    "reshape(E, -1) mixes them."
)
def embedding_backward(demb, X, vocab):
    return _table(demb.reshape(demb.shape[-1], -1).T, X.reshape(-1), vocab)


@misconception(
    "Each place adds its gradient, demb, to its token's row: counting how often a token occurs is not enough."
)
def embedding_backward(demb, X, vocab):
    return _table(torch.ones_like(demb).reshape(-1, demb.shape[-1]), X.reshape(-1), vocab)


@misconception(
    "view wants numbers that lie one after the other, which those of a transposed tensor do not: write reshape.",
    name="view-for-reshape",
    violates=("views",),
)
def embedding_backward(demb, X, vocab):
    return _table(demb.view(-1, demb.shape[-1]), X.view(-1), vocab)


@misconception(
    "float() sums in single precision, half of the digits that float64 has: let the table have demb's dtype.",
    name="table-in-float32",
    violates=("embedding_of_a_batch",),
)
def embedding_backward(demb, X, vocab):
    return _table(demb.float().reshape(-1, demb.shape[-1]), X.reshape(-1), vocab).to(demb.dtype)


@misconception(
    "square_() squares h itself, which the caller still needs: h**2 is a new tensor.",
    name="h-squared-in-place",
    violates=("tanh_leaves_arguments_unchanged",),
)
def tanh_backward(dh, h):
    return dh * (1 - h.square_())


@misconception(
    "The table has the last token of all, vocab - 1, too: with a row less, torch has nowhere to add its gradients.",
    name="row-too-few",
)
def embedding_backward(demb, X, vocab):
    return _table(demb.reshape(-1, demb.shape[-1]), X.reshape(-1), vocab - 1)

"""What learners get wrong in lecture7.averaging."""

import torch

from grader.checks import misconception


def _tril(x, diagonal=0):
    """A lower triangle of ones, (T, T)."""
    return torch.tril(torch.ones(x.shape[1], x.shape[1], dtype=x.dtype), diagonal)


# average_loop


@misconception(
    "The token itself is left out, and the first has nothing to average: NaN. Rows 0 to t are x[b, : t + 1].",
    name="loop-without-itself",
)
def average_loop(x):
    return torch.stack([x[:, :t].mean(1) for t in range(x.shape[1])], 1)


@misconception(
    "Every token gets the mean of all tokens, later ones too. Average x[b, : t + 1] only.",
    name="loop-over-all",
    violates=("loop", "nothing_later_is_looked_at"),
)
def average_loop(x):
    return x.mean(1, keepdim=True).expand_as(x).clone()


@misconception(
    "This is the running sum. Divide by the number of tokens in it, t + 1.",
    name="loop-sum",
    violates=("loop",),
)
def average_loop(x):
    return x.cumsum(1)


@misconception(
    "The sum is divided by T everywhere. Row t has t + 1 tokens to average.",
    name="loop-divided-by-T",
)
def average_loop(x):
    return x.cumsum(1) / x.shape[1]


@misconception(
    "The average runs over the numbers of the vectors as well as over the tokens. Leave the C numbers apart: x[b, : t "
    "+ 1].mean(0).",
    name="loop-over-channels",
)
def average_loop(x):
    return torch.stack([x[:, : t + 1].mean((1, 2)) for t in range(x.shape[1])], 1)[..., None].expand_as(x).clone()


@misconception(
    "The average runs over the sequences of the batch as well. Each has its own average: x[b, : t + 1].mean(0).",
    name="loop-over-batch",
)
def average_loop(x):
    return torch.stack([x[:, : t + 1].mean((0, 1)) for t in range(x.shape[1])]).expand_as(x).clone()


# average_matmul


@misconception(
    "The columns of wei are divided by their sums. It is the rows that must sum to 1: wei / wei.sum(1, keepdim=True).",
    name="matmul-columns",
)
def average_matmul(x):
    wei = _tril(x)
    return wei / wei.sum(0, keepdim=True) @ x


@misconception(
    "keepdim is missing, so column s of wei is divided by the sum of row s. Divide each row by its own sum: wei / "
    "wei.sum(1, keepdim=True).",
    name="matmul-keepdim",
)
def average_matmul(x):
    wei = _tril(x)
    return wei / wei.sum(1) @ x


@misconception(
    "The rows of wei are not divided by their sums, so this is the running sum. Divide by wei.sum(1, keepdim=True).",
    name="matmul-sum",
)
def average_matmul(x):
    return _tril(x) @ x


@misconception(
    "The triangle is the upper one: each token averages over itself and what comes later. torch.tril keeps the past.",
    name="matmul-upper",
    violates=("matmul", "nothing_later_is_looked_at"),
)
def average_matmul(x):
    wei = _tril(x).T
    return wei / wei.sum(1, keepdim=True) @ x


@misconception(
    "There is no triangle: each token averages over all tokens, later ones too. torch.tril keeps the past.",
    name="matmul-no-triangle",
)
def average_matmul(x):
    wei = torch.ones_like(_tril(x))
    return wei / wei.sum(1, keepdim=True) @ x


@misconception(
    "wei is made in float32, which costs half of the digits of a float64 x. Give it the dtype of x.",
    name="matmul-float32",
    violates=("float64",),
)
def average_matmul(x):
    wei = _tril(x).float()
    return (wei / wei.sum(1, keepdim=True)).to(x.dtype) @ x


# average_softmax


@misconception(
    "The mask comes after the softmax, so the rows no longer sum to 1. Fill the scores with -inf first.",
    name="softmax-then-mask",
)
def average_softmax(x):
    return torch.zeros_like(_tril(x)).softmax(-1) * _tril(x) @ x


@misconception(
    "The softmax runs over the columns. Each row is one token's weights: dim=-1.",
    name="softmax-columns",
)
def average_softmax(x):
    return torch.zeros_like(_tril(x)).masked_fill(_tril(x) == 0, float("-inf")).softmax(0) @ x


@misconception(
    "Later tokens have the score 0, like the others, and exp(0) = 1: they count. Their score must be -inf.",
    name="softmax-no-mask",
    violates=("softmax", "nothing_later_is_looked_at"),
)
def average_softmax(x):
    return torch.zeros_like(_tril(x)).softmax(-1) @ x


@misconception(
    "The softmax is taken of tril itself: later tokens have the score 0, and exp(0) = 1 lets them in. Their score must "
    "be -inf, and that of the others 0.",
    name="softmax-of-tril",
)
def average_softmax(x):
    return _tril(x).softmax(-1) @ x


@misconception(
    "-inf stands where tril is 1, so tokens see only what comes later, and the last sees nothing: NaN. Fill where tril "
    "== 0.",
    name="softmax-mask-inverted",
)
def average_softmax(x):
    return torch.zeros_like(_tril(x)).masked_fill(_tril(x) == 1, float("-inf")).softmax(-1) @ x


@misconception(
    "The diagonal is masked too: no token sees itself, and the first sees nothing. Fill where tril == 0, tril being "
    "torch.tril(torch.ones(T, T)).",
    name="softmax-diagonal",
)
def average_softmax(x):
    return torch.zeros_like(_tril(x)).masked_fill(_tril(x, -1) == 0, float("-inf")).softmax(-1) @ x


@misconception(
    "The averages are written over x, from the last token back, and the caller's x is gone. Write into a new tensor.",
    name="loop-in-place",
    violates=("x_stays_as_it_is",),
)
def average_loop(x):
    for t in reversed(range(x.shape[1])):
        x[:, t] = x[:, : t + 1].mean(1)
    return x

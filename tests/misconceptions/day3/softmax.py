"""What learners get wrong in day3.softmax."""

import numpy as np

from grader.checks import misconception


def _softmax(z, axis=-1):
    """softmax, stable."""
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def _log_softmax(z):
    """Its logarithm, stable."""
    z = z - z.max(axis=-1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=-1, keepdims=True))


def _picked(logits, y):
    """log p at the true classes, (B,)."""
    return _log_softmax(logits)[np.arange(len(y)), y]


# softmax


@misconception(
    "exp overflows for large scores and gives inf/inf. Subtract the maximum of each row first: the result stays the "
    "same.",
    name="no-maximum",
    violates=("softmax_of_large_scores",),
)
def softmax(z):
    e = np.exp(z)
    return e / e.sum(axis=-1, keepdims=True)


@misconception(
    "The maximum of all scores is subtracted, so a row far below it underflows to 0/0. Subtract the maximum of each "
    "row: z.max(axis=-1, keepdims=True).",
    name="maximum-of-the-batch",
    violates=("softmax_of_large_scores",),
)
def softmax(z):
    e = np.exp(z - z.max())
    return e / e.sum(axis=-1, keepdims=True)


@misconception(
    "The softmax runs down the columns here. Each example, one row, has its own distribution: axis=-1.",
    name="softmax-over-batch",
)
def softmax(z):
    return _softmax(z, axis=0)


@misconception(
    "All rows together have sum 1 here. Each row is a distribution of its own: sum over axis=-1 with keepdims=True.",
    name="sum-of-everything",
)
def softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum()


@misconception(
    "Without keepdims the sums lie in a row, and NumPy divides column j by the sum of row j. Keep them as a column: "
    "keepdims=True.",
    name="keepdims-missing",
)
def softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1)


@misconception(
    "The scores are divided by their sum without exp. They may be negative, or have the sum 0; exp makes them "
    "positive first.",
    name="no-exp",
)
def softmax(z):
    return z / z.sum(axis=-1, keepdims=True)


@misconception(
    "The maximum is subtracted from the exps. It belongs inside, before exp: np.exp(z - z.max(axis=-1, "
    "keepdims=True)).",
    name="maximum-after-exp",
)
def softmax(z):
    e = np.exp(z) - z.max()
    return e / e.sum(axis=-1, keepdims=True)


@misconception(
    "-= changes the caller's scores. Make a new array: z = z - z.max(axis=-1, keepdims=True).",
    name="in-place",
    violates=("arguments_stay_as_they_are",),
)
def softmax(z):
    z -= z.max(axis=-1, keepdims=True)
    e = np.exp(z)
    return e / e.sum(axis=-1, keepdims=True)


@misconception(
    "Only the digits of float32 are left. Compute in the dtype of z, float64.",
    name="through-float32",
    violates=("softmax", "softmax_of_shifted_rows"),
)
def softmax(z):
    return _softmax(z.astype(np.float32)).astype(np.float64)


# cross_entropy


@misconception(
    "The maximum of all logits is subtracted, so the exps of a row far below it are all 0, and log 0 is −inf. Subtract "
    "the maximum of each row: logits.max(axis=-1, keepdims=True).",
    name="loss-by-the-maximum-of-the-batch",
    violates=("confident_mistakes",),
)
def cross_entropy(logits, y):
    z = logits - logits.max()
    log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
    return -log_p[np.arange(len(y)), y].mean(), _softmax(logits)


@misconception(
    "A small number inside the logarithm caps the loss of a confident mistake (−ln 1e-12 is 27.6) and shifts every "
    "other. Take log p from the logits: z − log Σ exp z, with the row's maximum subtracted from z.",
    name="epsilon-in-the-log",
    violates=("confident_mistakes",),
)
def cross_entropy(logits, y):
    p = _softmax(logits)
    return -np.log(p[np.arange(len(y)), y] + 1e-12).mean(), p


@misconception(
    "softmax first and log afterwards: a probability that was rounded to 0 has the log −inf. Take log p from the "
    "logits, z − log Σ exp z with the row's maximum subtracted from z.",
    name="log-of-softmax",
    violates=("confident_mistakes",),
)
def cross_entropy(logits, y):
    p = _softmax(logits)
    return -np.log(p[np.arange(len(y)), y]).mean(), p


@misconception(
    "The losses of the examples are added up. The loss is their mean, or it grows with the batch.",
    name="sum-for-mean",
)
def cross_entropy(logits, y):
    return -_picked(logits, y).sum(), _softmax(logits)


@misconception("The sign is missing: log p is negative, and the loss is −log p.", name="no-minus")
def cross_entropy(logits, y):
    return _picked(logits, y).mean(), _softmax(logits)


@misconception(
    "This loss is in bits. The course uses the natural logarithm: np.log, not np.log2.",
    name="base-2",
)
def cross_entropy(logits, y):
    return -_picked(logits, y).mean() / np.log(2), _softmax(logits)


@misconception(
    "log_p[:, y] takes whole columns: every example is charged with the classes of all the others. Pair each row with "
    "its own class: log_p[np.arange(B), y].",
    name="every-column",
)
def cross_entropy(logits, y):
    return -_log_softmax(logits)[:, y].mean(), _softmax(logits)


@misconception(
    "p[:, y] takes whole columns, and their sum charges every example with the classes of all the others. Pair each "
    "row with its own class: log_p[np.arange(B), y].",
    name="every-column-summed",
)
def cross_entropy(logits, y):
    return -_log_softmax(logits)[:, y].sum() / len(y), _softmax(logits)


@misconception(
    "The mean runs over all B·C log-probabilities, whatever the true classes are. Only log p of the true class of "
    "each example counts.",
    name="mean-over-all-classes",
)
def cross_entropy(logits, y):
    return -_log_softmax(logits).mean(), _softmax(logits)


@misconception(
    "The rows of np.eye(y.max() + 1) have no place for classes that do not occur in this batch. The number of classes "
    "is logits.shape[1].",
    name="one-hot-by-the-largest-label",
    violates=("cross_entropy_of_any_batch",),
)
def cross_entropy(logits, y):
    return -(_log_softmax(logits) * np.eye(y.max() + 1)[y]).sum(1).mean(), _softmax(logits)


@misconception(
    "The probability itself is averaged, without its logarithm. The loss is −log p, not −p or 1 − p.",
    name="no-log",
)
def cross_entropy(logits, y):
    p = _softmax(logits)
    return 1 - p[np.arange(len(y)), y].mean(), p


@misconception(
    "The log of the mean probability is not the mean of the log-probabilities. Take the log for each example first, "
    "then the mean.",
    name="log-of-the-mean",
)
def cross_entropy(logits, y):
    p = _softmax(logits)
    return -np.log(p[np.arange(len(y)), y].mean()), p


@misconception(
    "The second answer holds log-probabilities. The probabilities are wanted there: np.exp of these.",
    name="log-probabilities-returned",
)
def cross_entropy(logits, y):
    return -_picked(logits, y).mean(), _log_softmax(logits)

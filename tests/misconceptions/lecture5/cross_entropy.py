"""What learners get wrong in lecture5.cross_entropy."""

import torch

from grader.checks import misconception


def _one_hot(logits, targets):
    """1 at each row's target, 0 elsewhere, in the dtype of the logits."""
    y = torch.zeros_like(logits)
    y[torch.arange(len(targets)), targets] = 1
    return y


@misconception(
    "The loss is a mean over the batch, so its gradient carries 1/N: divide by the number of examples.",
    name="no-mean",
    violates=("matches_autograd",),
)
def cross_entropy_backward(logits, targets):
    return torch.softmax(logits, dim=1) - _one_hot(logits, targets)


@misconception(
    "The mean is over the N examples only: divide by N alone, logits.shape[0], and not by the classes or all entries.",
    name="mean-over-entries",
)
def cross_entropy_backward(logits, targets):
    return (torch.softmax(logits, dim=1) - _one_hot(logits, targets)) / logits.numel()


@misconception(
    "The sign is reversed. A larger logit at the target makes the loss smaller, so the gradient there is "
    "negative, p − 1; elsewhere it is p. Both are divided by N.",
    name="sign",
)
def cross_entropy_backward(logits, targets):
    return (_one_hot(logits, targets) - torch.softmax(logits, dim=1)) / logits.shape[0]


@misconception(
    "The softmax runs over the batch here. Each example has its own distribution over the classes: use dim=1.",
    name="softmax-over-batch",
)
def cross_entropy_backward(logits, targets):
    return (torch.softmax(logits, dim=0) - _one_hot(logits, targets)) / logits.shape[0]


@misconception(
    "dlogits[:, targets] addresses whole columns, so each row loses 1 at every example's target. Pair each row "
    "with its own target: dlogits[torch.arange(N), targets].",
    name="every-column",
)
def cross_entropy_backward(logits, targets):
    dlogits = torch.softmax(logits, dim=1)
    dlogits[:, targets] -= 1
    return dlogits / logits.shape[0]


@misconception(
    "exp overflows for large logits and gives inf/inf. Subtract each row's maximum first, as torch.softmax does.",
    name="unstable-softmax",
    violates=("large_logits",),
)
def cross_entropy_backward(logits, targets):
    counts = logits.exp()
    probs = counts / counts.sum(1, keepdim=True)
    return (probs - _one_hot(logits, targets)) / logits.shape[0]


@misconception(
    "The maximum of the whole batch is subtracted, so rows far below it underflow to 0/0. Subtract the "
    "maximum of each row.",
    name="maximum-of-the-batch",
)
def cross_entropy_backward(logits, targets):
    counts = (logits - logits.max()).exp()
    probs = counts / counts.sum(1, keepdim=True)
    return (probs - _one_hot(logits, targets)) / logits.shape[0]


@misconception(
    "These are the probabilities over N, half of the answer. Subtract 1 at each row's target before you divide by N.",
    name="probabilities",
)
def cross_entropy_backward(logits, targets):
    return torch.softmax(logits, dim=1) / logits.shape[0]


@misconception(
    "The target's own entry is set to 0. It has a gradient too, p − 1: subtract the 1, do not overwrite.",
    name="target-zeroed",
)
def cross_entropy_backward(logits, targets):
    return torch.softmax(logits, dim=1) * (1 - _one_hot(logits, targets)) / logits.shape[0]


@misconception(
    "This is the gradient with respect to log p. Every logit also enters its row's sum in the softmax, which "
    "adds p/N to it: (p − 1)/N at the target, p/N elsewhere.",
    name="stops-at-logprobs",
)
def cross_entropy_backward(logits, targets):
    return -_one_hot(logits, targets) / logits.shape[0]


@misconception(
    "Each row's maximum is subtracted in place, which changes the caller's logits. logits = logits - … makes a new "
    "tensor; logits -= … does not.",
    name="maximum-in-place",
    violates=("arguments_stay_as_they_are",),
)
def cross_entropy_backward(logits, targets):
    logits -= logits.max(1, keepdim=True).values
    return (torch.softmax(logits, dim=1) - _one_hot(logits, targets)) / logits.shape[0]


@misconception(
    "float() computes in single precision, half of the digits that float64 has: let the logits keep their dtype.",
    name="float32-inside",
    violates=("matches_autograd",),
)
def cross_entropy_backward(logits, targets):
    p = torch.softmax(logits.float(), dim=1)
    return ((p - _one_hot(p, targets)) / logits.shape[0]).to(logits.dtype)


@misconception(
    "double() makes the gradient float64 whatever the logits are: a gradient has the dtype of what it belongs to.",
    name="float64-returned",
    violates=("float32",),
)
def cross_entropy_backward(logits, targets):
    p = torch.softmax(logits.double(), dim=1)
    return (p - _one_hot(p, targets)) / logits.shape[0]


@misconception(
    "view(-1) needs logits that lie one row after the other, which those of a transposed tensor do not. "
    "Use softmax(dim=1) and [torch.arange(N), targets], which ask for no layout.",
    name="flat-view",
    violates=("views",),
)
def cross_entropy_backward(logits, targets):
    N, C = logits.shape
    counts = (logits.view(-1) - logits.max(1).values.repeat_interleave(C)).exp().view(N, C)
    probs = counts / counts.sum(1, keepdim=True)
    return (probs - _one_hot(logits, targets)) / N


@misconception(
    "A small number added under the fraction keeps the probabilities from summing to 1. Where exp may overflow, "
    "subtract each row's maximum: then the sum is at least 1, and nothing need be added.",
    name="epsilon-added",
)
def cross_entropy_backward(logits, targets):
    counts = (logits - logits.max(1, keepdim=True).values).exp()
    probs = counts / (counts.sum(1, keepdim=True) + 1e-5)
    return (probs - _one_hot(logits, targets)) / logits.shape[0]


@misconception(
    "−1/p at the target is the gradient with respect to the probabilities. Between them and the logits is the softmax: "
    "with its part it becomes p − 1 at the target, and p elsewhere.",
    name="stops-at-probs",
)
def cross_entropy_backward(logits, targets):
    y = _one_hot(logits, targets)
    return -y / torch.softmax(logits, dim=1) / logits.shape[0]

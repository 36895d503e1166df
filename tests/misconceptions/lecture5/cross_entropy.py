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
)
def cross_entropy_backward(logits, targets):
    return torch.softmax(logits, dim=1) - _one_hot(logits, targets)


@misconception(
    "The mean is over the N examples only, not over the N·C entries of the logits: divide by N alone.",
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
)
def cross_entropy_backward(logits, targets):
    logits -= logits.max(1, keepdim=True).values
    return (torch.softmax(logits, dim=1) - _one_hot(logits, targets)) / logits.shape[0]

"""Cross-entropy, backward: one formula instead of eight atomic steps.

You write the gradient of the mean cross-entropy with respect to the logits. Done on paper, nearly everything
between the logits and the loss cancels, and what is left is a difference. Source: lecture 5, section 5.4,
exercise 2.
"""

# /// exercise
# title = "cross-entropy in one step"
# forbids = [
#   "torch.autograd", "torch.func", "Tensor.backward",
#   "torch.nn.functional.cross_entropy", "torch.nn.functional.nll_loss", "torch.nn.CrossEntropyLoss",
# ]
# why_forbidden = "this unit is about writing the gradient yourself"
# hints = [
#   """Take one example first. Its loss is log(sum over j of exp(logits[j])) - logits[target]: \
#   differentiate both terms with respect to logits[k]. Which one feels every k, and which only k = \
#   target?""",
#   """For one example the gradient is p - y: p is the softmax of its row, y has a 1 at the target and 0 \
#   elsewhere. The loss is the mean over N examples, so what does each of them count?""",
#   """dlogits = torch.softmax(logits, dim=1); then subtract 1 at the N places (i, targets[i]), which \
#   dlogits[torch.arange(N), targets] addresses (a colon for the rows would address N whole columns); \
#   then divide by N.""",
# ]
# ///

import torch


def cross_entropy_backward(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Return the gradient of the mean cross-entropy loss with respect to the logits.

    With p[i] = softmax of logits[i], a distribution over the C classes, the loss is

        loss = -(1/N) * sum over i of log p[i, targets[i]]

    and you return dloss/dlogits, in closed form: no pass through the counts and their sums. Two properties to
    check yourself by: each row of the result sums to zero (what the target is pulled up, the others are
    pushed down), and a row is small where the target's probability is already close to 1.

    The result is finite and right for logits as large as +-10,000, in float32 too: exp of such a number
    overflows, a softmax that first subtracts the maximum of its row does not (``torch.softmax`` does so).

    Args:
        logits: scores before the softmax, (N, C), floats; N is at least 1, C at least 2.
        targets: the index of the true class of each example, (N,), int64 in [0, C).

    Returns:
        dlogits, of the shape and dtype of logits. No argument is modified.

    Example:
        logits = [[0, 0], [0, 0]], targets = [0, 1] -> [[-0.25, 0.25], [0.25, -0.25]]

    Source: lecture 5, section 5.4 (exercise 2).
    """
    # solution
    N = logits.shape[0]
    dlogits = torch.softmax(logits, dim=1)  # (N, C), a new tensor: logits stay as they are
    dlogits[torch.arange(N), targets] -= 1  # one place in each row
    return dlogits / N  # the loss is a mean over the batch
    # end solution

"""Gradient accumulation: one step on a batch that fits into no memory.

GPT-2's batch has half a million tokens. You write the step that sees them in small pieces, one after the other, and
does exactly what it would do with all at once, also where the pieces are not of one size. Source: lecture 10, section
10.6, and the lecture's video.
"""

# /// exercise
# title = "gradient accumulation"
# preload = ["torch._dynamo"]
# hints = [
#   """backward() adds to the gradients that are there: that is all of accumulation. But the loss that you want is a \
#   mean over all tokens, and each piece gives you a mean over its own. When do these average to that of the whole?""",
#   """total = number of all targets; each piece counts by its share: (loss * y.numel() / total).backward(), before \
#   the next piece goes through the model. One zero_grad before the first, one step after the last.""",
#   """total = sum(y.numel() for _, y in micro_batches); for x, y in micro_batches: _, loss = model(x, y); loss = \
#   loss * (y.numel() / total); loss.backward(); accumulated += loss.item().""",
# ]
# ///

import torch

from .model import GPT  # the checks build the model to train of yours


def train_step(
    model: GPT, micro_batches: list[tuple[torch.Tensor, torch.Tensor]], optimizer: torch.optim.Optimizer
) -> float:
    """Take one optimizer step on several micro-batches, as if they were one batch.

    The loss is the mean over all tokens of all micro-batches,

        loss = (1 / N) * sum over micro-batches i of N_i * loss_i          with N_i = y_i.numel(), N = sum of N_i

    where loss_i is the mean that the model returns for micro-batch i. Only where all are of one size is that the plain
    mean of the losses.

    Whatever gradients there are from before are cleared first. Each micro-batch goes through the model by itself, and
    its gradients are added *before* the next one goes through, so that no more than one of them is in memory at a time.
    Then the optimizer takes one step.

    Args:
        model: your GPT, or anything that is called as it is: ``model(x, y)`` gives ``(logits, loss)``, the loss a mean
            over all targets. It is trained in place, in the mode that it is in.
        micro_batches: at least one ``(x, y)``, tokens and the tokens that follow, both (B, T) and int64; B and T may be
            different in each. Not modified.
        optimizer: of the model's parameters. All that changes of it is what its step changes.

    Returns:
        The loss before the step, a Python float.

    Source: lecture 10, section 10.6.
    """
    # solution
    total = sum(y.numel() for _, y in micro_batches)
    accumulated = 0.0
    optimizer.zero_grad()
    for x, y in micro_batches:
        _, loss = model(x, y)
        loss = loss * (y.numel() / total)  # a mean over its own tokens -> its part of the mean over all
        loss.backward()  # adds to the gradients, and lets go of what this micro-batch needed
        accumulated += loss.item()
    optimizer.step()
    return accumulated
    # end solution

"""What to decay, how fast to learn, and how far to go at most: the optimizer of GPT-2 and GPT-3.

You write three functions that every training script of a language model has in some form: they set up AdamW so that
only matrices decay, give each step its learning rate, and keep a step from being too large. Source: lecture 10, section
10.6; the numbers are those of the GPT-3 paper, appendix B.
"""

# /// exercise
# title = "the optimizer and its schedule"
# forbids = [
#   "torch.nn.utils.clip_grad_norm_", "torch.nn.utils.clip_grad_norm", "torch.nn.utils.clip_grads_with_norm_",
#   "torch.nn.utils.get_total_norm", "torch.nn.utils.clip_grad", "torch.optim.lr_scheduler",
# ]
# why_forbidden = "this exercise is about writing the schedule and the clipping yourself"
# ///

import math
from collections.abc import Iterable

import torch
from torch import nn


def configure_optimizers(
    model: nn.Module, weight_decay: float, learning_rate: float, betas: tuple[float, float] = (0.9, 0.95)
) -> torch.optim.AdamW:
    """Make the optimizer: matrices decay, and nothing else does.

    Weight decay pulls each weight towards 0, so that a matrix cannot lean on a few large numbers. Biases and the gains
    of normalisations are no such numbers, and are left alone. What decides is the dimension of the parameter, never
    its name: those with two axes or more decay (matrices, embeddings), those with one do not.

    Args:
        model: what is to be trained. A Parameter that two of its modules share (wte and lm_head) counts once.
        weight_decay: for parameters of two axes or more; 0 for the others.
        learning_rate: for all of them.
        betas: for all of them.

    Returns:
        ``torch.optim.AdamW`` with every parameter of the model in it, once; all else at its default.

    Source: lecture 10, section 10.6.1, listing 95.
    """
    raise NotImplementedError("lecture10.optimizer: configure_optimizers is not written yet")


def cosine_lr(step: int, max_lr: float, min_lr: float, warmup_steps: int, max_steps: int) -> float:
    """Return the learning rate of a step: a straight rise, half a cosine down, and then level.

        step < warmup_steps:                   max_lr * (step + 1) / warmup_steps
        warmup_steps <= step < max_steps:      min_lr + (max_lr - min_lr) * (1 + cos(pi * ratio)) / 2
                                               with ratio = (step - warmup_steps) / (max_steps - warmup_steps)
        max_steps <= step:                     min_lr, for ever after

    So the first step has max_lr / warmup_steps and not 0, the last of the warm-up has max_lr, and so has the first
    behind it. (The GPT-3 paper goes down to a tenth of max_lr.)

    Args:
        step: from 0.
        max_lr: the highest rate.
        min_lr: the rate at the end.
        warmup_steps: at least 0; without a warm-up step 0 has max_lr.
        max_steps: greater than warmup_steps.

    Returns:
        The rate, a Python float.

    Example:
        max_lr = 1, min_lr = 0.2, warmup_steps = 4, max_steps = 10 -> 0.25, 0.5, 0.75, 1 for the steps 0 to 3, 1 for
        step 4, 0.6 for step 7, 0.2 from step 10 on.

    Source: lecture 10, section 10.6; Brown et al., 2020, appendix B.
    """
    raise NotImplementedError("lecture10.optimizer: cosine_lr is not written yet")


def clip_gradients(parameters: Iterable[nn.Parameter], max_norm: float) -> float:
    """Scale all gradients down together, in place, where their common norm is too large.

        norm = sqrt(sum over all parameters, and all numbers g of their gradients, of g**2)

    If norm > max_norm, every gradient is multiplied by max_norm / norm, the same factor for all: the direction of the
    step stays what it was. Otherwise none is touched. (torch adds 1e-6 to the denominator; checks allow for that.)

    Args:
        parameters: parameters whose ``grad`` has been computed; any iterable, and usually a generator, such as
            ``model.parameters()``, which can be gone through only once. Those whose ``grad`` is None are skipped.
        max_norm: the largest norm that is let through, greater than 0.

    Returns:
        The norm *before* clipping, a Python float: what one plots, for it tells of trouble before the loss does. 0.0
        where there is no gradient at all.

    Example:
        gradients [3.] and [4.], max_norm = 1 -> 5.0, and the gradients are [0.6] and [0.8].

    Source: lecture 10, section 10.6; Pascanu et al., 2013.
    """
    raise NotImplementedError("lecture10.optimizer: clip_gradients is not written yet")

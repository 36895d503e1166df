"""HellaSwag: which of four endings does a model find likeliest?

A base model answers no questions, so how is one to be examined? HellaSwag has it choose: a context, four endings, and
one of them is how it went on. The model is asked for the probability of each. You write the score of an ending and the
count of right choices: GPT-2 (124M) gets about 29 of 100 right, where guessing gets 25. Source: lecture 10, section
10.8.2.
"""

# /// exercise
# title = "choosing the likeliest ending"
# ///

from collections.abc import Iterable

import torch
from torch import nn


def score_completions(logits: torch.Tensor, tokens: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Return the mean log-probability of each row's completion.

    A row of ``tokens`` holds a context, then one of the endings, and then padding, up to T:

        tokens   c c c c e e e 0 0
        mask     0 0 0 0 1 1 1 0 0

    The logits in place t predict the token in place t + 1. Over the places t that the mask marks,

        score[i] = mean of log softmax(logits[i, t - 1])[tokens[i, t]]

    The mean, and not the sum, lest a long ending lose for its length. The first token of the ending counts, which the
    last of the context predicts; context and padding do not. The padding's id may occur in an ending as well.

    Args:
        logits: (N, T, V) floats. They may be as large as ±10,000, in float32 too.
        tokens: (N, T) int64 in [0, V).
        mask: (N, T), 1 where a token belongs to the ending and 0 elsewhere, of integers; or True and False. Each row
            marks at least one place, and never the first.

    Returns:
        (N,) scores of the logits' dtype, 0 or less. No argument is modified.

    Example:
        logits of zeros (2, 4, 8), tokens [[1, 2, 3, 0], [1, 2, 3, 4]], mask [[0, 0, 1, 0], [0, 0, 1, 1]]
        every token has the probability 1/8 -> [-2.0794, -2.0794]

    Source: lecture 10, section 10.8.2; Zellers et al. 2019.
    """
    raise NotImplementedError("lecture10.hellaswag: score_completions is not written yet")


def evaluate(examples: Iterable[tuple[torch.Tensor, torch.Tensor, int]], model: nn.Module) -> float:
    """Return the share of examples in which the model scores the right ending highest.

    The model is in evaluation mode meanwhile, and no gradients are recorded. Afterwards it is in the mode in which it
    was. Nothing is drawn.

    Args:
        examples: (tokens, mask, label) of each example, as for ``score_completions``; row ``label`` is the right one.
            Examples differ in T, and may in the number N of their endings. They may come from a generator, which can be
            gone over once.
        model: a language model: ``model(tokens)`` gives ``(logits, loss)``, logits (N, T, V).

    Returns:
        Right choices over examples, a Python float in [0, 1].

    Raises:
        ValueError: there are no examples.

    Source: lecture 10, section 10.8.2.
    """
    raise NotImplementedError("lecture10.hellaswag: evaluate is not written yet")

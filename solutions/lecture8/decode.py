"""More from the same model: a vote, the best of n, and tokens that must fit a form.

A model that samples can get unlucky: one bad token, and it argues itself into a corner from which it does not return.
You write the three remedies of the lecture that need no training: sample several times and let the answers vote, let a
reward model choose, and leave the model no token that does not fit. Source: lecture 8, sections 8.5.2 and 8.5.6.
"""

# /// exercise
# title = "votes, best of n, constrained decoding"
# hints = [
#   """For the vote: which of Python's containers counts, and remembers in which order it first saw what it counts? \
#   For the constraint: what must a logit be, so that its probability is exactly 0, and the others share the rest \
#   as they would have?""",
#   """max() keeps the first of several that are equal, in the order in which it meets them: so the order must be \
#   the one of the answers, not that of a set. softmax of logits with -inf in place of what is forbidden gives 0 \
#   there, and sums to 1. A row of nothing but -inf would be NaN: look for it first.""",
#   """Counter(answers).most_common(1)[0][0], if there are any; samples[max(range(n), key=lambda i: \
#   float(scores[i]))]; logits.masked_fill(~allowed, -torch.inf).softmax(-1), after a look at \
#   allowed.any(-1).all().""",
# ]
# ///

from collections import Counter
from collections.abc import Sequence

import torch


def self_consistency(answers: Sequence[str | int]) -> str | int:
    """Return the answer that was given most often: a majority vote over samples of one prompt.

    Right answers agree, and wrong ones differ from each other in many ways; so the answer that comes up most often is
    right more often than a single one. It need not be more than half of all. Among answers that came up equally often
    the one that was *seen first* wins. Answers are compared as they are: whoever wants "4" and " 4 " to be the same
    strips them before the vote.

    Args:
        answers: the final answers of the samples, in the order in which they were drawn, texts or ints.

    Returns:
        One of them. ``answers`` is not modified.

    Raises:
        ValueError: there are no answers.

    Example:
        ["18", "26", "18", "7"] -> "18"
        ["b", "a", "a", "b"]    -> "b", which was seen first

    Source: lecture 8, section 8.5.2; Wang et al. 2022.
    """
    # solution
    if not answers:
        raise ValueError("there are no answers to choose from")
    return Counter(answers).most_common(1)[0][0]  # it counts in the order of first occurrence
    # end solution


def best_of_n(samples: Sequence[str], scores: Sequence[float] | torch.Tensor) -> str:
    """Return the sample with the highest score.

    Among samples with equal scores the first one wins. Scores may all be negative, as log-probabilities are.

    Args:
        samples: n texts, the same one several times, too.
        scores: n floats, one for each sample: a list, or a tensor (n,) as a reward model gives it.

    Returns:
        One of the samples. No argument is modified.

    Raises:
        ValueError: there are no samples, or not as many scores as samples.

    Example:
        ["a", "b", "c"], [-2.0, -0.5, -0.5] -> "b"

    Source: lecture 8, section 8.5.2.
    """
    # solution
    if len(samples) == 0 or len(samples) != len(scores):
        raise ValueError(f"{len(samples)} samples and {len(scores)} scores: one score for each sample is wanted")
    best = max(range(len(samples)), key=lambda i: float(scores[i]))  # the first of several
    return samples[best]
    # end solution


def constrained(logits: torch.Tensor, allowed: torch.Tensor) -> torch.Tensor:
    """Return the probabilities of the next token, given that it is one of those allowed.

    Where a form asks for a digit, say, only digits are allowed. Their probabilities keep their ratios, and sum to 1;
    all others are exactly 0:

        p[v] = exp(logits[v]) / sum over allowed u of exp(logits[u])   if v is allowed, else 0

    This is the softmax over the allowed tokens alone, however unlikely the model holds them: it is right for logits as
    large as +-10,000, in float32 too, also where all allowed ones are -10,000 and others +10,000.

    Args:
        logits: (..., V) floats, any number of leading axes, none included.
        allowed: bools of the same shape, True where a token may come.

    Returns:
        The probabilities, of the shape and dtype of the logits. No argument is modified.

    Raises:
        ValueError: in some row no token is allowed.

    Example:
        logits = [0, 1, 5], allowed = [True, True, False] -> [0.2689, 0.7311, 0]

    Source: lecture 8, section 8.5.6.
    """
    # solution
    if not allowed.any(-1).all():
        raise ValueError("no token is allowed")
    return logits.masked_fill(~allowed, -torch.inf).softmax(-1)
    # end solution

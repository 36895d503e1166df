"""Drawing the next token at a temperature: from always the likeliest to nearly any.

You write ``sample_token``, which turns logits into probabilities, sharper or flatter as the temperature says, and draws
one token. Source: walking neural nets, part 2, "How temperature works" and "Replace argmax with sampling".
"""

# /// exercise
# title = "drawing a token at a temperature"
# ///

import torch


def sample_token(logits: torch.Tensor, temperature: float, generator: torch.Generator) -> int:
    """Draw one token: token i with the probability exp(logit_i / T) / Σ exp(logit_j / T).

    T = 1 is the plain softmax. Below 1 the likeliest token is drawn more often, above 1 the others are.

    Args:
        logits: a score for each token, (vocab,), float32 or float64; -inf for a token that must not come. Not modified.
        temperature: T > 0. As a bonus also T = 0, and T so small that logits / T is beyond the floats: then the
            largest logit is taken for sure, the first of them where several are equal (any of them for tiny T).
        generator: where all that is random comes from; it advances. torch's global generator is left alone.

    Returns:
        The index of the token, a Python int.

    Example:
        logits [2., 1., 0.5]: probabilities [0.629, 0.231, 0.140] at T = 1, [0.481, 0.292, 0.227] at T = 2,
        [0.844, 0.114, 0.042] at T = 0.5

    Source: walking neural nets, part 2, "How temperature works".
    """
    raise NotImplementedError("walk.temperature: sample_token is not written yet")

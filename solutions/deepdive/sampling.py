"""Sampling: what makes of a model's scores the next word.

A model that has been trained gives one number, a logit, to every token of the vocabulary. You write what stands between
these numbers and the text: the temperature, the two filters that keep a model from saying something very unlikely, and
the draw. Source: deep dives, "Sampling Strategies".
"""

# /// exercise
# title = "temperature, top-k, top-p"
# hints = [
#   """Work out [2, 1, 0.5] by hand. For the two filters: which logit has a probability of exactly 0 behind the \
#   softmax? For the nucleus: whether a token stays depends on the mass of those *before* it, not on its own.""",
#   """top-k: -inf everywhere, and at the places that torch.topk finds the logits that were there. top-p: sort the \
#   probabilities, largest first; a token stays where the sum of those before it is below p; the first one always \
#   stays; and where p is 1, all do. Then carry this back from the sorted places to those of the tokens.""",
#   """probs, order = logits.softmax(-1).sort(-1, descending=True); before = probs.cumsum(-1) - probs; keep = \
#   torch.zeros_like(logits, dtype=torch.bool).scatter(-1, order, before < p); logits.masked_fill(~keep, -torch.inf). \
#   Draw with torch.multinomial(logits.softmax(-1), 1, generator=generator), and take the last axis away.""",
# ]
# ///

import torch


def temperature(logits: torch.Tensor, T: float) -> torch.Tensor:
    """Return logits whose softmax is the distribution at temperature T.

        p[i] = exp(logits[i] / T) / sum over j of exp(logits[j] / T)

    T = 1 changes nothing, T < 1 makes the likely likelier, T > 1 brings all closer together; as T goes to 0, only the
    likeliest is left.

    Args:
        logits: (..., V), float32 or float64, any number of leading axes, none included. Not modified.
        T: the temperature, above 0.

    Returns:
        New logits, of the shape and dtype of the old ones. A number that is added to all of a row is of no matter.

    Raises:
        ValueError: T is 0 or negative.

    Example:
        [2, 1, 0.5] has the probabilities [0.6285, 0.2312, 0.1402] at T = 1, [0.8438, 0.1142, 0.0420] at T = 0.5
        and [0.4810, 0.2918, 0.2272] at T = 2. (The text prints other numbers for T = 1 and T = 2.)

    Source: deep dives, "Sampling Strategies", temperature.
    """
    # solution
    if T <= 0:
        raise ValueError(f"the temperature must be above 0; it is {T}")
    return logits / T
    # end solution


def top_k(logits: torch.Tensor, k: int) -> torch.Tensor:
    """Return the k largest logits of each row, and -inf in place of all others.

    *Exactly* k survive: where several logits are equal, and only some of them fit, any of these may stay.

    Args:
        logits: (..., V), float32 or float64, any number of leading axes, none included. Not modified.
        k: how many survive, at least 1. Where k is V or more, all do.

    Returns:
        New logits, of the shape and dtype of the old ones. Behind the softmax those that survive share all the
        probability, in the ratios that they had.

    Raises:
        ValueError: k is below 1.

    Example:
        [0.1, 3.0, 2.0, -1.0], 2 -> [-inf, 3.0, 2.0, -inf]

    Source: deep dives, "Sampling Strategies", top-k; Fan et al. 2018.
    """
    # solution
    if k < 1:
        raise ValueError(f"at least one token must survive; k is {k}")
    values, places = logits.topk(min(k, logits.shape[-1]), dim=-1)
    return torch.full_like(logits, -torch.inf).scatter(-1, places, values)
    # end solution


def top_p(logits: torch.Tensor, p: float) -> torch.Tensor:
    """Return the nucleus of each row, the likeliest tokens, and -inf in place of all others.

    The nucleus is the *smallest* set of tokens whose probabilities, softmax(logits), add up to p or more. The token
    with which the sum reaches p belongs to it, and one token at least always survives. Of equal logits, where only
    some belong to it, any may stay. p = 1 changes nothing: every token stays, however unlikely it is, also where the
    sum of those before it rounds to 1.

    Args:
        logits: (..., V), float32 or float64, any number of leading axes, none included. Not modified.
        p: the mass to be reached, above 0 and at most 1.

    Returns:
        New logits, of the shape and dtype of the old ones.

    Raises:
        ValueError: p is not above 0, or it is above 1.

    Example:
        The probabilities of [2, 1, 0.5, -1] are 0.6095, 0.2242, 0.1360 and 0.0303.
        p = 0.6 -> [2, -inf, -inf, -inf]; p = 0.7 -> [2, 1, -inf, -inf]; p = 0.9 -> [2, 1, 0.5, -inf]

    Source: deep dives, "Sampling Strategies", nucleus sampling; Holtzman et al. 2020.
    """
    # solution
    if not 0 < p <= 1:
        raise ValueError(f"p must be above 0 and at most 1; it is {p}")
    probs, order = logits.softmax(-1).sort(-1, descending=True)
    before = probs.cumsum(-1) - probs  # the mass of the likelier ones
    stays = (before < p) | (p == 1)  # where p is 1 all do, also where the sum of those before rounds to 1
    keep = torch.zeros_like(logits, dtype=torch.bool).scatter(-1, order, stays)
    return logits.masked_fill(~keep, -torch.inf)
    # end solution


# In ``sample`` these three names are arguments; there, the functions are called by the names on the left.
_temperature, _top_k, _top_p = temperature, top_k, top_p


def sample(
    logits: torch.Tensor,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    generator: torch.Generator | None = None,
) -> torch.Tensor:
    """Draw the next token of each row: temperature first, then top-k, then top-p, then the draw.

    Each filter sees what the one before it has left; so the nucleus is that of the k tokens which survived, with their
    probabilities at this temperature. A filter that is None is left out.

    Args:
        logits: (B, V), float32 or float64: one row for each text. Not modified.
        temperature: above 0.
        top_k: how many tokens may come, or None.
        top_p: the mass of the nucleus, or None.
        generator: source of randomness, and the only one where it is given; torch's global one where it is None.

    Returns:
        The drawn tokens, (B,) int64: one for each row, drawn independently of the others.

    Source: deep dives, "Sampling Strategies".
    """
    # solution
    logits = _temperature(logits, temperature)
    if top_k is not None:
        logits = _top_k(logits, top_k)
    if top_p is not None:
        logits = _top_p(logits, top_p)
    return torch.multinomial(logits.softmax(-1), 1, generator=generator)[:, 0]
    # end solution

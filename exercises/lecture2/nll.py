"""The loss: one number that says how well a table of probabilities fits a list of words.

It is the number that every later lecture brings down: 2.45 for bigrams of names, 2.1 for a small network, 1.48 for the
GPT of lecture 7 on other text. Source: lecture 2, section 2.3.
"""

# /// exercise
# title = "the negative log-likelihood"
# ///

from itertools import pairwise

import torch


def nll(words: list[str], probs: torch.Tensor, stoi: dict[str, int]) -> float:
    """Return the mean negative log-likelihood of a list of words, per pair of characters.

        nll = -(1/n) * sum over all pairs (a, b) of log(probs[stoi[a], stoi[b]])

    The pairs are those of ``count_bigrams``: each word between two dots, one on each side, so that a word of k letters
    has k + 1 pairs. Each pair counts as often as it occurs, and n is the number of all of them together. The logarithm
    is the natural one.

    Args:
        words: at least one word, each of at least one letter, without dots. The same word may occur several times.
        probs: (V, V), floats of 32 or 64 bits from 0 to 1: row i holds the probabilities of what follows character i.
            They may be a view of another tensor.
        stoi: the number of each character, 0 to V - 1, in any order but for the dot, which has 0. The words have no
            other characters.

    Returns:
        The mean as a Python float, 0.0 or more. It is ``math.inf`` where a pair that occurs has the probability 0, and
        finite otherwise, whatever the probabilities of pairs that do not occur. Computing it in float32 is fine. No
        argument is modified.

    Example:
        words = ["ab", "b"], stoi = {".": 0, "a": 1, "b": 2}, probs = [[0, 0.5, 0.5], [0, 0, 1], [1, 0, 0]]
        -> 0.277: the pairs are .a ab b. .b b., and (0.693 + 0 + 0 + 0.693 + 0) / 5

    Source: lecture 2, section 2.3.2 (listing 19).
    """
    raise NotImplementedError("lecture2.nll: nll is not written yet")

"""The loss: one number that says how well a table of probabilities fits a list of words.

It is the number that every later lecture brings down: 2.45 for bigrams of names, 2.1 for a small network, 1.48 for the
GPT of lecture 7 on other text. Source: lecture 2, section 2.3.
"""

# /// exercise
# title = "the negative log-likelihood"
# hints = [
#   """How likely is a list of words? Each of its pairs has a probability in the table. All of them multiplied would \
#   be the answer, and far too small a number. Logarithms turn the product into a sum.""",
#   """nll = −(1/n) · Σ log probs[i, j], summed over all n pairs of all words, each pair as often as it occurs. A word \
#   of 5 letters between its two dots has 6 pairs.""",
#   """total, n = 0.0, 0; for word in words: for a, b in pairwise("." + word + "."): total -= \
#   torch.log(probs[stoi[a], stoi[b]]).item(); n += 1. Then return total / n.""",
# ]
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
    # solution
    total, n = 0.0, 0
    for word in words:
        path = [stoi[c] for c in "." + word + "."]
        for i, j in pairwise(path):
            total -= torch.log(probs[i, j]).item()  # log 0 is -inf, without an exception
            n += 1
    return total / n
    # end solution

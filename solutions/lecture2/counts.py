"""Counting pairs of characters: how often does each one follow each other one?

The table that you fill is all that a bigram model knows. The lecture draws it as a picture of 27 by 27 squares; so does
the grader, yours beside the right one. Source: lecture 2, sections 2.2.2 to 2.2.4.
"""

# /// exercise
# title = "counting pairs of characters"
# hints = [
#   """Put a dot before each word and one after it: "emma" becomes the six characters of ".emma.", and these have five \
#   neighbouring pairs.""",
#   """The pairs of a text are zip(text, text[1:]), or pairwise(text). Look both characters of a pair up in stoi, and \
#   add 1 in the row of the first and the column of the second.""",
#   """counts = torch.zeros((V, V), dtype=torch.int32) with V = len(stoi). For each word: text = "." + word + ".", and \
#   for a, b in zip(text, text[1:]): counts[stoi[a], stoi[b]] += 1.""",
# ]
# ///

from itertools import pairwise

import torch


def count_bigrams(words: list[str], stoi: dict[str, int]) -> torch.Tensor:
    """Count how often each character follows each other character.

    Each word is wrapped in dots, one on each side: the first letter follows a dot, and a dot follows the last letter.
    So a word of n letters holds n + 1 pairs of neighbours, and ``(".", ".")`` is none of them. Pairs overlap: "aaa"
    holds (a, a) twice. There are no pairs across words.

    Args:
        words: words of at least one letter each, without dots; as many as you like, also none. A word that occurs
            several times counts each time.
        stoi: the number of each character, 0 to V - 1, each number once; the dot has 0. The letters may be numbered in
            any order, and some may occur in no word.

    Returns:
        (V, V) integers, ``torch.int32`` as in the lecture or ``torch.int64``, with V = len(stoi): in row i and column j
        how often character j comes directly after character i. No argument is modified.

    Raises:
        KeyError: a word has a character that is not in ``stoi``.

    Example:
        ["ab", "b"], {".": 0, "a": 1, "b": 2} -> [[0, 1, 1],
                                                  [0, 0, 1],
                                                  [2, 0, 0]]

    Source: lecture 2, section 2.2.4 (listing 16).
    """
    # solution
    V = len(stoi)
    counts = torch.zeros((V, V), dtype=torch.int32)
    for word in words:
        text = "." + word + "."
        for first, second in pairwise(text):
            counts[stoi[first], stoi[second]] += 1
    return counts
    # end solution

"""Byte pair encoding as it was first done for text: over the letters of words, and words by how often they come.

You write the training, which lists the pairs that it joins, and the splitting of a word by such a list. Source: deep
dives, "Tokenization in Detail".
"""

# /// exercise
# title = "byte pair encoding over words"
# packages = "python"
# ///

from collections import Counter
from itertools import pairwise


def train(text: str, num_merges: int) -> list[tuple[str, str]]:
    """Return the pairs that byte pair encoding joins, in the order in which it joins them.

    Words are what text.split() gives, and each consists of its letters at first. In each round the pair of neighbouring
    pieces that is counted most often is joined wherever it stands, from left to right. No pair reaches from one word
    into the next.

    Every place where a pair stands counts, in every word as often as the word comes; "aaa" has the pair ("a", "a")
    twice, though only one of them can be joined. Where several pairs are counted equally often, the one is taken that
    is seen first: words in the order in which they first come in the text, and each from left to right, in the pieces
    that it has at the time.

    Args:
        text: any text; words are separated by spaces and line ends. It may be empty.
        num_merges: rounds, at least 0. It ends earlier where no word has two pieces any more.

    Returns:
        A list of pairs of texts.

    Example:
        "low low low low low lowest lowest newer newer newer wider wider", 5 -> [("l", "o"), ("lo", "w"), ("e", "r"),
        ("n", "e"), ("ne", "w")]. In the first round ("l", "o") and ("o", "w") are counted seven times each; in the
        fourth ("n", "e"), ("e", "w") and ("w", "er") three times.

    Source: deep dives, "Tokenization in Detail"; Sennrich, Haddow and Birch, 2016, arXiv:1508.07909.
    """
    raise NotImplementedError("deepdive.bpe_words: train is not written yet")


def segment(word: str, merges: list[tuple[str, str]]) -> list[str]:
    """Return the pieces of a word: its letters, after all merges in their order.

    Each pair of the list is joined wherever it stands, from left to right, before the next pair's turn.

    Args:
        word: letters without spaces; it may be one that training has never seen, and it may be empty.
        merges: what ``train`` has returned.

    Returns:
        The pieces, whose letters together are the word again; an empty list for the empty word.

    Example:
        With the five merges above: "lowest" -> ["low", "e", "s", "t"], and "slower" -> ["s", "low", "er"].
        "aaa", [("a", "a")] -> ["aa", "a"]

    Source: deep dives, "Tokenization in Detail".
    """
    raise NotImplementedError("deepdive.bpe_words: segment is not written yet")

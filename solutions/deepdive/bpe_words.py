"""Byte pair encoding as it was first done for text: over the letters of words, and words by how often they come.

You write the training, which lists the pairs that it joins, and the splitting of a word by such a list. Source: deep
dives, "Tokenization in Detail".
"""

# /// exercise
# title = "byte pair encoding over words"
# packages = "python"
# hints = [
#   """Count each word once, and keep its pieces in a list, letters at first. What a pair is worth is the sum, over \
#   all places where it stands, of how often the word of that place comes.""",
#   """max(counts, key=counts.get) gives the first of several that are equal, in the order in which they were put in, \
#   so count in the order of the text. Joining goes from left to right, and a piece that has been used is not used \
#   again: of "aaa" it makes "aa", "a".""",
#   """words = Counter(text.split()); pieces = {word: list(word) for word in words}; in each round: for word, count in \
#   words.items(): for pair in pairwise(pieces[word]): counts[pair] += count. Then pieces[word] = \
#   join(pieces[word], best) for every word.""",
# ]
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
    # solution
    words = Counter(text.split())  # in the order in which they first come
    pieces = {word: list(word) for word in words}
    merges: list[tuple[str, str]] = []
    for _ in range(num_merges):
        counts: Counter[tuple[str, str]] = Counter()
        for word, count in words.items():
            for pair in pairwise(pieces[word]):
                counts[pair] += count
        if not counts:
            break
        best = max(counts, key=lambda pair: counts[pair])  # the first of those that are equal
        merges.append(best)
        pieces = {word: join(parts, best) for word, parts in pieces.items()}
    return merges
    # end solution


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
    # solution
    parts = list(word)
    for pair in merges:
        parts = join(parts, pair)
    return parts
    # end solution


# solution
def join(parts: list[str], pair: tuple[str, str]) -> list[str]:
    """Return the pieces with the pair joined wherever it stands, from left to right."""
    joined: list[str] = []
    i = 0
    while i < len(parts):
        if tuple(parts[i : i + 2]) == pair:
            joined.append(parts[i] + parts[i + 1])
            i += 2
        else:
            joined.append(parts[i])
            i += 1
    return joined


# end solution

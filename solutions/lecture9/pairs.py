"""Counting and merging pairs: the two steps that byte pair encoding repeats.

You write ``get_stats``, which counts how often each pair of neighbours occurs in a list of ids, and ``merge``, which
replaces one pair by a new id wherever it occurs. Everything else in this unit is built from these two. Source:
lecture 9, section 9.3.2.
"""

# /// exercise
# title = "counting and merging pairs"
# packages = "numpy"
# preload = ["regex"]
# forbids = ["tiktoken", "tokenizers", "transformers", "sentencepiece"]
# why_forbidden = "this unit is about building the tokenizer yourself"
# hints = [
#   """get_stats: walk over the places 0 to len(ids) - 2, and count the pair that starts at each. merge: walk with an \
#   index that you move yourself, by 2 after a pair and by 1 after anything else.""",
#   """n ids have n - 1 neighbouring pairs: zip(ids, ids[1:]) gives them. In merge, the last id has no right \
#   neighbour: ask for it only while i < len(ids) - 1, and keep the id itself all the same.""",
#   """for pair in zip(ids, ids[1:]): counts[pair] = counts.get(pair, 0) + 1. And in merge, while i < len(ids): if \
#   i < len(ids) - 1 and (ids[i], ids[i + 1]) == pair, append idx and add 2 to i; else append ids[i] and add 1.""",
# ]
# ///


def get_stats(ids: list[int]) -> dict[tuple[int, int], int]:
    """Count the pairs of neighbours.

    Every place counts, overlapping ones too: three equal ids in a row hold their pair twice.

    Args:
        ids: token ids, of any length, also none.

    Returns:
        {(left, right): how often}, the pairs in the order in which they first occur, and none that does not occur.
        Any dict will do, a ``Counter`` for instance. ``ids`` is not modified.

    Example:
        [1, 2, 3, 1, 2] -> {(1, 2): 2, (2, 3): 1, (3, 1): 1}
        [7, 7, 7]       -> {(7, 7): 2}

    Source: lecture 9, section 9.3.2.
    """
    # solution
    counts: dict[tuple[int, int], int] = {}
    for i in range(len(ids) - 1):  # n ids, n - 1 pairs
        pair = (ids[i], ids[i + 1])
        counts[pair] = counts.get(pair, 0) + 1
    return counts
    # end solution


def merge(ids: list[int], pair: tuple[int, int], idx: int) -> list[int]:
    """Replace every occurrence of a pair by one new id.

    Occurrences are replaced from left to right, and an id that has gone into one merge is used up: in a run of three
    equal ids the first two are merged, the third stays.

    Args:
        ids: token ids, of any length, also none.
        pair: the two ids to look for, next to each other and in this order.
        idx: the id that replaces them.

    Returns:
        The ids with the pair replaced, as a list; ``ids`` is not modified.

    Example:
        [1, 2, 3, 1, 2], (1, 2), 4 -> [4, 3, 4]
        [7, 7, 7], (7, 7), 8       -> [8, 7]

    Source: lecture 9, section 9.3.2.
    """
    # solution
    merged: list[int] = []
    i = 0
    while i < len(ids):
        if i < len(ids) - 1 and (ids[i], ids[i + 1]) == tuple(pair):
            merged.append(idx)
            i += 2  # both are used up
        else:
            merged.append(ids[i])
            i += 1
    return merged
    # end solution

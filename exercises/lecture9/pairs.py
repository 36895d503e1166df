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
    raise NotImplementedError("lecture9.pairs: get_stats is not written yet")


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
    raise NotImplementedError("lecture9.pairs: merge is not written yet")

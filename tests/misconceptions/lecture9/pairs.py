"""What learners get wrong in lecture9.pairs.

A wrong *order* of the counts is named by its check itself: two dicts of another order are equal to the bank.
"""

from itertools import pairwise

from grader.checks import misconception


def _walk(ids, pair, idx, step=2):
    """merge, moving on by ``step`` after each occurrence."""
    out, i = [], 0
    while i < len(ids):
        if tuple(ids[i : i + 2]) == tuple(pair):
            out.append(idx)
            i += step
        else:
            out.append(ids[i])
            i += 1
    return out


@misconception(
    "Overlapping pairs count each: [7, 7, 7] holds (7, 7) twice. Do not skip an id after you have counted a pair.",
    name="no-overlap",
    violates=("overlapping_pairs_count_each",),
)
def get_stats(ids):
    counts, i = {}, 0
    while i < len(ids) - 1:
        pair = (ids[i], ids[i + 1])
        counts[pair] = counts.get(pair, 0) + 1
        i += 2 if pair[0] == pair[1] else 1
    return counts


@misconception(
    "The last pair is missing: n ids have n − 1 pairs, so the loop runs over range(len(ids) − 1).",
    name="last-pair-missed",
)
def get_stats(ids):
    counts = {}
    for i in range(len(ids) - 2):
        pair = (ids[i], ids[i + 1])
        counts[pair] = counts.get(pair, 0) + 1
    return counts


@misconception(
    "The pair (last id, first id) is counted as well: in Python ids[-1] is the last id. The list is no circle, and "
    "the last id has no right neighbour.",
    name="circle",
)
def get_stats(ids):
    counts = {}
    for i in range(len(ids)):
        pair = (ids[i - 1], ids[i])
        counts[pair] = counts.get(pair, 0) + 1
    return counts


@misconception(
    "A pair has an order: (1, 2) and (2, 1) are two pairs. Do not sort the two ids.",
    name="order-of-the-two",
)
def get_stats(ids):
    counts = {}
    for left, right in pairwise(ids):
        pair = (min(left, right), max(left, right))
        counts[pair] = counts.get(pair, 0) + 1
    return counts


@misconception(
    "The pairs are cut side by side here: first and second, third and fourth. A pair starts at every place, so second "
    "and third are one too: move on by 1.",
    name="side-by-side",
)
def get_stats(ids):
    counts = {}
    for i in range(0, len(ids) - 1, 2):
        pair = (ids[i], ids[i + 1])
        counts[pair] = counts.get(pair, 0) + 1
    return counts


@misconception(
    "Only whether a pair occurs is kept, not how often: add 1 to its count each time.",
    name="always-one",
)
def get_stats(ids):
    return dict.fromkeys(pairwise(ids), 1)


@misconception(
    "A pair that is new starts with a count of 1 and gets 1 more, so each count is too large by 1. It starts with 0: "
    "counts.get(pair, 0) + 1.",
    name="starts-with-one",
)
def get_stats(ids):
    counts = {}
    for pair in pairwise(ids):
        counts[pair] = counts.get(pair, 1) + 1
    return counts


@misconception(
    "A place is asked for by ids.index, which finds the first id of that value. Count by place: range(len(ids) − 1).",
    name="index-of-value",
)
def get_stats(ids):
    counts = {}
    for token in ids[:-1]:
        i = ids.index(token)
        counts[token, ids[i + 1]] = counts.get((token, ids[i + 1]), 0) + 1
    return counts


@misconception(
    'The ids are searched as text, and the text "1 2" stands in "11 2" and in "1 23" too. Compare numbers: '
    "(ids[i], ids[i + 1]) == pair.",
    name="as-text",
    violates=("ids_are_numbers",),
)
def merge(ids, pair, idx):
    text = " ".join(map(str, ids)).replace(f"{pair[0]} {pair[1]}", str(idx))
    return [int(part) for part in text.split()]


@misconception(
    "The last id is dropped when it is not part of a pair. It has no right neighbour, but it is kept: loop while "
    "i < len(ids), and test for a neighbour inside.",
    name="last-id-dropped",
)
def merge(ids, pair, idx):
    out, i = [], 0
    while i < len(ids) - 1:
        if (ids[i], ids[i + 1]) == tuple(pair):
            out.append(idx)
            i += 2
        else:
            out.append(ids[i])
            i += 1
    return out


@misconception(
    "After a pair the walk goes on by 1, so its second id is used again. Both ids are used up: go on by 2.",
    name="moves-on-by-one",
)
def merge(ids, pair, idx):
    return _walk(ids, pair, idx, step=1)


@misconception(
    "Only the first occurrence is replaced. Go on to the end of the list.",
    name="first-only",
)
def merge(ids, pair, idx):
    for i in range(len(ids) - 1):
        if (ids[i], ids[i + 1]) == tuple(pair):
            return [*ids[:i], idx, *ids[i + 2 :]]
    return list(ids)


@misconception(
    "Merging goes from right to left here, which differs in runs: [7, 7, 7] must give [8, 7]. Start at the left.",
    name="right-to-left",
    violates=("runs_are_merged_from_the_left",),
)
def merge(ids, pair, idx):
    return _walk(ids[::-1], tuple(pair)[::-1], idx)[::-1]


@misconception(
    "A run of equal ids becomes one new id, however long it is. Each new id stands for two ids: [7, 7, 7] must give "
    "[8, 7], and four 7 give two 8.",
    name="run-as-one",
    violates=("runs_are_merged_from_the_left",),
)
def merge(ids, pair, idx):
    out, i = [], 0
    while i < len(ids):
        if tuple(ids[i : i + 2]) == tuple(pair):
            out.append(idx)
            i += 2
            while pair[0] == pair[1] == (ids[i] if i < len(ids) else None):
                i += 1
        else:
            out.append(ids[i])
            i += 1
    return out


@misconception(
    "The new ids are put into the list that was passed in. Build a new list: the caller still needs the old one.",
    name="in-place",
    violates=("arguments_stay_as_they_are",),
)
def merge(ids, pair, idx):
    i = 0
    while i < len(ids) - 1:
        if (ids[i], ids[i + 1]) == tuple(pair):
            ids[i : i + 2] = [idx]
        i += 1
    return ids


@misconception(
    "The new id is put before the pair, and the pair stays. It must replace both ids.",
    name="pair-kept",
)
def merge(ids, pair, idx):
    out = []
    for i, token in enumerate(ids):
        if tuple(ids[i : i + 2]) == tuple(pair):
            out.append(idx)
        out.append(token)
    return out


@misconception(
    "The pair is merged in either order. Its order counts: the pair (1, 2) does not match the ids 2, 1.",
    name="either-order",
)
def merge(ids, pair, idx):
    out, i = [], 0
    while i < len(ids):
        if i < len(ids) - 1 and sorted(ids[i : i + 2]) == sorted(pair):
            out.append(idx)
            i += 2
        else:
            out.append(ids[i])
            i += 1
    return out

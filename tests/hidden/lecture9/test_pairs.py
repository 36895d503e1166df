"""Checks of lecture9.pairs: counting and merging pairs."""

import hypothesis.strategies as st
import numpy as np
from hypothesis import given

from grader.checks import assert_equal, assert_unchanged, check, points, texts


def counted(ids):
    """How often each pair occurs, in the order of first occurrence."""
    pairs = [(ids[i], ids[i + 1]) for i in range(len(ids) - 1)]
    return {pair: pairs.count(pair) for pair in dict.fromkeys(pairs)}


def merged(ids, pair, idx):
    """The pair replaced from left to right, by recursion on the rest of the list."""
    result, rest = [], list(ids)
    while rest:
        if tuple(rest[:2]) == pair:
            result, rest = [*result, idx], rest[2:]
        else:
            result, rest = [*result, rest[0]], rest[1:]
    return result


def few(rng, length, kinds=3):
    """A list of few different ids, fresh in every run, so that pairs recur."""
    alphabet = rng.choice(1000, kinds, replace=False)
    return rng.choice(alphabet, length).tolist()


@st.composite
def ids_and_pair(draw):
    """Ids of a small alphabet, and a pair that often occurs among them; they shrink to lists of zeros."""
    kinds = draw(st.integers(1, 4))
    ids = draw(st.lists(st.integers(0, kinds - 1), max_size=12))
    base = draw(st.integers(0, 300))
    pair = (base + draw(st.integers(0, kinds - 1)), base + draw(st.integers(0, kinds - 1)))
    return [base + i for i in ids], pair, draw(st.integers(400, 999))


@points(2)
@given(case=ids_and_pair())
def test_counts_every_pair(submission, case):
    """get_stats counts every pair of neighbours in any list of ids, the empty one included."""
    ids, _, _ = case
    assert_equal(texts.plain(submission.get_stats(ids)), counted(ids), name="get_stats(ids)")


def test_overlapping_pairs_count_each(submission, rng):
    """A run of n equal ids holds their pair n − 1 times: overlapping pairs count each."""
    a, b = rng.choice(1000, 2, replace=False).tolist()
    for length in rng.permutation([2, 3, 4, 5, 7, 8]).tolist():
        ids = [a] * length + [b] * int(rng.integers(1, 4))
        assert_equal(texts.plain(submission.get_stats(ids)), counted(ids), name="get_stats(ids)")


def test_order_of_first_occurrence(submission, rng):
    """The pairs come in the order in which they first occur, which will decide ties when you train."""
    for length in (6, 40):
        ids = few(rng, length, kinds=4)
        counts = texts.plain(submission.get_stats(ids))
        assert_equal(counts, counted(ids), name="get_stats(ids)")
        check(
            list(counts) == list(counted(ids)),
            f"The counts are right; the first pairs should be {list(counted(ids))[:4]} in this order, as they occur "
            f"in ids, and yours are {list(counts)[:4]}.",
        )


@points(2)
@given(case=ids_and_pair())
def test_merges_every_occurrence(submission, case):
    """merge replaces every occurrence of the pair and keeps all else, in any list of ids, the empty one included."""
    ids, pair, idx = case
    assert_equal(texts.plain(submission.merge(ids, pair, idx)), merged(ids, pair, idx), name="merge(ids, pair, idx)")


def test_runs_are_merged_from_the_left(submission, rng):
    """In a run of equal ids the pair is merged from the left, and no id is used twice."""
    a, b = rng.choice(1000, 2, replace=False).tolist()
    for length in rng.permutation([2, 3, 4, 5, 6, 7]).tolist():
        ids = [b, *[a] * length, b]
        result = texts.plain(submission.merge(ids, (a, a), 1000))
        assert_equal(result, merged(ids, (a, a), 1000), name="merge(ids, pair, idx)")


def test_ids_are_numbers(submission, rng):
    """merge compares ids as numbers: one whose digits end or begin with those of another is another id."""
    for _ in range(4):
        a, b, other = rng.choice(np.arange(1, 10), 3, replace=False).tolist()
        size = int(rng.choice([1, 10]))
        ends_so, begins_so = other * 10 * size + a * size, b * 10 + other
        pair, idx = (a * size, b), int(rng.integers(1000, 2000))
        for ids in ([ends_so, b], [a * size, begins_so], [ends_so, begins_so, *pair, begins_so, *pair, ends_so, b]):
            result = texts.plain(submission.merge(ids, pair, idx))
            assert_equal(result, merged(ids, pair, idx), name="merge(ids, pair, idx)")


def test_step_after_step(submission, rng):
    """Counting and merging in turn, ten times over, gives the right ids: the new ones are counted and merged too."""
    ids = few(rng, 300, kinds=5)
    for idx in range(2000, 2010):
        counts = texts.plain(submission.get_stats(ids))
        assert_equal(counts, counted(ids), name="get_stats(ids)")
        pair = max(counts, key=counts.get)
        shorter = texts.plain(submission.merge(ids, pair, idx))
        assert_equal(shorter, merged(ids, pair, idx), name="merge(ids, pair, idx)")
        ids = shorter


def test_arguments_stay_as_they_are(submission, rng):
    """Both functions are right, and leave the list of ids that is passed in as it is."""
    ids = few(rng, 20)
    assert_equal(texts.plain(assert_unchanged(submission.get_stats, ids)), counted(ids), name="get_stats(ids)")
    pair = (ids[3], ids[4])
    result = texts.plain(assert_unchanged(submission.merge, ids, pair, 1000))
    assert_equal(result, merged(ids, pair, 1000), name="merge(ids, pair, idx)")

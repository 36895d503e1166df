"""Checks of lecture9.pairs: counting and merging pairs."""

import hypothesis.strategies as st
from hypothesis import given

from grader.checks import assert_equal, assert_unchanged, check, integer, needs, points, texts


def counted(ids):
    """How often each pair occurs, in the order of first occurrence."""
    pairs = [(ids[i], ids[i + 1]) for i in range(len(ids) - 1)]
    return {pair: pairs.count(pair) for pair in dict.fromkeys(pairs)}


def merged(ids, pair, idx):
    """The pair replaced from left to right, by taking ids off the front of the list."""
    result, rest = [], list(ids)
    while rest:
        if tuple(rest[:2]) == pair:
            result, rest = [*result, idx], rest[2:]
        else:
            result, rest = [*result, rest[0]], rest[1:]
    return result


def assert_counts(submission, ids):
    """Demand the right counts, in any order."""
    assert_equal(texts.plain(submission.get_stats(ids)), counted(ids), name="get_stats(ids)")


def assert_merged(submission, ids, pair, idx):
    """Demand the ids with the pair replaced."""
    assert_equal(texts.plain(submission.merge(ids, pair, idx)), merged(ids, pair, idx), name="merge(ids, pair, idx)")


def calm(ids, longest):
    """The ids without those that would make a run of equal ones longer than so many."""
    kept = []
    for token in ids:
        if kept[-longest:] != [token] * longest:
            kept.append(token)
    return kept


def few(rng, length):
    """Up to so many ids, fresh in every run, of which few are different: pairs recur, and none is of two equal ids."""
    return calm(rng.choice(rng.choice(1000, 4, replace=False), length).tolist(), 1)


@st.composite
def lists(draw):
    """Ids of which few are different, and no two equal ones are next to each other."""
    base, steps = draw(st.integers(0, 900)), st.integers(0, 3)
    drawn = draw(st.one_of(st.lists(steps, max_size=5), st.lists(steps, min_size=12, max_size=20)))
    return calm([base + step for step in drawn], 1)


@st.composite
def ids_and_pair(draw):
    """Ids of three digits, and a pair that often stands among them; no run is longer than the pair of two equal ids."""
    a = draw(st.integers(300, 900))  # above 256, where Python has more than one object for equal numbers
    b, other = (a + 1, a + 2) if draw(st.booleans()) else (a, a + 1)
    piece = st.sampled_from([[a, b], [a], [b], [other], [b, a], [a, b, other]])
    pieces = draw(st.one_of(st.lists(piece, max_size=3), st.lists(piece, min_size=8, max_size=12)))
    return calm([token for piece in pieces for token in piece], 2), (a, b), draw(st.integers(1000, 1999))


@points(2)
@given(ids=lists())
def test_counts_every_pair(submission, ids):
    """get_stats counts every pair of neighbours in any list of ids, the empty one included."""
    assert_counts(submission, ids)


def test_overlapping_pairs_count_each(submission, rng):
    """In a run of equal ids each further id makes a further pair: overlapping pairs count each."""
    a, b = rng.choice(1000, 2, replace=False).tolist()
    before = None
    for length in range(2, 9):
        ids = [b, *[a] * length, b]
        counts = texts.plain(submission.get_stats(ids))
        check(
            type(counts) is dict and type(counts.get((a, a), 0)) is int,
            f"get_stats must return a dict from pairs to counts, also for {ids}.",
        )
        count = counts.get((a, a), 0)
        check(
            before is None or count == before + 1,
            f"One more {a} in the run makes one more pair ({a}, {a}). In {ids} yours is counted {count} times, and "
            f"with one {a} less {before} times.",
        )
        before = count


@needs("test_counts_every_pair")
def test_order_of_first_occurrence(submission, rng):
    """The pairs come in the order in which they first occur, which will decide ties when you train."""
    for length in (12, 50):
        ids = few(rng, length)
        right = counted(ids)
        counts = texts.plain(submission.get_stats(ids))
        assert_equal(counts, right, name="get_stats(ids)")
        check(
            list(counts) == list(right),
            f"The counts are right; the first pairs should be {list(right)[:4]} in this order, as they occur in ids, "
            f"and yours are {list(counts)[:4]}.",
        )


@points(3)
@given(case=ids_and_pair())
def test_merges_every_occurrence(submission, case):
    """merge replaces every occurrence of the pair and keeps all else, in any list of ids, the empty one included."""
    assert_merged(submission, *case)


@needs("test_merges_every_occurrence")
def test_runs_are_merged_from_the_left(submission, rng):
    """In a run of equal ids the pair is merged from the left, and no id is used twice."""
    a, b = rng.choice(1000, 2, replace=False).tolist()
    for length in rng.permutation([2, 3, 4, 5, 6, 7]).tolist():
        assert_merged(submission, [b, *[a] * length, b], (a, a), 1000)


@needs("test_merges_every_occurrence")
def test_ids_are_numbers(submission, rng):
    """Ids are compared as numbers, whatever their digits: 2 is not in 12, and 0 is an id like all others."""
    for size in (1, 10):
        a, b, other = rng.permutation(range(1, 10))[:3].tolist()
        a *= size
        ends_so, begins_so = other * 10 * size + a, b * 10 + other
        for ids in ([ends_so, b], [a, begins_so], [ends_so, begins_so, a, b, begins_so, a, b, ends_so, b]):
            assert_merged(submission, ids, (a, b), integer(rng, 1000, 1999))
    a = integer(rng, 2, 99)
    for pair in ((0, a), (a, 0), (0, 0)):
        assert_merged(submission, [a, 0, a, 0, 0, a, a, 0], pair, integer(rng, 1000, 1999))


@needs("test_counts_every_pair", "test_merges_every_occurrence")
def test_arguments_stay_as_they_are(submission, rng):
    """Both functions leave the list of ids that is passed in as it is."""
    ids = few(rng, 20)
    assert_equal(texts.plain(assert_unchanged(submission.get_stats, ids)), counted(ids), name="get_stats(ids)")
    pair = (ids[3], ids[4])
    result = texts.plain(assert_unchanged(submission.merge, ids, pair, 1000))
    assert_equal(result, merged(ids, pair, 1000), name="merge(ids, pair, idx)")

"""Checks of lecture9.train: learning the merges of byte pair encoding."""

import time

import hypothesis.strategies as st
from hypothesis import example, given

from grader.checks import (
    assert_equal,
    assert_raises,
    bonus,
    check,
    full,
    integer,
    limit,
    needs,
    points,
    stopped,
    texts,
    training,
)
from grader.data import tinyshakespeare

ALLOWED = 4  # times the time of the course's solution; counting anew takes 6 to 12 times as long


def learned(submission, text, vocab_size):
    """What train_bpe returns, once it is sure that it is two values: merges and vocab."""
    result = submission.train_bpe(text, vocab_size)
    check(
        type(result) in {tuple, list} and len(result) == 2,
        "train_bpe returns two values: merges and vocab.",
    )
    merges, vocab = result
    swapped = type(merges) is dict and type(vocab) is dict and any(type(key) is tuple for key in vocab)
    check(not swapped, "The two values have changed places: merges first, {pair: id}, then vocab, {id: bytes}.")
    return merges, vocab


def assert_learned(submission, text, vocab_size):
    """Demand the merges that training on a text gives; returns the vocabulary that came with them."""
    merges, vocab = learned(submission, text, vocab_size)
    texts.assert_merges(merges, [text], vocab_size)
    return vocab


def assert_vocab(vocab, right):
    """Demand the bytes of each id."""
    vocab = texts.plain(vocab)
    check(type(vocab) is dict, "vocab must be a dict {id: bytes}.")
    for idx, token in right.items():
        check(idx in vocab, f"The merges are right, but vocab lacks the id {idx}, which stands for {token!r}.")
        assert_equal(vocab[idx], token, name=f"vocab[{idx}]")
    check(
        len(vocab) == len(right),
        f"vocab has {len(vocab)} entries; {len(right)} are wanted, the 256 bytes and one a merge.",
    )
    assert_equal(vocab, right, name="vocab", headline="vocab has the right values, but not all of its keys are ints.")


def many_ties(rng):
    """A text of letters in which no pair stands out, so that nearly every merge is decided by a tie."""
    chosen = rng.choice(list("abcdefghijklmnopqrstuvwxyz"), 9, replace=False)
    return "".join("".join(rng.permutation(chosen)) for _ in range(12))


@st.composite
def untied(draw):
    """A text, and how many merges can be made of it in which one pair is more frequent than all others."""
    text = draw(st.one_of(st.text("ab", max_size=24), st.text("abc", min_size=12, max_size=40)))
    return text, draw(st.integers(0, texts.untied([text], 8)))


@points(3)
@given(case=untied())
@example(case=("ababab", 2))  # the second merge is of the new token: counts from before do not have it
def test_merges_the_most_frequent_pair(submission, case):
    """Each merge joins the pair that occurs most often at that point, overlapping ones counted, and has the next id."""
    text, more = case
    assert_learned(submission, text, 256 + more)


@needs("test_merges_the_most_frequent_pair")
def test_vocab(submission, rng):
    """vocab gives the bytes of each id: 256 single ones, and for a merge those of its left and right token, joined."""
    while True:
        text = texts.prose(rng, 600)
        size = 256 + texts.untied([text], 20)
        _, right = texts.bpe([text], size)
        if any(len(token) > 2 and token != token[::-1] for token in right.values()):
            break
    assert_vocab(assert_learned(submission, text, size), right)


@points(2)
@needs("test_merges_the_most_frequent_pair")
def test_ties_go_to_the_pair_seen_first(submission, rng):
    """Of several pairs with the highest count, the one that is seen first in the present sequence is merged."""
    for _ in range(4):
        assert_learned(submission, many_ties(rng), 264)


@needs("test_merges_the_most_frequent_pair")
def test_stops_when_no_pair_is_left(submission, rng):
    """A pair that occurs once is merged too; with one token left, or none, training ends early."""
    for power in (2, *rng.permutation(4).tolist()):  # two letters, doubled: all along one pair is more frequent
        text = "".join(rng.choice(list("abcdefgh"), 2, replace=False)) * 2**power
        assert_learned(submission, text, 256 + power)  # all but the last
        assert_learned(submission, text, integer(rng, 270, 400))
    for text in ("", texts.letters(rng, 1)):
        assert_learned(submission, text, integer(rng, 257, 400))


@needs("test_merges_the_most_frequent_pair")
def test_too_small_a_vocabulary_is_refused(submission, rng):
    """A vocab_size below 256 raises ValueError; with 256 nothing is learned."""
    for _ in range(8):
        text = texts.letters(rng, 3)
        if integer(rng, 0, 1):
            assert_learned(submission, text, 256)
        for size in (255, integer(rng, 1, 254), 0):
            assert_raises(ValueError, submission.train_bpe, text, size, why="vocab_size is below 256")


@needs("test_merges_the_most_frequent_pair", "test_ties_go_to_the_pair_seen_first")
def test_any_script(submission, rng):
    """The merges are made of a text's UTF-8 bytes, all of them: any script, line end, mark or emoji is learned."""
    for text in texts.hard(rng):
        assert_learned(submission, text * 2, 256 + len(text) // 2)
    assert_learned(submission, texts.mixture(rng, 150), 300)


@limit(40)
@needs("test_ties_go_to_the_pair_seen_first", "test_any_script")
def test_prose(submission, rng):
    """128 merges of 20,000 characters of English are right, in their order."""
    assert_learned(submission, texts.prose(rng, 20_000), 384)


@full
@limit(120)
@needs("test_ties_go_to_the_pair_seen_first", "test_any_script")
def test_shakespeare(submission, rng):
    """128 merges of 60,000 characters of Shakespeare are right, in their order."""
    play = tinyshakespeare()
    start = int(rng.integers(len(play) - 60_000))
    assert_learned(submission, play[start : start + 60_000], 384)


@bonus
@training
@limit(60)
@needs("test_merges_the_most_frequent_pair", "test_ties_go_to_the_pair_seen_first")
def test_speed(submission, reference, rng):
    """Training is fast enough: it takes at most 4 times as long as the course's solution, which does not count anew.

    Wall time of both on one text, in turn, so that a busy machine slows down both; what keeps it busy is not the
    submission's own, which is stopped meanwhile. Two of six rounds must be good: a
    right answer is turned away only if it alone is slowed several times in five of them, and one round in which the
    solution was held up gives nothing away.
    """
    assert_learned(submission, texts.prose(rng, 150), 290)  # before a long one takes its time
    rounds = []  # (times as long, seconds of theirs, seconds of ours)
    while len(rounds) < 6:
        text = texts.prose(rng, 12_000)  # another each time: an answer that is remembered is none
        started = time.perf_counter()
        result = submission.train_bpe(text, 512)
        theirs = time.perf_counter() - started
        with stopped(submission):
            started = time.perf_counter()
            merges, _ = reference.train_bpe(text, 512)
            ours = time.perf_counter() - started
        rounds.append((theirs / ours, theirs, ours))
        right = type(result) in {tuple, list} and len(result) == 2 and texts.alike(texts.plain(result[0]), merges)
        check(right, "The merges are not right; mend the other checks first.")
        rounds.sort()
        good = sum(times <= ALLOWED for times, _, _ in rounds)
        if good >= 2 or (len(rounds) >= 3 and rounds[0][0] > 2 * ALLOWED):
            break
    times, theirs, ours = rounds[min(1, len(rounds) - 1)]
    check(
        times <= ALLOWED,
        f"Your merges are right. Training took {theirs:.2f} s, the course's solution {ours:.2f} s on "
        f"the same text: {times:.1f} times as long, where {ALLOWED} times is allowed for this point. Where a round "
        "counts or copies the whole sequence, change only the counts around the places that it merges.",
    )

"""Checks of lecture9.train: learning the merges of byte pair encoding."""

import time

import hypothesis.strategies as st
from hypothesis import given

from grader.checks import assert_equal, assert_raises, check, full, limit, points, stopped, texts, training
from grader.data import tinyshakespeare

ALLOWED = 4  # times the time of the course's solution; counting anew takes 6 to 12 times as long


def assert_trained(result, text, vocab_size):
    """Demand the merges and the vocabulary that training on a text gives."""
    check(
        type(result) in {tuple, list} and len(result) == 2,
        "train_bpe returns two values: merges and vocab.",
    )
    merges, vocab = result
    swapped = type(merges) is dict and type(vocab) is dict and any(type(key) is tuple for key in vocab)
    check(not swapped, "The two values have changed places: merges first, {pair: id}, then vocab, {id: bytes}.")
    texts.assert_merges(merges, [text], vocab_size)
    _, right = texts.bpe([text], vocab_size)
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


def assert_first(submission, rng):
    """Demand the right merges of a short text, before a long one takes its time."""
    text = texts.prose(rng, 150)
    assert_trained(submission.train_bpe(text, 290), text, 290)


def many_ties(rng, length):
    """A text of letters in which no pair stands out, so that nearly every merge is decided by a tie."""
    letters = rng.choice(list("abcdefghijklmnopqrstuvwxyz"), 9, replace=False)
    return "".join("".join(rng.permutation(letters)) for _ in range(length))


@points(2)
@given(
    text=st.one_of(st.text("ab", max_size=24), st.text("abc", max_size=24), texts.texts()),
    more=st.integers(0, 12),
)
def test_merges_of_any_text(submission, text, more):
    """The merges are right for any text, the empty one too: the most frequent pair each time, the first of several."""
    assert_trained(submission.train_bpe(text, 256 + more), text, 256 + more)


def test_ties_go_to_the_pair_seen_first(submission, rng):
    """Of several pairs with the highest count, the one that is seen first in the present sequence is merged."""
    for length in (3, 12):
        text = many_ties(rng, length)
        assert_trained(submission.train_bpe(text, 280), text, 280)


def test_runs(submission, rng):
    """In runs of one letter overlapping pairs are counted each, and merged from the left."""
    for _ in range(3):
        letters = rng.choice(list("xyz \n"), 2, replace=False)
        text = "".join(str(letter) * int(rng.integers(1, 12)) for letter in [*letters] * 6)
        assert_trained(submission.train_bpe(text, 270), text, 270)


def test_any_script(submission, rng):
    """The merges are made of UTF-8 bytes: scripts of the world and emoji are learned like any other text."""
    for _ in range(2):
        text = texts.mixture(rng, 150)
        assert_trained(submission.train_bpe(text, 300), text, 300)


def test_stops_when_no_pair_is_left(submission, rng):
    """Training ends early when a single token is left; a vocabulary of 256 has no merge, and below that is an error."""
    text = texts.word(rng, 6, 12) + "é"
    assert_trained(submission.train_bpe(text, 400), text, 400)
    assert_trained(submission.train_bpe(text, 256), text, 256)
    assert_raises(ValueError, submission.train_bpe, text, int(rng.integers(1, 256)), why="vocab_size is below 256")


@points(2)
@limit(40)
def test_prose(submission, rng):
    """128 merges of 20,000 characters of English are right, in their order."""
    assert_first(submission, rng)
    text = texts.prose(rng, 20_000)
    assert_trained(submission.train_bpe(text, 384), text, 384)


@full
@limit(120)
def test_shakespeare(submission, rng):
    """128 merges of 60,000 characters of Shakespeare are right, in their order."""
    play = tinyshakespeare()
    start = int(rng.integers(len(play) - 60_000))
    text = play[start : start + 60_000]
    assert_trained(submission.train_bpe(text, 384), text, 384)


@training
@limit(60)
def test_speed(submission, reference, rng):
    """Training is fast enough: it takes at most 4 times as long as the course's solution, which does not count anew.

    Wall time of both on one text, in turn, so that a busy machine slows down both; what keeps it busy is not the
    submission's own, which is stopped meanwhile. Two of six rounds must be good: a
    right answer is turned away only if it alone is slowed several times in five of them, and one round in which the
    solution was held up gives nothing away.
    """
    assert_first(submission, rng)
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

"""Checks of lecture2.nll: the mean over pairs, underflow, and probabilities of 0."""

import math

import torch

from grader.checks import (
    assert_close,
    assert_equal,
    assert_responds,
    assert_unchanged,
    check,
    full,
    integer,
    limit,
    needs,
    new_seed,
    points,
    training,
    undisturbed,
    uniform,
)

LETTERS = "abcdefghijklmnopqrstuvwxyzABC-' éß中"
ALPHABET = "abcdefghijklmnopqrstuvwxyz"


def permuted(rng, items):
    """The items in random order."""
    return [items[i] for i in torch.randperm(len(items), generator=rng).tolist()]


def random_vocabulary(rng, V):
    """(letters, stoi): V - 1 letters in random order, numbered in that order from 1."""
    letters = permuted(rng, LETTERS)[: V - 1]
    return letters, {".": 0} | {c: i + 1 for i, c in enumerate(letters)}


def random_words(rng, letters, count):
    """Words of 1 to 7 letters, one word of each length at first; two words come twice."""
    lengths = [*permuted(rng, range(1, 8)), *(integer(rng, 1, 7) for _ in range(count))]
    words = ["".join(letters[integer(rng, 0, len(letters) - 1)] for _ in range(length)) for length in lengths[:count]]
    return [*words, *words[:2]]


def random_table(rng, V, dtype=torch.float64):
    """Probabilities (V, V) between about 0.1/V and 2/V, which lie transposed in memory; each row sums to 1."""
    P = uniform(rng, 0.1, 2.0, V, V)
    return (P / P.sum(1, keepdim=True)).to(dtype).T.contiguous().T


def pairs_of(words, stoi):
    """The numbers of all pairs, (n, 2): from one long text whose words share their dots."""
    text = torch.tensor([stoi[c] for c in "".join(f".{word}" for word in words) + "."])
    return torch.stack([text[:-1], text[1:]], 1)


def right_nll(words, probs, stoi):
    """What is right, by counting."""
    first, second = pairs_of(words, stoi).T
    return -probs.double()[first, second].log().mean().item()


@points(3)
def test_mean_over_pairs(submission, rng):
    """The result is the mean of −log p over all pairs of all words, dots included, as a Python float."""
    cases = []
    for V, count, dtype in ((6, 9, torch.float64), (9, 14, torch.float64), (7, 5, torch.float32)):
        letters, stoi = random_vocabulary(rng, V)
        cases.append((random_words(rng, letters[:-1], count), random_table(rng, V, dtype), stoi))
    letters, stoi = random_vocabulary(rng, 5)
    cases.append(([letters[1]], random_table(rng, 5), stoi))  # one word of one letter
    words, _, stoi = cases[0]
    cases += [(words, random_table(rng, 6), stoi), cases[0]]  # the same words with another table, and once more
    answers = [submission.nll(*case) for case in cases]
    for case, answer in zip(cases, answers, strict=True):
        sizes = {"pairs": len(pairs_of(case[0], case[2])), "words": len(case[0])}
        assert_close(answer, right_nll(*case), name="nll", rtol=1e-5, sizes=sizes, oracle="by counting")


@needs("test_mean_over_pairs")
def test_many_words(submission, rng):
    """Of two thousand words the product of all probabilities is too small for a float; their mean logarithm is not."""
    from grader.data import generated_words

    words = generated_words(2_000, new_seed(rng))
    stoi = {".": 0} | {c: i + 1 for i, c in enumerate(permuted(rng, ALPHABET))}
    probs = random_table(rng, 27)
    answer = submission.nll(words, probs, stoi)
    assert_close(answer, right_nll(words, probs, stoi), name="nll", rtol=1e-4, oracle="by counting")


@points(2)
@needs("test_mean_over_pairs")
def test_impossible_pairs(submission, rng):
    """The result is infinite where a pair that occurs has the probability 0, and only there."""
    for case in [0, 1, *(integer(rng, 0, 1) for _ in range(14))]:
        V = integer(rng, 7, 9)
        letters, stoi = random_vocabulary(rng, V)
        words, probs = random_words(rng, letters[:-2], 6), random_table(rng, V)
        pairs = pairs_of(words, stoi)
        occurs = torch.zeros(V, V, dtype=torch.bool)
        occurs[pairs[:, 0], pairs[:, 1]] = True
        zero = ~occurs
        if case:
            i, j = pairs[integer(rng, 0, len(pairs) - 1)]
            zero[i, j] = True
        probs = probs.masked_fill(zero, 0.0)
        answer = submission.nll(words, probs, stoi)
        check(isinstance(answer, float), "nll must return a Python float.")
        if case:
            first, second = (next(c for c in stoi if stoi[c] == number) for number in (i, j))
            said = f"The pair ({first!r}, {second!r}) occurs in the words and"
            check(answer == math.inf, f"{said} has the probability 0: nll must be math.inf, and yours is {answer}.")
        else:
            check(
                math.isfinite(answer),
                f"Every pair that occurs in the words has a probability above 0, so nll is finite; yours is {answer}.",
            )


def test_arguments_stay_as_they_are(submission, rng):
    """words, probs and stoi stay as they are, and torch's global generator, too."""
    answers = []
    with undisturbed(submission, rng):
        for V in (7, 20):  # so far apart that a rounded loss differs, too
            letters, stoi = random_vocabulary(rng, V)
            words = random_words(rng, letters, 8)
            answers.append(assert_unchanged(submission.nll, words, random_table(rng, V), stoi))
    assert_responds(*answers, name="nll")


@points(2)
@full
@limit(60)
@training
def test_names(submission, rng):
    """On the lecture's names nll is 2.4540 for the counts as they are, and 2.4546 with 1 added to each."""
    from grader.data import names

    words = permuted(rng, names())
    stoi = {".": 0} | {c: i + 1 for i, c in enumerate(permuted(rng, ALPHABET))}
    first, second = pairs_of(words, stoi).T
    counts = torch.bincount(first * 27 + second, minlength=729).reshape(27, 27).double()
    for smoothing, expected in ((0.0, 2.4540), (1.0, 2.4546)):
        P = counts + smoothing
        answer = submission.nll(words, P / P.sum(1, keepdim=True), stoi)
        assert_equal(type(answer), float, name="the type of nll")
        check(abs(answer - expected) < 3e-4, f"nll must be {expected} on the names; yours is {answer:.4f}.")

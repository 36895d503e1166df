"""Checks of lecture2.sample: the path through the table, its end, and how often each letter is drawn."""

import itertools
import math
from collections import Counter

import torch

from grader.checks import (
    assert_equal,
    assert_responds,
    assert_unchanged,
    check,
    generator,
    generators,
    integer,
    library,
    needs,
    new_seed,
    points,
    record_histogram,
    record_map,
    undisturbed,
    uniform,
)

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-' éß中"


def random_letters(rng, V):
    """itos for V characters: the dot, and letters in random order."""
    order = torch.randperm(len(LETTERS), generator=rng).tolist()
    return {0: "."} | {number: LETTERS[order[number]] for number in range(1, V)}


def path_table(rng, V, length, dtype=torch.float64):
    """(probs, numbers): after each of these numbers only the next one can come, after the last one the dot.

    Characters that are not on the way would be followed by the dot.
    """
    numbers = (torch.randperm(V - 1, generator=rng) + 1)[:length].tolist()
    probs = torch.zeros(V, V, dtype=dtype)
    probs[:, 0] = 1.0
    for here, following in itertools.pairwise([0, *numbers]):
        probs[here, 0], probs[here, following] = 0.0, 1.0
    return probs.T.contiguous().T, numbers


WEIGHTS = (1.0, 1.6, 2.4, 3.6, 4.8)


def random_table(rng):
    """Probabilities (6, 6) from 0.05 to 0.35 that lie transposed in memory; after a letter the dot is the likeliest.

    Each row has the weights in another order, and so has each column: all letters occur about as often.
    """
    P, order = torch.full((6, 6), 5.0, dtype=torch.float64), torch.randperm(5, generator=rng)
    P[0, 0] = 1.2
    for i in range(6):
        P[i, 1:] = torch.tensor(WEIGHTS).roll(int(order[i % 5]))
    P *= uniform(rng, 0.95, 1.05, 6, 6)
    return (P / P.sum(1, keepdim=True)).T.contiguous().T


def sparse_table(rng, V):
    """Probabilities (V, V), most of them 0: on a way through all letters a word goes on by one, by two, or ends."""
    way = [0, *(torch.randperm(V - 1, generator=rng) + 1).tolist()]
    P = torch.zeros(V, V, dtype=torch.float64)
    for place, here in enumerate(way):
        P[here, 0] = 0.1 if place < V - 3 else 1.0
        for following in way[place + 1 : place + 3]:
            P[here, following] = uniform(rng, 0.3, 0.7)
    return P / P.sum(1, keepdim=True)


def long_words(rng):
    """(probs, itos) of words of about 12 letters among 12, which are hardly ever equal by chance."""
    V = 13
    P = uniform(rng, 0.8, 1.0, V, V)
    P[1:, 0], P[0, 0] = 1.01, 0.0
    return P / P.sum(1, keepdim=True), random_letters(rng, V)


def drawn(submission, probs, itos, rng, count):
    """So many words: one that is asked for, the others drawn by one generator, all where the submission runs."""
    words = [submission.sample(probs, itos, generators(rng)[0])]
    repeat, there = library(submission, "itertools").repeat, library(submission, "builtins")
    theirs, _ = generators(rng)
    words += there.list(there.map(submission.sample, repeat(probs), repeat(itos), repeat(theirs, count - 1)))
    assert_words(words, itos)
    return words


def assert_words(words, itos):
    """Demand texts of the letters of itos."""
    known = set(itos.values()) - {"."}
    for word in words:
        check(isinstance(word, str), "sample must return a str.")
        check(set(word) <= known, f"A word must be of the letters of itos, without dots; here is {word!r}.")


def lengths(probs, count):
    """The lengths of so many words, each as often as the table has it, without anything drawn."""
    here, shares = probs[0], []  # here: how likely a word is at each letter, after so many
    for _ in range(20):
        shares.append(here[0].item())
        here = here[1:] @ probs[1:]
    return torch.repeat_interleave(torch.arange(20), (torch.tensor(shares) * count).round().long())


def bound(degrees):
    """What a chi-square of so many degrees of freedom exceeds with a probability of about 1e-12.

    By Wilson and Hilferty its cube root is nearly normal; 7 standard deviations are passed with 1.3e-12. The smallest
    count that is expected here is about 25. Alone it would have to be 67 to pass the bound, which a Poisson number with
    this mean reaches with 3e-12: so false alarms stay below 1e-9 though counts are whole numbers.
    """
    return degrees * (1 - 2 / (9 * degrees) + 7 * math.sqrt(2 / (9 * degrees))) ** 3


@points(2)
def test_possible_pairs(submission, rng):
    """Each letter of a word can follow the one before, the first one the dot, and the dot the last one."""
    V = 10
    probs, itos = sparse_table(rng, V), random_letters(rng, V)
    stoi = {c: number for number, c in itos.items()}
    # Of twelve generators, for whoever draws the same word again; all are empty with a probability of 1e-12.
    words = [submission.sample(probs, itos, generators(rng)[0]) for _ in range(12)]
    assert_words(words, itos)
    check(any(words), "Twelve words in a row are empty, though nine of ten should have a letter.")
    for word in [*words, *drawn(submission, probs, itos, rng, 60)]:
        for a, b in itertools.pairwise(f".{word}."):
            check(
                probs[stoi[a], stoi[b]] > 0,
                f"In {word!r} the character {a!r} is followed by {b!r}, which has the probability 0 in that row of "
                "probs (the dot stands before and after a word).",
            )


@points(2)
@needs("test_possible_pairs")
def test_the_only_way(submission, rng):
    """Where each character can be followed by one other alone, sample writes these, from the dot to the dot."""
    cases = []
    for V, length, dtype in ((9, 5, torch.float64), (6, 1, torch.float32), (12, 11, torch.float64)):
        probs, numbers = path_table(rng, V, length, dtype)
        cases.append((probs, numbers, random_letters(rng, V)))
    cases.append(cases[0])  # as before, with others in between
    words = [submission.sample(probs, itos, generators(rng)[0]) for probs, _, itos in cases]
    for word, (_, numbers, itos) in zip(words, cases, strict=True):
        assert_equal(word, "".join(itos[number] for number in numbers), name="the word")


@needs("test_the_only_way")
def test_any_length(submission, rng):
    """Words are as long as they come: of fifty letters, and of none where the dot follows the dot."""
    cases = []
    for length in (50, integer(rng, 40, 49), 0):
        probs, numbers = path_table(rng, 55, length)
        cases.append((probs, numbers, random_letters(rng, 55)))
    for probs, numbers, itos in cases:
        word = submission.sample(probs, itos, generators(rng)[0])
        assert_equal(word, "".join(itos[number] for number in numbers), name="the word")


@needs("test_possible_pairs")
def test_the_generator_decides(submission, rng):
    """The generator alone decides: its state leads to the same words again, another state to others."""
    probs, itos = long_words(rng)
    seeds = [new_seed(rng) for _ in range(2)]
    with undisturbed(submission, rng):
        words = [
            [submission.sample(probs, itos, generator((seed + k) % 2**31)) for k in range(5)]
            for seed in [*seeds, seeds[0]]
        ]
    assert_responds(words[0], words[1], name="what is drawn for another state")
    assert_equal(words[2], words[0], name="the words, drawn again by generators in the same states")


@needs("test_the_generator_decides")
def test_the_generator_advances(submission, rng):
    """Words that are drawn one after the other by one generator differ."""
    probs, itos = long_words(rng)
    words = drawn(submission, probs, itos, rng, 12)
    # Two random words of this table are equal with a probability below 1/50: eight equal ones never come.
    check(len(set(words)) > 4, f"Of twelve words drawn by one generator only {len(set(words))} differ: {words[:4]}, …")


@points(2)
@needs("test_the_only_way", "test_the_generator_advances")
def test_first_letters(submission, rng):
    """Of 1,000 words the first letters are as frequent as row 0 of probs says."""
    probs, itos = random_table(rng), random_letters(rng, 6)
    first = Counter(word[:1] or "." for word in drawn(submission, probs, itos, rng, 1_000))
    counts = torch.tensor([first[itos[number]] for number in range(6)], dtype=torch.float64)
    assert_frequent(counts, probs[0], itos, "The first characters of 1,000 words (the dot where one is empty)", 0)


@points(2)
@needs("test_first_letters")
def test_pairs(submission, rng):
    """After each letter the next one, or the end, is drawn as often as its row of probs says."""
    probs, itos = random_table(rng), random_letters(rng, 6)
    stoi = {c: number for number, c in itos.items()}
    counts = torch.zeros(6, 6, dtype=torch.float64)
    words = drawn(submission, probs, itos, rng, 1_000)
    found = {"yours": torch.tensor([len(word) for word in words]), "as probs has it": lengths(probs, 10_000)}
    record_histogram("how many letters a word has", found, low=0, high=20)
    for word in words:
        for a, b in itertools.pairwise(f".{word}."):
            counts[stoi[a], stoi[b]] += 1
    record_map("yours: how often j follows i", counts / counts.sum(1, keepdim=True).clamp(min=1), labels=[*stoi])
    record_map("probs", probs, labels=[*stoi])
    for i in range(1, 6):
        # 500 are expected at least, with a standard deviation of less than 40
        check(
            counts[i].sum() >= 200, f"The letter {itos[i]!r} comes {int(counts[i].sum())} times in 1,000 words: seldom."
        )
        assert_frequent(counts[i], probs[i], itos, f"What follows the letter {itos[i]!r} in 1,000 words", i)


def assert_frequent(counts, probs, itos, what, row):
    """Demand counts that are as frequent as these probabilities."""
    expected = counts.sum() * probs
    table = ", ".join(
        f"{c!r} {int(count)} times for {right:.0f}"
        for c, count, right in zip(itos.values(), counts, expected, strict=True)
    )
    check(
        ((counts - expected) ** 2 / expected).sum().item() < bound(len(counts) - 1),
        f"{what} are not as frequent as row {row} says: {table}.",
    )


def test_arguments_stay_as_they_are(submission, rng):
    """probs and itos stay as they are."""
    letters, words = random_letters(rng, 25), []
    for first in (1, 13):  # words of other letters, which differ however they are drawn
        probs, _ = long_words(rng)
        itos = {0: "."} | {number: letters[first + number - 1] for number in range(1, 13)}
        words.append(assert_unchanged(submission.sample, probs, itos, generators(rng)[0]))
    assert_responds(*words, name="the word")

"""Checks of walk.temperature: how often each token is drawn, the limits, and where the random numbers come from."""

import math

import torch

from grader.checks import (
    assert_equal,
    assert_responds,
    assert_unchanged,
    bonus,
    check,
    generators,
    integer,
    library,
    needs,
    points,
    record_histogram,
    type_in_words,
    undisturbed,
    uniform,
)


def random_logits(rng, V, dtype=torch.float64):
    """Scores from -0.8 to 0.8 about some number, in random order, in a view of something longer."""
    order = torch.randperm(V, generator=rng)
    spread = torch.linspace(-0.8, 0.8, V, dtype=torch.float64)[order] + uniform(rng, -0.05, 0.05, V)
    return (spread + uniform(rng, 2.0, 3.0)).to(dtype).repeat_interleave(2)[::2]


def drawn(submission, logits, temperature, rng, count):
    """Tokens: some that are asked for one by one, the others drawn by one generator, all where the submission runs."""
    first = submission.sample_token(logits, temperature, generators(rng)[0])
    check(type(first) is int, f"sample_token returns a Python int; this is {type_in_words(first)}.")
    if count == 1:
        return [first]
    alone = [submission.sample_token(logits, temperature, generators(rng)[0]) for _ in range(count // 25)]
    repeat, there = library(submission, "itertools").repeat, library(submission, "builtins")
    theirs, _ = generators(rng)
    asked = there.map(submission.sample_token, repeat(logits), repeat(temperature), repeat(theirs, count - 1))
    tokens = [first, *alone, *there.list(asked)]
    check(
        all(type(token) is int and 0 <= token < len(logits) for token in tokens),
        f"Tokens are ints from 0 to vocab - 1, here {len(logits) - 1}.",
    )
    return tokens


def bound(degrees):
    """What a chi-square of so many degrees of freedom exceeds with a probability of about 1e-12.

    By Wilson and Hilferty its cube root is nearly normal; 7 standard deviations are passed with 1.3e-12. The smallest
    count that is expected here is about 35, enough for that: false alarms stay below 1e-9.
    """
    return degrees * (1 - 2 / (9 * degrees) + 7 * math.sqrt(2 / (9 * degrees))) ** 3


def assert_frequent(tokens, p, what):
    """Demand tokens that are as frequent as these probabilities."""
    right = len(tokens) * p
    counts = torch.bincount(torch.tensor(tokens), minlength=len(p))
    alone = set(tokens[: len(tokens) // 30])  # 33 at least, each with less than 1/2: equal with less than 1e-9
    check(len(alone) > 1, f"{what}, generators in {len(tokens) // 30} different states give the same token, {alone}.")
    table = ", ".join(f"{i}: {int(counts[i])} for {float(right[i]):.0f}" for i in range(len(p)))
    check(
        ((counts - right) ** 2 / right).sum().item() < bound(len(p) - 1),
        f"{what}, the tokens are not as frequent as the formula says, in {len(tokens):,} draws; {table}.",
    )


@points(3)
def test_frequencies(submission, rng):
    """Token i is drawn with the probability exp(logit_i / T) / Σ exp(logit_j / T), below 1, at 1 and above it."""
    V = 6
    asked = [(temperature, random_logits(rng, V)) for temperature in (0.5, 1.0, 2.0)]
    found = [drawn(submission, logits, temperature, rng, 2_000) for temperature, logits in asked]
    tables = {}
    for (temperature, logits), tokens in zip(asked, found, strict=True):
        order = logits.argsort(descending=True).argsort()
        tables[f"T = {temperature:g}"] = order[torch.tensor(tokens)].double()
    record_histogram("how often each token is drawn, the likeliest at 0", tables, low=-0.5, high=V - 0.5)
    for (temperature, logits), tokens in zip(asked, found, strict=True):
        assert_frequent(tokens, (logits / temperature).softmax(-1), f"At T = {temperature:g}")


@needs("test_frequencies")
def test_cold(submission, rng):
    """At a temperature near 0 the likeliest token comes nearly always, however small the difference of the logits."""
    for dtype in (torch.float64, torch.float32):
        logits = random_logits(rng, 7, dtype)
        logits = logits - logits.max() + 0.05
        likeliest, second = logits.topk(2).values.tolist()
        # another token has less than 6 exp(-40), 3e-17
        tokens = drawn(submission, logits, (likeliest - second) / 40, rng, 60)
        wrong = [token for token in tokens if token != int(logits.argmax())]
        check(
            not wrong, f"Token {int(logits.argmax())} has the largest logit; in {len(wrong)} of 60 draws others came."
        )


@needs("test_frequencies")
def test_hot(submission, rng):
    """At a very high temperature all tokens are about as likely, however large the difference of the logits."""
    logits = 40 * random_logits(rng, 5)
    assert_frequent(drawn(submission, logits, 1e4, rng, 1_000), (logits / 1e4).softmax(-1), "At T = 10,000")


@needs("test_frequencies")
def test_large_logits(submission, rng):
    """Logits may be as large as 10,000, and as small: only their differences count."""
    for shift in (0.0, 10_000.0, -10_000.0):
        logits = random_logits(rng, 5) + shift
        tokens = drawn(submission, logits, 0.8, rng, 1_000)
        assert_frequent(tokens, (logits / 0.8).softmax(-1), f"With logits near {shift:,.0f}")


@needs("test_frequencies")
def test_tokens_that_must_not_come(submission, rng):
    """A token with the logit -inf never comes, also where only one is left, and a single token is always drawn."""
    for V, left in ((6, 2), (5, 1), (1, 1)):
        logits = random_logits(rng, V) if V > 1 else uniform(rng, 2.0, 3.0, 1)
        barred = torch.randperm(V, generator=rng)[left:]
        logits[barred] = -torch.inf
        tokens = drawn(submission, logits, float(uniform(rng, 1.5, 3.0)), rng, 60)
        check(
            not set(tokens) & set(barred.tolist()), f"The logits of {sorted(barred.tolist())} are -inf, and one came."
        )


@needs("test_frequencies")
def test_generator(submission, rng):
    """All that is random comes from the generator: one state gives one sequence, and the global one is left alone."""
    there, repeat = library(submission, "builtins"), library(submission, "itertools").repeat
    logits, T = random_logits(rng, 19), 9.0  # 40 draws of many tokens: equal by chance with less than 1e-40
    answers = []
    for _ in range(2):
        first, second = generators(rng)
        for generator in (first, second):
            with undisturbed(submission, rng):
                draws = there.map(submission.sample_token, repeat(logits), repeat(T), repeat(generator, 40))
                answers.append(there.list(draws))
    alone = []
    for _ in range(12):
        tokens = [submission.sample_token(logits, T, generator) for generator in generators(rng)]
        assert_equal(*tokens, name="the token, from one state of the generator", oracle="the same state")
        alone += tokens
    check(len(set(alone)) > 1, f"Generators in 12 states give the same token, {alone[0]}.")  # by chance: 0.1^11
    for pair in (answers[:2], answers[2:]):
        assert_equal(*pair, name="the tokens, from one state of the generator", oracle="the same state")
    assert_responds(answers[0], answers[2], name="the tokens")


@needs("test_frequencies")
def test_arguments_stay(submission, rng):
    """logits stay as they are, float32 and float64; with other logits other tokens come."""
    for dtype in (torch.float32, torch.float64):
        found = []
        for place in torch.randperm(6, generator=rng)[:2].tolist():
            logits = random_logits(rng, 6, dtype)
            logits[place] += 40.0
            theirs, _ = generators(rng)
            found.append(assert_unchanged(submission.sample_token, logits, 0.9, theirs))
            assert_equal(found[-1], place, name="the token", oracle="the logit that is 40 above the others")
        assert_responds(*found, name="the token")


@bonus
@needs("test_cold")
def test_zero(submission, rng):
    """T = 0 takes the largest logit, the first of several that are equal."""
    for dtype in (torch.float64, torch.float32):
        logits = random_logits(rng, 7, dtype)
        tied = torch.randperm(7, generator=rng)[:2]
        assert_equal(drawn(submission, logits, 0.0, rng, 1), [int(logits.argmax())], name="the token at T = 0")
        logits[tied] = 9.0
        assert_equal(drawn(submission, logits, 0.0, rng, 5), [int(tied.min())] * 5, name="the tokens at T = 0")


@bonus
@needs("test_cold")
def test_tiny_temperature(submission, rng):
    """T may be so small that logits / T is beyond the floats: the likeliest token is drawn."""
    for dtype, temperature in ((torch.float32, 1e-40), (torch.float64, 1e-310), (torch.float32, 1e-300)):
        logits = random_logits(rng, integer(rng, 4, 8), dtype)
        assert_equal(
            drawn(submission, logits, temperature, rng, 3),
            [int(logits.argmax())] * 3,
            name=f"tokens at T = {temperature}",
        )

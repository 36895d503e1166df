"""Checks of lecture8.decode: votes and scores counted by hand, and probabilities over the allowed tokens alone."""

import itertools
import string

import torch

from grader.checks import (
    assert_close,
    assert_equal,
    assert_raises,
    assert_responds,
    assert_unchanged,
    integer,
    needs,
    normal,
    points,
    undisturbed,
    uniform,
)


def shuffled(rng, values):
    """The values in a random order."""
    return [values[i] for i in torch.randperm(len(values), generator=rng).tolist()]


def words(rng, number, length=5):
    """Different texts of small letters."""
    found = {}
    while len(found) < number:
        found["".join(string.ascii_lowercase[integer(rng, 0, 25)] for _ in range(length))] = None
    return list(found)


# self_consistency


def election(rng, votes):
    """Answers of which the first has so many votes more than any other, and is neither the first nor the last seen."""
    winner, other, *others = words(rng, 5)
    answers = [winner] * votes + [other] * (votes - 1) + [text for text in others for _ in range(votes - 2)]
    first, *rest = shuffled(rng, [text for text in answers if text != winner])
    return [first, *shuffled(rng, [winner] * votes + rest[:-1]), rest[-1]], winner


@points(2)
def test_majority(submission, rng):
    """self_consistency returns the answer that was given most often, more than half of the times or not."""
    cases = [election(rng, votes) for votes in (3, 4, 5)]
    spelt, loud, winner = words(rng, 3)
    loud = f"{spelt.upper()} "  # another answer: it is not asked for that they be made alike
    cases.append(([loud, spelt, *[winner] * 3, spelt, loud], winner))
    more, single = words(rng, 3), words(rng, 1)
    cases.append(([more[0], *[more[1]] * 3, more[2]], more[1]))  # more than half
    cases.append((single, single[0]))
    few = integer(rng, 100, 999)
    cases.append(([few + 1, few, few + 2, few, few + 1, few, few + 3], few))
    answers = [submission.self_consistency(given) for given, _ in cases]
    submission.self_consistency(words(rng, 6))  # asked for and not compared
    for answer, (given, expected) in zip(answers, cases, strict=True):
        assert_equal(answer, expected, name=f"self_consistency({given})")


def tie(rng, low_second, second_leads):
    """Three ints, each twice: seen first is the middle one, and a set of them does not lead with it."""
    while True:
        low, middle, high = sorted(integer(rng, 10, 999) for _ in range(3))
        if low < middle < high:
            second, third = (low, high) if low_second else (high, low)
            given = [middle, second, third, second, third, middle]
            if next(iter(set(given))) == (second if second_leads else third):
                return given


@needs("test_majority")
def test_ties_go_to_the_first_seen(submission, rng):
    """Among answers that were given equally often the one that was seen first wins."""
    cases = [tie(rng, *flags) for flags in itertools.product((True, False), repeat=2)]
    few = words(rng, 3)
    cases += [given[:3] for given in cases]
    submission.self_consistency([few[0], *few])  # asked for and not compared
    answers = [submission.self_consistency(given) for given in cases]
    for answer, given in zip(answers, cases, strict=True):
        most = max(given.count(one) for one in given)
        expected = next(one for one in given if given.count(one) == most)
        assert_equal(answer, expected, name=f"self_consistency({given})")


# best_of_n


def rated(rng, n):
    """Samples and different scores below 0; neither first nor last is best or worst, nor is the best text."""
    scores = sorted((-uniform(rng, 1.0, 9.0, n)).tolist(), reverse=True)
    texts = sorted(words(rng, n))
    texts[0], texts[2] = texts[2], texts[0]
    best, worst, *rest = list(zip(texts, scores, strict=True))[:1] + list(zip(texts, scores, strict=True))[::-1][:-1]
    first, last, *others = shuffled(rng, rest)
    pairs = [first, *shuffled(rng, [best, worst, *others]), last]
    return [text for text, _ in pairs], [score for _, score in pairs], best[0]


@points(2)
def test_best(submission, rng):
    """best_of_n returns the sample with the highest score, also where all scores are negative."""
    cases = [rated(rng, n) for n in (5, integer(rng, 6, 9))]
    samples, scores, best = rated(rng, 7)
    cases.append((samples, [score + 5.0 for score in scores], best))  # on both sides of 0
    only = words(rng, 1)
    cases.append((only, [-float(uniform(rng, 0.5, 1.5))], only[0]))
    answers = [submission.best_of_n(samples, scores) for samples, scores, _ in cases]
    submission.best_of_n(words(rng, 3), [0.25, 0.75, 0.75])  # asked for and not compared
    for answer, (samples, scores, expected) in zip(answers, cases, strict=True):
        assert_equal(answer, expected, name=f"best_of_n({samples}, {scores})")


@needs("test_best")
def test_equal_scores(submission, rng):
    """Among samples with equal scores the first one wins."""
    cases = []
    for names in (sorted(words(rng, 4)), sorted(words(rng, 4), reverse=True), words(rng, 4)):
        high = float(uniform(rng, -1.0, 1.0))
        cases += [(names, [high - 1, high, high, high - 2]), (names, [high] * 4)]
    answers = [submission.best_of_n(samples, scores) for samples, scores in cases]
    for answer, (samples, scores) in zip(answers, cases, strict=True):
        expected = samples[scores.index(max(scores))]
        assert_equal(answer, expected, name=f"best_of_n({samples}, {scores})")


@needs("test_best")
def test_scores_in_a_tensor(submission, rng):
    """The scores may be a tensor, as a reward model gives them, and samples may come twice."""
    submission.best_of_n(*rated(rng, 6)[:2])
    for dtype in (torch.float32, torch.float64):
        samples, scores, best = rated(rng, integer(rng, 5, 8))
        samples = [*samples, samples[0], best]
        tensor = torch.tensor([*scores, -9.5, -10.0], dtype=dtype)
        assert_equal(submission.best_of_n(samples, tensor), best, name=f"best_of_n({samples}, {tensor})")


@needs("test_majority", "test_best")
def test_nothing_to_choose_from(submission, rng):
    """Without answers, without samples, or with too few or too many scores: ValueError, and only then."""
    answers = []
    for turn in range(2):
        given, winner = election(rng, integer(rng, 3, 5))
        samples, scores, best = rated(rng, 5 + turn)
        answers.append(((submission.self_consistency(given), winner), (submission.best_of_n(samples, scores), best)))
    for n in shuffled(rng, [4, 5, 6]):
        assert_raises(
            ValueError, submission.best_of_n, words(rng, n - 1), [0.5] * n, why=f"{n} scores for {n - 1} samples"
        )
        assert_raises(ValueError, submission.best_of_n, words(rng, n), [0.5] * (n - 1), why=f"{n - 1} scores for {n}")
    assert_raises(ValueError, submission.best_of_n, [], [], why="there are no samples")
    assert_raises(ValueError, submission.self_consistency, [], why="there are no answers")
    for vote, choice in answers:
        assert_equal(vote[0], vote[1], name="self_consistency(…)")
        assert_equal(choice[0], choice[1], name="best_of_n(…)")


# constrained


def mask(rng, *shape):
    """Which tokens are allowed: in every row one at least, and not all."""
    *leading, V = shape
    allowed = torch.rand(shape, generator=rng) < 0.5
    rows = allowed.reshape(-1, V)
    for row in rows:
        yes, no = torch.randperm(V, generator=rng)[:2].tolist()
        row[yes], row[no] = True, False
    return rows.reshape(*leading, V).transpose(0, -1).contiguous().transpose(0, -1)  # a view


def renormalised(logits, allowed):
    """The softmax of each row over its allowed tokens alone, and 0 elsewhere."""
    V = logits.shape[-1]
    probabilities = torch.zeros(logits.numel() // V, V, dtype=logits.dtype)
    rows = zip(probabilities, logits.reshape(-1, V), allowed.reshape(-1, V), strict=True)
    for row, values, may in rows:
        row[may] = (values[may] - values[may].logsumexp(0)).exp()
    return probabilities.reshape(logits.shape)


@points(3)
def test_constrained(submission, rng):
    """constrained gives the softmax over the allowed tokens alone, and 0 elsewhere, for any leading axes."""
    V = integer(rng, 6, 9)
    shapes = ((integer(rng, 4, 5),), (3, V), (2, 3, V), (1, 2))
    cases = [(normal(rng, *shape, scale=2.0), mask(rng, *shape)) for shape in shapes]
    logits = normal(rng, 3, V)
    single = torch.zeros(3, V, dtype=torch.bool)
    single[torch.arange(3), torch.randperm(V, generator=rng)[:3]] = True
    cases += [(logits, single), (logits, torch.ones_like(single))]
    answers = [submission.constrained(*case) for case in cases]
    for answer, case in zip(answers, cases, strict=True):
        sizes = {"V": case[0].shape[-1]}
        assert_close(answer, renormalised(*case), name="p", oracle="the allowed tokens alone", sizes=sizes)


@needs("test_constrained")
def test_constrained_at_the_extremes(submission, rng):
    """Allowed tokens that the model holds impossible still share all the probability, at ±10,000 and in float32."""
    for dtype, rtol in ((torch.float64, 1e-9), (torch.float32, 2e-3)):  # at 10,000 they lie 0.001 apart
        V = integer(rng, 6, 9)
        allowed = mask(rng, 4, V)
        logits = (torch.where(allowed, -1e4, 1e4) + normal(rng, 4, V)).to(dtype)
        logits[1] = logits[1].roll(1)  # some of the forbidden ones are low, too
        assert_close(
            submission.constrained(logits, allowed),
            renormalised(logits.double(), allowed).to(dtype),
            name="p",
            rtol=rtol,
            oracle="the allowed tokens alone",
            sizes={"V": V},
        )


@needs("test_constrained")
def test_nothing_allowed(submission, rng):
    """A row in which no token is allowed raises ValueError, among others too, and no other row does."""
    V = integer(rng, 4, 6)
    fine = [(normal(rng, *shape), mask(rng, *shape)) for shape in ((V,), (3, V))]
    answers = [submission.constrained(*case) for case in fine]
    for shape in ((V,), (3, V), (2, 3, V)):
        allowed = mask(rng, *shape)
        allowed[tuple(integer(rng, 0, size - 1) for size in shape[:-1])] = False
        assert_raises(
            ValueError, submission.constrained, normal(rng, *shape), allowed, why="a row has no token allowed"
        )
    for answer, case in zip(answers, fine, strict=True):
        assert_close(answer, renormalised(*case), name="p", oracle="the allowed tokens alone")


@needs("test_majority", "test_best", "test_constrained")
def test_arguments_stay_as_they_are(submission, rng):
    """Arguments and torch's global generator stay as they are; the same arguments give the same answers again."""
    V = integer(rng, 4, 6)
    for function, name, (first, second) in (
        (submission.self_consistency, "the vote", [(election(rng, 4)[0],) for _ in range(2)]),
        (submission.best_of_n, "the best", [rated(rng, 6)[:2] for _ in range(2)]),
        (submission.constrained, "p", [(normal(rng, 3, V), mask(rng, 3, V)) for _ in range(2)]),
    ):
        with undisturbed(submission, rng):
            answer = assert_unchanged(function, *first)
        assert_responds(answer, assert_unchanged(function, *second), name=name)
        again = function(*first)
        if isinstance(again, torch.Tensor):
            assert_close(again, answer, name=f"{name}, the second time", oracle="the first time")
        else:
            assert_equal(again, answer, name=f"{name}, the second time", oracle="the first time")
    samples, scores, _ = rated(rng, 5)
    logits = normal(rng, V)
    even = torch.arange(V) % 2 == 0
    pairs = [
        (
            submission.best_of_n(samples, scores),
            submission.best_of_n(samples, [-score for score in scores]),
            "the best",
        ),
        (submission.constrained(logits, even), submission.constrained(logits, ~even), "p"),
    ]
    for one, other, name in pairs:
        assert_responds(one, other, name=f"{name}, with another second argument,")

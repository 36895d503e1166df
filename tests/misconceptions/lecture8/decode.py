"""What learners get wrong in lecture8.decode."""

from collections import Counter

import torch

from grader.checks import misconception


def _voted(answers):
    """The right vote."""
    if not answers:
        raise ValueError("no answers")
    return Counter(answers).most_common(1)[0][0]


def _best(samples, scores, key=lambda score: score):
    """The sample with the largest key, the first of several."""
    if not samples or len(samples) != len(scores):
        raise ValueError("one score for each sample is wanted")
    keys = [key(float(score)) for score in scores]
    return samples[keys.index(max(keys))]


def _some_in_each_row(allowed):
    if not allowed.any(-1).all():
        raise ValueError("no token is allowed")


# self_consistency


@misconception(
    "A set has no order that you can rely on, so ties go to any of the answers. Count in the order in which they were "
    "seen: Counter(answers), or max over the list itself.",
    name="set-order",
    violates=("ties_go_to_the_first_seen",),
)
def self_consistency(answers):
    _voted(answers)
    return max(set(answers), key=answers.count)


@misconception(
    "Ties go to the answer that was seen last. The first seen wins: replace the best so far only by one with more "
    "votes (>), not with as many (>=).",
    name="last-seen",
    violates=("ties_go_to_the_first_seen",),
)
def self_consistency(answers):
    winner = _voted(answers)
    counts = Counter(answers)
    for answer in counts:
        if counts[answer] >= counts[winner]:
            winner = answer
    return winner


@misconception(
    "Ties go to the smallest answer, in the order of the alphabet. The first seen wins: do not sort the answers, and "
    "do not use what sorts, as np.unique does.",
    name="smallest-first",
    violates=("ties_go_to_the_first_seen",),
)
def self_consistency(answers):
    _voted(answers)
    return max(sorted(set(answers)), key=answers.count)


@misconception(
    "Ties go to the largest answer, in the order of the alphabet, as max does with pairs of count and answer. The "
    "first seen wins.",
    name="largest-first",
    violates=("ties_go_to_the_first_seen",),
)
def self_consistency(answers):
    _voted(answers)
    return max((count, answer) for answer, count in Counter(answers).items())[1]


@misconception(
    "Ties go to the answer that is the first to reach its number of votes: the best is updated while votes are being "
    "counted. Count all of them first.",
    name="first-to-reach",
    violates=("ties_go_to_the_first_seen",),
)
def self_consistency(answers):
    _voted(answers)
    counts, most, winner = {}, 0, None
    for answer in answers:
        counts[answer] = counts.get(answer, 0) + 1
        if counts[answer] > most:
            most, winner = counts[answer], answer
    return winner


@misconception("The answer that was given least often is returned. Take the most frequent one.", name="rarest")
def self_consistency(answers):
    _voted(answers)
    return min(answers, key=answers.count)


@misconception("The first answer is returned, whatever the others say. Count them.", name="first-answer")
def self_consistency(answers):
    _voted(answers)
    return answers[0]


@misconception(
    "The pair of the answer and its count is returned, as most_common has it. Return the answer alone.",
    name="pair-returned",
)
def self_consistency(answers):
    _voted(answers)
    return Counter(answers).most_common(1)[0]


@misconception("The number of votes is returned. Return the answer that got them.", name="count-returned")
def self_consistency(answers):
    return answers.count(_voted(answers))


@misconception(
    "Only an answer with more than half of the votes is taken, and without one the first of all. The most frequent "
    "wins, be it with 3 votes of 10.",
    name="absolute-majority",
)
def self_consistency(answers):
    winner = _voted(answers)
    return winner if 2 * answers.count(winner) > len(answers) else answers[0]


@misconception(
    "Spaces and capitals are taken away before the vote, so that different answers count as one. They are to be "
    "compared as they are.",
    name="normalised",
)
def self_consistency(answers):
    return _voted([answer.strip().lower() if isinstance(answer, str) else answer for answer in answers])


@misconception(
    "Without answers None is returned, which somebody will take for an answer. Raise ValueError.",
    name="none-without-answers",
    violates=("nothing_to_choose_from",),
)
def self_consistency(answers):
    return _voted(answers) if answers else None


@misconception(
    "Without answers there is no first of them, which is an IndexError by accident. Look whether there are any, and "
    "raise ValueError.",
    name="index-error-without-answers",
    violates=("nothing_to_choose_from",),
)
def self_consistency(answers):
    return Counter(answers).most_common(1)[0][0]


@misconception(
    "The caller's list is sorted on the way. Work on a copy: sorted(answers) is one, answers.sort() is not.",
    name="answers-sorted",
    violates=("arguments_stay_as_they_are",),
)
def self_consistency(answers):
    winner = _voted(answers)
    answers.sort()
    return winner


# best_of_n


@misconception("The sample with the lowest score is returned. The highest is the best.", name="lowest")
def best_of_n(samples, scores):
    return _best(samples, scores, key=lambda score: -score)


@misconception(
    "The place of the best sample is returned. Return the sample itself: samples[place].", name="place-returned"
)
def best_of_n(samples, scores):
    return samples.index(_best(samples, scores))


@misconception("The best score is returned. Return the sample that has it.", name="score-returned")
def best_of_n(samples, scores):
    return float(max(scores)) if _best(samples, scores) else None


@misconception("The score with the largest magnitude is taken. −5 is lower than −1.", name="magnitude")
def best_of_n(samples, scores):
    return _best(samples, scores, key=abs)


@misconception(
    "The best score so far starts at 0, so that among negative scores none is better, and nothing is chosen. Start at "
    "−inf, or with the first sample.",
    name="starts-at-zero",
)
def best_of_n(samples, scores):
    _best(samples, scores)
    best, most = None, 0.0
    for sample, score in zip(samples, scores, strict=True):
        if float(score) > most:
            best, most = sample, float(score)
    return best


@misconception("The longest sample is returned, whatever its score is.", name="scores-ignored")
def best_of_n(samples, scores):
    _best(samples, scores)
    return max(samples, key=len)


@misconception(
    "Among equal scores the last sample is taken. The first one wins: replace the best so far only by a higher score "
    "(>), not by an equal one (>=).",
    name="last-of-equals",
    violates=("equal_scores",),
)
def best_of_n(samples, scores):
    return _best(samples[::-1], list(scores)[::-1])


@misconception(
    "Pairs of score and sample are compared, so that among equal scores the text decides, by the alphabet. The first "
    "one wins: compare the scores alone, key=lambda pair: pair[0].",
    name="text-decides",
    violates=("equal_scores",),
)
def best_of_n(samples, scores):
    _best(samples, scores)
    return max(zip(map(float, scores), samples, strict=True))[1]


@misconception(
    "scores.index is a method of lists, and a tensor has none. Go over the places, max(range(n), key=…), or make a "
    "list of it first.",
    name="lists-only",
    violates=("scores_in_a_tensor",),
)
def best_of_n(samples, scores):
    if not samples or len(samples) != len(scores):
        raise ValueError("one score for each sample is wanted")
    return samples[scores.index(max(scores))]


@misconception(
    "Scores and samples are put together by a dict from text to score, in which a text that comes twice keeps its last "
    "score. Go by places.",
    name="dict-of-samples",
    violates=("scores_in_a_tensor",),
)
def best_of_n(samples, scores):
    _best(samples, scores)
    table = dict(zip(samples, map(float, scores), strict=True))
    return max(table, key=table.get)


@misconception(
    "zip stops at the shorter of the two, and samples or scores that are left over are lost without a word. Raise "
    "ValueError where the lengths differ.",
    name="lengths-not-compared",
    violates=("nothing_to_choose_from",),
)
def best_of_n(samples, scores):
    if not samples:
        raise ValueError("no samples")
    return max(zip(map(float, scores), samples, strict=False), key=lambda pair: pair[0])[1]


@misconception(
    "Without samples None is returned. Raise ValueError.",
    name="none-without-samples",
    violates=("nothing_to_choose_from",),
)
def best_of_n(samples, scores):
    return _best(samples, scores) if samples or len(scores) else None


# constrained


@misconception(
    "The mask is multiplied with the logits, so that forbidden tokens have the logit 0, and a probability. They need "
    "−inf: logits.masked_fill(~allowed, -torch.inf).",
    name="mask-multiplied",
)
def constrained(logits, allowed):
    _some_in_each_row(allowed)
    return (logits * allowed).softmax(-1)


@misconception(
    "The mask is added to the logits: True is 1 more. Forbidden tokens need −inf in place of their logits.",
    name="mask-added",
)
def constrained(logits, allowed):
    _some_in_each_row(allowed)
    return (logits + allowed).softmax(-1)


@misconception(
    "Forbidden tokens get the probability 0, but the others do not share what they lose: the sum is below 1. Mask the "
    "logits, before the softmax.",
    name="not-renormalised",
)
def constrained(logits, allowed):
    _some_in_each_row(allowed)
    return logits.softmax(-1) * allowed


@misconception(
    "What is allowed and what is not have changed places: the mask is True where a token may come.",
    name="mask-inverted",
)
def constrained(logits, allowed):
    _some_in_each_row(allowed)
    return logits.masked_fill(allowed, -torch.inf).softmax(-1).nan_to_num()


@misconception(
    "The masked logits are returned. Return probabilities: their softmax along the last axis.",
    name="logits-returned",
)
def constrained(logits, allowed):
    _some_in_each_row(allowed)
    return logits.masked_fill(~allowed, -torch.inf)


@misconception(
    "The logs of the probabilities are returned. Take the softmax, not the log_softmax.", name="logs-returned"
)
def constrained(logits, allowed):
    _some_in_each_row(allowed)
    return logits.masked_fill(~allowed, -torch.inf).log_softmax(-1)


@misconception(
    "The likeliest allowed token gets the probability 1. All allowed tokens keep their share.",
    name="greedy",
)
def constrained(logits, allowed):
    _some_in_each_row(allowed)
    best = logits.masked_fill(~allowed, -torch.inf).argmax(-1)
    return torch.nn.functional.one_hot(best, logits.shape[-1]).to(logits.dtype)


@misconception(
    "All allowed tokens get the same probability. They keep the ratios that the model gives them: softmax over the "
    "allowed logits.",
    name="uniform-over-allowed",
)
def constrained(logits, allowed):
    _some_in_each_row(allowed)
    return allowed.to(logits.dtype) / allowed.sum(-1, keepdim=True)


@misconception(
    "The softmax runs over all rows together. Each row is a distribution of its own: the last axis alone.",
    name="softmax-over-everything",
)
def constrained(logits, allowed):
    _some_in_each_row(allowed)
    return logits.masked_fill(~allowed, -torch.inf).flatten().softmax(0).reshape(logits.shape)


@misconception(
    "A token that is allowed in one row is allowed in all. Each row has its own mask.",
    name="masks-joined",
)
def constrained(logits, allowed):
    _some_in_each_row(allowed)
    joined = allowed.reshape(-1, allowed.shape[-1]).any(0)
    return logits.masked_fill(~joined, -torch.inf).softmax(-1)


@misconception(
    "Forbidden logits are replaced by a number that is only rather small, and where the allowed ones are small, too, "
    "forbidden tokens get a share. −inf is below all: -torch.inf.",
    name="mask-too-small",
    violates=("constrained_at_the_extremes",),
)
def constrained(logits, allowed):
    _some_in_each_row(allowed)
    return logits.masked_fill(~allowed, -1e4).softmax(-1)


@misconception(
    "The softmax over all tokens comes first, and what is allowed is then divided by its sum. Where allowed tokens are "
    "unlikely they have all rounded to 0, and 0/0 is NaN. Mask the logits, before the softmax.",
    name="divided-afterwards",
    violates=("constrained_at_the_extremes",),
)
def constrained(logits, allowed):
    _some_in_each_row(allowed)
    p = logits.softmax(-1) * allowed
    return p / p.sum(-1, keepdim=True)


@misconception(
    "exp overflows, or rounds all to 0: the largest logit is not subtracted. softmax does that: mask the logits and "
    "take it.",
    name="exp-without-maximum",
    violates=("constrained_at_the_extremes",),
)
def constrained(logits, allowed):
    _some_in_each_row(allowed)
    p = logits.exp() * allowed
    return p / p.sum(-1, keepdim=True)


@misconception(
    "Where nothing is allowed the softmax of −inf alone is NaN. Look for such rows first, and raise ValueError.",
    name="nan-where-nothing",
    violates=("nothing_allowed",),
)
def constrained(logits, allowed):
    return logits.masked_fill(~allowed, -torch.inf).softmax(-1)


@misconception(
    "ValueError comes only where nothing is allowed in any row. One row without a token is enough: "
    "allowed.any(-1).all().",
    name="any-row-is-enough",
    violates=("nothing_allowed",),
)
def constrained(logits, allowed):
    if not allowed.any():
        raise ValueError("no token is allowed")
    return logits.masked_fill(~allowed, -torch.inf).softmax(-1)


@misconception(
    "The forbidden logits are overwritten in the caller's tensor. masked_fill makes a new one, masked_fill_ does not.",
    name="logits-in-place",
    violates=("arguments_stay_as_they_are",),
)
def constrained(logits, allowed):
    _some_in_each_row(allowed)
    with torch.no_grad():
        return logits.masked_fill_(~allowed, -torch.inf).softmax(-1)

"""What learners get wrong in lecture2.nll."""

import math
from itertools import pairwise

import torch

from grader.checks import misconception


def _paths(words, stoi, before=".", after="."):
    """The numbers of the characters of each word."""
    return [[stoi[c] for c in f"{before}{word}{after}"] for word in words]


def _pairs(words, stoi, before=".", after="."):
    return [pair for path in _paths(words, stoi, before, after) for pair in pairwise(path)]


def _logs(pairs, probs):
    """The logarithm of each pair's probability, in float64."""
    return torch.tensor([probs[i, j].item() for i, j in pairs], dtype=torch.float64).log()


def _mean(pairs, probs):
    return -_logs(pairs, probs).mean().item()


@misconception(
    "This is the sum over all pairs. Divide it by the number of pairs, so that lists of any length can be compared.",
    name="sum-for-mean",
    violates=("mean_over_pairs",),
)
def nll(words, probs, stoi):
    return -_logs(_pairs(words, stoi), probs).sum().item()


@misconception(
    "The sum is divided by the number of words. Divide it by the number of pairs.",
    name="per-word",
    violates=("mean_over_pairs",),
)
def nll(words, probs, stoi):
    return -_logs(_pairs(words, stoi), probs).sum().item() / len(words)


@misconception(
    "The sum is divided by the number of letters. A word of k letters has k + 1 pairs: the one that ends it counts.",
    name="per-letter",
    violates=("mean_over_pairs",),
)
def nll(words, probs, stoi):
    return -_logs(_pairs(words, stoi), probs).sum().item() / sum(map(len, words))


@misconception(
    "The sum is divided by the number of characters with both dots. A word of k letters has k + 2 of these, and k + 1 "
    "pairs.",
    name="per-character",
    violates=("mean_over_pairs",),
)
def nll(words, probs, stoi):
    return -_logs(_pairs(words, stoi), probs).sum().item() / sum(len(word) + 2 for word in words)


@misconception(
    "This is the mean of the words' means, in which a pair of a short word weighs more. All pairs of all words count "
    "alike: one sum, one division.",
    name="mean-of-means",
    violates=("mean_over_pairs",),
)
def nll(words, probs, stoi):
    means = [_mean(_pairs([word], stoi), probs) for word in words]
    return sum(means) / len(means)


@misconception(
    "The sign is missing: logarithms of probabilities are negative, and the loss is minus their mean.",
    name="no-minus",
    violates=("mean_over_pairs",),
)
def nll(words, probs, stoi):
    return -_mean(_pairs(words, stoi), probs)


@misconception(
    "The logarithm is to base 2, which measures in bits. Take the natural one: torch.log, math.log.",
    name="log2",
    violates=("mean_over_pairs",),
)
def nll(words, probs, stoi):
    return _mean(_pairs(words, stoi), probs) / math.log(2)


@misconception(
    "The logarithm is to base 10. Take the natural one: torch.log, math.log.",
    name="log10",
    violates=("mean_over_pairs",),
)
def nll(words, probs, stoi):
    return _mean(_pairs(words, stoi), probs) / math.log(10)


@misconception(
    "This is the logarithm of the mean probability. Take the logarithm of each, then the mean.",
    name="log-of-the-mean",
    violates=("mean_over_pairs",),
)
def nll(words, probs, stoi):
    return -_logs(_pairs(words, stoi), probs).exp().mean().log().item()


@misconception(
    "These are probabilities without a logarithm. The mean is one of log p.",
    name="no-logarithm",
    violates=("mean_over_pairs",),
)
def nll(words, probs, stoi):
    return -_logs(_pairs(words, stoi), probs).exp().mean().item()


@misconception(
    "This is e to the loss, the perplexity. Return the mean of −log p itself.",
    name="perplexity",
    violates=("mean_over_pairs",),
)
def nll(words, probs, stoi):
    return math.exp(_mean(_pairs(words, stoi), probs))


@misconception(
    "All probabilities are multiplied, and the product of thousands is too small for a float: it becomes 0, and the "
    "loss infinite. Add logarithms.",
    name="product",
    violates=("many_words",),
)
def nll(words, probs, stoi):
    pairs = _pairs(words, stoi)
    product = math.prod(probs[i, j].item() for i, j in pairs)
    return -math.log(product) / len(pairs) if product else math.inf


@misconception(
    "The pair that ends a word is left out. Each word is followed by a dot.",
    name="no-end",
    violates=("mean_over_pairs",),
)
def nll(words, probs, stoi):
    return _mean(_pairs(words, stoi, after=""), probs)


@misconception(
    "The pair that begins a word is left out. Each word follows a dot.",
    name="no-beginning",
    violates=("mean_over_pairs",),
)
def nll(words, probs, stoi):
    return _mean(_pairs(words, stoi, before=""), probs)


@misconception(
    "There are two dots on each side, so that the pair ('.', '.') counts twice a word. One on each side is right.",
    name="two-dots",
    violates=("mean_over_pairs",),
)
def nll(words, probs, stoi):
    return _mean(_pairs(words, stoi, "..", ".."), probs)


@misconception(
    "Rows and columns are exchanged. What follows character i stands in row i: probs[i, j].",
    name="transposed",
    violates=("mean_over_pairs",),
)
def nll(words, probs, stoi):
    return _mean(_pairs(words, stoi), probs.T)


@misconception(
    "Each pair counts once, however often it occurs. Every occurrence counts.",
    name="pairs-once",
    violates=("mean_over_pairs",),
)
def nll(words, probs, stoi):
    return _mean(sorted(set(_pairs(words, stoi))), probs)


@misconception(
    "A word that occurs several times counts once. Every occurrence counts.",
    name="words-once",
    violates=("mean_over_pairs",),
)
def nll(words, probs, stoi):
    return _mean(_pairs(sorted(set(words)), stoi), probs)


@misconception(
    "Only the last word counts: the sum starts anew with every word. Set it to 0 once, before the loop.",
    name="last-word",
    violates=("mean_over_pairs",),
)
def nll(words, probs, stoi):
    return _mean(_pairs(words[-1:], stoi), probs)


@misconception(
    "All words are joined into one, so that the last letter of each is followed by the first of the next. Wrap every "
    "word in dots.",
    name="words-run-together",
    violates=("mean_over_pairs",),
)
def nll(words, probs, stoi):
    return _mean(_pairs(["".join(words)], stoi), probs)


@misconception(
    "The table goes through a softmax first. It holds probabilities already: take their logarithms.",
    name="softmax",
    violates=("mean_over_pairs",),
)
def nll(words, probs, stoi):
    return _mean(_pairs(words, stoi), probs.double().softmax(1))


@misconception(
    "The result is a tensor. A Python float is wanted: .item() makes one.",
    name="tensor",
    violates=("mean_over_pairs",),
)
def nll(words, probs, stoi):
    return -_logs(_pairs(words, stoi), probs).mean()


@misconception(
    "The result is rounded, and rounding is for printing. Return the number as it is.",
    name="rounded",
    violates=("mean_over_pairs",),
)
def nll(words, probs, stoi):
    return round(_mean(_pairs(words, stoi), probs), 2)


@misconception(
    "A small number is added before the logarithm, so that an impossible pair costs no more than 18 or so. The loss is "
    "infinite there: that is what smoothing the counts is for.",
    name="epsilon",
    violates=("impossible_pairs",),
)
def nll(words, probs, stoi):
    return _mean(_pairs(words, stoi), probs.double() + 1e-8)


@misconception(
    "Pairs with the probability 0 are left out, so that an impossible word costs nothing. The loss is infinite there.",
    name="zeros-left-out",
    violates=("impossible_pairs",),
)
def nll(words, probs, stoi):
    return _mean([(i, j) for i, j in _pairs(words, stoi) if probs[i, j] > 0], probs)


@misconception(
    "The whole table goes into the mean, also pairs that do not occur, and 0 · log 0 is NaN. Look up the pairs of the "
    "words alone.",
    name="nan",
    violates=("impossible_pairs",),
)
def nll(words, probs, stoi):
    counts = torch.zeros(probs.shape, dtype=torch.float64)
    for i, j in _pairs(words, stoi):
        counts[i, j] += 1
    return -((counts * probs.double().log()).sum() / counts.sum()).item()


@misconception(
    "The logarithms are written into the caller's own table: log_ changes it. probs.log() makes a new one.",
    name="in-place",
    violates=("arguments_stay_as_they_are",),
)
def nll(words, probs, stoi):
    loss = _mean(_pairs(words, stoi), probs)
    probs.log_()
    return loss

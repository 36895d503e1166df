"""What learners get wrong in lecture2.vocabulary.

The order of a set, which changes from one process to the next, is named by the check itself.
"""

import string
from collections import Counter

from grader.checks import misconception


def _tables(chars, first=1):
    """Both tables for characters in this order, with the dot at 0."""
    stoi = {c: i for i, c in enumerate(chars, first)}
    stoi["."] = 0
    return stoi, {i: c for c, i in stoi.items()}


@misconception(
    "The numbers follow the order in which characters first occur. They should follow the sorted characters: "
    "sorted(set(...)).",
    name="order-of-appearance",
)
def build_vocab(words):
    return _tables(dict.fromkeys("".join(words)))


@misconception(
    "The numbers follow how often the characters occur. They should follow the sorted characters: sorted(set(...)).",
    name="by-frequency",
)
def build_vocab(words):
    return _tables([c for c, _ in Counter(sorted("".join(words))).most_common()])


@misconception(
    "The characters are numbered backwards. sorted(...) has the smallest first, and it gets the 1.",
    name="backwards",
)
def build_vocab(words):
    return _tables(sorted(set("".join(words)), reverse=True))


@misconception(
    "The dot comes last here. It is number 0, and the letters follow from 1.",
    name="dot-last",
)
def build_vocab(words):
    chars = [*sorted(set("".join(words))), "."]
    return {c: i for i, c in enumerate(chars)}, dict(enumerate(chars))


@misconception(
    "The dot is sorted among the other characters, and a hyphen, an apostrophe or a space comes before it. Sort the "
    "others alone, and number them from 1.",
    name="dot-sorted-in",
)
def build_vocab(words):
    chars = sorted({*"".join(words), "."})
    return {c: i for i, c in enumerate(chars)}, dict(enumerate(chars))


@misconception(
    "The dot is missing from both tables. It marks where a word begins and ends, and has the number 0.",
    name="no-dot",
)
def build_vocab(words):
    stoi = {c: i for i, c in enumerate(sorted(set("".join(words))), 1)}
    return stoi, {i: c for c, i in stoi.items()}


@misconception(
    "Two marks are added, one for the beginning of a word and one for its end. One dot, number 0, stands for both.",
    name="two-marks",
)
def build_vocab(words):
    chars = [*sorted(set("".join(words))), "<S>", "<E>"]
    return {c: i for i, c in enumerate(chars)}, dict(enumerate(chars))


@misconception(
    "The first character has the number 0, as the dot has. 0 is taken: number the others from 1.",
    name="zero-twice",
)
def build_vocab(words):
    return _tables(sorted(set("".join(words))), first=0)


@misconception(
    "The letters begin with 2, and 1 is nobody's number: it went to the dot when it was sorted in among them, or they "
    'are counted from 2. Join the words by nothing, "".join(words), sort, and count from 1.',
    name="joined-by-dots",
)
def build_vocab(words):
    return _tables(sorted(set(".".join(["", *words, ""]))))


@misconception(
    "The words are joined by spaces, and the space gets a number though no word may have one. Join them by nothing: "
    '"".join(words).',
    name="joined-by-spaces",
)
def build_vocab(words):
    return _tables(sorted(set(" ".join(words))))


@misconception(
    'The table is that of a to z, whatever the words. Take the characters that occur in them: set("".join(words)).',
    name="a-to-z",
)
def build_vocab(words):
    return _tables(string.ascii_lowercase)


@misconception(
    "The words are turned into lower case first, so that capital letters have no number. Keep each character as it is.",
    name="lowered",
)
def build_vocab(words):
    return _tables(sorted(set("".join(words).lower())))


@misconception(
    "Only letters get a number. Hyphens, apostrophes, spaces and digits that occur in the words are characters too.",
    name="letters-only",
)
def build_vocab(words):
    return _tables(sorted({c for c in "".join(words) if c.isalpha()}))


@misconception(
    "The words are numbered, not their characters. Join them into one text, and take the set of that.",
    name="words-not-characters",
)
def build_vocab(words):
    return _tables(sorted(set(words)))


@misconception(
    "Each occurrence is numbered, and a character keeps its last number. Make them unique first: sorted(set(...)).",
    name="not-unique",
)
def build_vocab(words):
    return _tables(sorted("".join(words)))


@misconception(
    "These are the characters of the first word alone. All words count: join them first.",
    name="first-word",
)
def build_vocab(words):
    return _tables(sorted(set("".join(words[:1]))))


@misconception(
    "The numbers are the characters' code points. Number them by their place among the sorted ones, from 1.",
    name="code-points",
)
def build_vocab(words):
    stoi = {c: ord(c) for c in "".join(words)} | {".": 0}
    return stoi, {i: c for c, i in stoi.items()}


@misconception(
    "itos was made before the dot had its number, so 0 is missing from it. Turn the finished stoi around.",
    name="itos-without-dot",
    violates=("there_and_back",),
)
def build_vocab(words):
    stoi, itos = _tables(sorted(set("".join(words))))
    del itos[0]
    return stoi, itos


@misconception(
    "itos is numbered from 0 with the first letter, and stoi from 1: they do not fit. Turn stoi around: "
    "{i: c for c, i in stoi.items()}.",
    name="itos-from-zero",
    violates=("there_and_back",),
)
def build_vocab(words):
    chars = sorted(set("".join(words)))
    return _tables(chars)[0], dict(enumerate([*chars, "."]))


@misconception(
    "itos is a list. A dict from number to character is wanted: {i: c for c, i in stoi.items()}.",
    name="itos-is-a-list",
    violates=("there_and_back",),
)
def build_vocab(words):
    chars = sorted(set("".join(words)))
    return _tables(chars)[0], [".", *chars]


@misconception(
    "The two tables come in the wrong order. stoi, from character to number, is the first.",
    name="order-of-the-two",
)
def build_vocab(words):
    stoi, itos = _tables(sorted(set("".join(words))))
    return itos, stoi


@misconception(
    "The caller's own list of words gets a dot added. Put the dot into the tables alone.",
    name="dot-added-to-words",
    violates=("words_stay_as_they_are",),
)
def build_vocab(words):
    words.append(".")
    return _tables(sorted({c for c in "".join(words) if c != "."}))

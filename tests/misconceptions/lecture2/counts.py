"""What learners get wrong in lecture2.counts."""

from itertools import pairwise

import torch

from grader.checks import misconception


def _table(pairs, stoi, dtype=torch.int32):
    """The table of these pairs of characters."""
    counts = torch.zeros((len(stoi), len(stoi)), dtype=dtype)
    for first, second in pairs:
        counts[stoi[first], stoi[second]] += 1
    return counts


def _pairs(words, before=".", after="."):
    """The pairs of all words, one after the other."""
    return [pair for word in words for pair in pairwise([*before, *word, *after])]


@misconception(
    "No dot follows the last letters, so that the model could never end a word. Wrap each word in a dot on each side: "
    "'.' + word + '.'.",
    name="no-end",
    violates=("last_letters",),
)
def count_bigrams(words, stoi):
    return _table(_pairs(words, after=""), stoi)


@misconception(
    "The first letters follow nothing, so that the model cannot begin a word. Wrap each word in a dot on each side: "
    "'.' + word + '.'.",
    name="no-beginning",
    violates=("first_letters",),
)
def count_bigrams(words, stoi):
    return _table(_pairs(words, before=""), stoi)


@misconception(
    "The words have no dots around them. Wrap each in one on each side, so that its first and its last letter are "
    "counted as such: '.' + word + '.'.",
    name="no-dots",
    violates=("first_letters", "last_letters"),
)
def count_bigrams(words, stoi):
    return _table(_pairs(words, "", ""), stoi)


@misconception(
    "There are two dots on each side, as the notes print it, and so the pair ('.', '.') is counted twice a word. One "
    "dot on each side is right.",
    name="two-dots",
    violates=("whole_table",),
)
def count_bigrams(words, stoi):
    return _table(_pairs(words, "..", ".."), stoi)


@misconception(
    "The pair ('.', '.') is counted between words: each word has two dots of its own, and no pair leads from one word "
    "to the next.",
    name="dots-between-words",
    violates=("whole_table",),
)
def count_bigrams(words, stoi):
    return _table(pairwise("".join(f".{word}." for word in words)), stoi)


@misconception(
    "The pair (last character, first character) is counted as well: in Python text[-1] is the last one. A word is no "
    "circle.",
    name="circle",
    violates=("whole_table",),
)
def count_bigrams(words, stoi):
    return _table([(text[i - 1], text[i]) for text in (f".{word}." for word in words) for i in range(len(text))], stoi)


@misconception(
    "The words are joined by dots, but the first has none before it and the last none after it. Wrap each one.",
    name="outer-dots-missing",
    violates=("first_letters", "last_letters"),
)
def count_bigrams(words, stoi):
    return _table(pairwise(".".join(words)), stoi)


@misconception(
    "All words are joined into one, so that the last letter of each is followed by the first of the next. Wrap every "
    "word in dots.",
    name="words-run-together",
)
def count_bigrams(words, stoi):
    return _table(pairwise(["", ".", *"".join(words), "."][1:]) if words else [], stoi)


@misconception(
    "Rows and columns are exchanged. The first character of a pair is the row, the second the column: "
    "counts[stoi[a], stoi[b]].",
    name="transposed",
)
def count_bigrams(words, stoi):
    return _table(_pairs(words), stoi).T.contiguous()


@misconception(
    "Each pair is counted in both directions. (a, b) and (b, a) are two pairs, with a place each.",
    name="both-directions",
)
def count_bigrams(words, stoi):
    counts = _table(_pairs(words), stoi)
    return counts + counts.T


@misconception(
    "Only whether a pair occurs is kept, not how often: add 1 each time, += 1.",
    name="always-one",
)
def count_bigrams(words, stoi):
    return _table(set(_pairs(words)), stoi)


@misconception(
    "A word that occurs several times is counted once. Each time counts.",
    name="words-once",
)
def count_bigrams(words, stoi):
    return _table(_pairs(sorted(set(words))), stoi)


@misconception(
    "A pair counts once in each word here. If it occurs twice in a word, it counts twice.",
    name="once-a-word",
)
def count_bigrams(words, stoi):
    return _table([pair for word in words for pair in set(_pairs([word]))], stoi)


@misconception(
    "Every pair starts with a count of 1. Count from 0 here: smoothing comes in the next exercise.",
    name="starts-with-one",
)
def count_bigrams(words, stoi):
    return _table(_pairs(words), stoi) + 1


@misconception(
    "The pairs skip a character: these are first and third, second and fourth. Neighbours are zip(text, text[1:]).",
    name="skips-one",
)
def count_bigrams(words, stoi):
    texts = [f".{word}." for word in words]
    return _table([pair for text in texts for pair in zip(text, text[2:], strict=False)], stoi)


@misconception(
    "The pairs are cut side by side: first and second, third and fourth. A pair starts at every character.",
    name="side-by-side",
)
def count_bigrams(words, stoi):
    texts = [f".{word}." for word in words]
    return _table([(text[i], text[i + 1]) for text in texts for i in range(0, len(text) - 1, 2)], stoi)


@misconception(
    "The letters are numbered by the alphabet or by the words, whatever stoi says. Look both characters up in stoi.",
    name="own-numbers",
)
def count_bigrams(words, stoi):
    chars = [".", *sorted(set(stoi) - {"."})]
    return _table(_pairs(words), {c: i for i, c in enumerate(chars)})


@misconception(
    "The table is as large as the characters of these words. It has a row and a column for each character of stoi: "
    "V = len(stoi).",
    name="size-by-words",
)
def count_bigrams(words, stoi):
    V = len({".", *"".join(words)})
    return _table(_pairs(words), stoi)[:V, :V].clone()


@misconception(
    "The table is 27 by 27, whatever stoi holds. V = len(stoi).",
    name="always-27",
)
def count_bigrams(words, stoi):
    counts = torch.zeros((27, 27), dtype=torch.int32)
    counts[: len(stoi), : len(stoi)] = _table(_pairs(words), stoi)
    return counts


@misconception(
    "Each row is divided by its sum. Return the counts themselves: probabilities come in the next exercise.",
    name="normalised",
)
def count_bigrams(words, stoi):
    counts = _table(_pairs(words), stoi, torch.float32)
    return counts / counts.sum(1, keepdim=True).clamp(min=1)


@misconception(
    "The table is made of floats, as torch.zeros makes it. Counts are integers: dtype=torch.int32.",
    name="floats",
    violates=("integers",),
)
def count_bigrams(words, stoi):
    return _table(_pairs(words), stoi, torch.float32)


@misconception(
    "A character that has no number is counted as a dot. Look it up by stoi[c], which raises the KeyError.",
    name="unknown-as-dot",
    violates=("unknown_character",),
)
def count_bigrams(words, stoi):
    known = ["".join(c if c in stoi else "." for c in word) for word in words]
    return _table(_pairs(known), stoi)


@misconception(
    "Characters that have no number are left out without a word. Look them up by stoi[c], which raises the KeyError.",
    name="unknown-left-out",
    violates=("unknown_character",),
)
def count_bigrams(words, stoi):
    return _table([(a, b) for a, b in _pairs(words) if a in stoi and b in stoi], stoi)


@misconception(
    "The dots are written into the caller's own words. Make a new text of each: text = '.' + word + '.'.",
    name="words-changed",
    violates=("arguments_stay_as_they_are",),
)
def count_bigrams(words, stoi):
    counts = _table(_pairs(words), stoi)
    words[:] = [f".{word}." for word in words]
    return counts

"""Checks of deepdive.bpe_words: the merges of texts of invented words, and words split by them."""

from collections import Counter
from itertools import pairwise

from grader.checks import assert_equal, assert_responds, assert_unchanged, check, integer, needs, points, type_in_words

LETTERS = "abcdefghijklmnopqrstuvwxyzäßжλあ"
EXAMPLE = "low low low low low lowest lowest newer newer newer wider wider"


def counted(words, pieces):
    """Each pair and how often it comes, in the order in which pairs are seen; words by how often they come."""
    counts = {}
    for word, often in words.items():
        for pair in pairwise(pieces[word]):
            counts[pair] = counts.get(pair, 0) + often
    return counts


def joined(parts, pair):
    """The pieces with the pair joined, from left to right."""
    parts, i = list(parts), 0
    while i < len(parts) - 1:
        if (parts[i], parts[i + 1]) == pair:
            parts[i : i + 2] = ["".join(pair)]
        i += 1
    return parts


def rounds(words, number):
    """(the pair that is joined, what all pairs count) of each round."""
    words = Counter(words)
    pieces, made = {word: list(word) for word in words}, []
    for _ in range(number):
        counts = counted(words, pieces)
        if not counts:
            break
        most = max(counts.values())
        best = next(pair for pair, count in counts.items() if count == most)
        made.append((best, counts))
        pieces = {word: joined(parts, best) for word, parts in pieces.items()}
    return made


def merges_of(words, number):
    """The merges alone."""
    return [best for best, _ in rounds(words, number)]


def no_tie(made):
    """Whether one pair is counted most often in every round."""
    return all(list(counts.values()).count(counts[best]) == 1 for best, counts in made)


def letters(rng, number):
    """So many letters, in random order."""
    return [LETTERS[k] for k in rng.permutation(len(LETTERS))[:number]]


def invented(rng, number, alphabet):
    """Words of three to six letters, none twice in a word, each some ten to hundred times, all mixed."""
    kinds = [
        "".join(alphabet[k] for k in rng.permutation(len(alphabet))[: integer(rng, 3, len(alphabet))])
        for _ in range(number)
    ]
    return mixed(rng, [word for word in kinds for _ in range(integer(rng, 10, 60))])


def mixed(rng, words):
    """The words in random order."""
    return [words[k] for k in rng.permutation(len(words))]


@points(2)
def test_merges(submission, rng):
    """The pair that comes most often is joined, then the most frequent one of what there is then, and so on."""
    texts = []
    while len(texts) < 2:
        words = invented(rng, 6, letters(rng, 6))
        made = rounds(words, 5)
        if len(made) == 5 and no_tie(made):
            texts.append((words, [best for best, _ in made]))
    a, b, c, d = letters(rng, 4)  # pairs from one word into the next would come more often than (c, d)
    texts.append(([a + b] * 9 + [c + d] * integer(rng, 3, 5), [(a, b), (c, d)]))
    answers = [submission.train(" ".join(words), len(expected)) for words, expected in texts]
    for (_, expected), answer in zip(texts, answers, strict=True):
        compare(answer, expected)


def compare(answer, expected):
    """The merges, each a pair of texts."""
    check(isinstance(answer, list), f"train must return a list of pairs; {type_in_words(answer)} came.")
    for number, (mine, right) in enumerate(zip(answer, expected, strict=False), 1):
        assert_equal(mine, right, name=f"merge {number}")
    assert_equal(len(answer), len(expected), name="the number of merges")


@points(2)
@needs("test_merges")
def test_ties(submission, rng):
    """Of pairs that are counted equally often, the one seen first is joined, as in the text's example."""
    texts = []
    for _ in range(2):  # the example, in other letters
        other = dict(zip("lowestnrid", letters(rng, 10), strict=True))
        texts.append(["".join(other[letter] for letter in word) for word in EXAMPLE.split()])
    while len(texts) < 4:
        # (x, y) comes in two words, 2 + 3 times, and is seen before the pairs of two others, which come 5 times each.
        x, y, p, q, *rest = letters(rng, 10)
        one, two, three, four = x + y + p, q + x + y, "".join(rest[:3]), "".join(rest[3:])
        words = [one, three, four, *mixed(rng, [one] + [two] * 3 + [three] * 4 + [four] * 4)]
        tied = [(x, y), *pairwise(three), *pairwise(four)]
        if (x, y) not in (max(tied), min(tied)) and four < min(one, two, three):
            texts.append(words)
    answers = [submission.train(" ".join(words), 5) for words in texts]
    for words, answer in zip(texts, answers, strict=True):
        compare(answer, merges_of(words, 5))


@needs("test_merges")
def test_doubled_letters(submission, rng):
    """Three equal letters hold their pair twice when it is counted, and joining goes from left to right."""
    texts = []
    for _ in range(3):
        a, b, c, d, e, f = letters(rng, 6)
        n = integer(rng, 3, 5)
        # (a, a) counts 3n; without overlaps 2n, less than (b, d), and once in a word n, less than (e, f).
        texts.append([a * 4 + c] * n + [b + d] * (2 * n + 1) + [e + f] * (n + 2))
    answers = [submission.train(" ".join(words), 3) for words in texts]
    splits = [submission.segment(words[0][0] * 5 + words[0][-1], [(words[0][0], words[0][0])]) for words in texts]
    for words, answer, split in zip(texts, answers, splits, strict=True):
        compare(answer, merges_of(words, 3))
        a, c = words[0][0], words[0][-1]
        assert_equal(split, [a + a, a + a, a, c], name=f"segment({a * 5 + c!r}, [({a!r}, {a!r})])")


@needs("test_merges")
def test_ends(submission, rng):
    """It ends where no word has two pieces any more; without rounds, or words, there are no merges."""
    a, b, c, d = letters(rng, 4)
    words = mixed(rng, [a + b + c] * 3 + [a + b] * integer(rng, 2, 4) + [d + b] + [c] * 2)  # without a tie
    cases = [(" ".join(words), 2), (" ".join(words), 99), (" ".join(words), 0), ("", 3), (f"{a} {b} {a}", 3)]
    answers = [submission.train(*case) for case in cases]
    for (text, number), answer in zip(cases, answers, strict=True):
        compare(answer, merges_of(text.split(), number))


@needs("test_merges")
def test_lines(submission, rng):
    """Words are separated by any white space, several spaces and line ends too."""
    a, b, c, d = letters(rng, 4)
    words, last = [a + b] * 9, [c + d] * integer(rng, 3, 5)
    text = "\n".join(words) + "  " + "\t".join(last) + " \n"
    answers = [submission.train(" ".join([*words, *last]), 2), submission.train(text, 2)]
    compare(answers[1], [(a, b), (c, d)])


@points(2)
def test_segment(submission, rng):
    """A word is split by the merges in their order, each wherever it stands; an unseen word and an empty one too."""
    cases = []
    for _ in range(4):
        a, b, c, d, x = letters(rng, 5)
        merges = [(b, c), (a, b), (a, b + c), (c, d), (a + b, c), (x, a + b)]
        order = [merges[k] for k in rng.permutation(6)]
        words = (a + b + c + d, x + a + b + a + b + c + x + a + b, b + c + b + c, d + a, x, "")
        cases += [(word, order) for word in words] + [(words[0], []), (words[1], order[:3])]
    answers = [submission.segment(*case) for case in cases]
    for (word, merges), answer in zip(cases, answers, strict=True):
        parts = list(word)
        for pair in merges:
            parts = joined(parts, pair)
        assert_equal(answer, parts, name=f"segment({word!r}, merges)")


def test_merges_stay_as_they_are(submission, rng):
    """segment leaves the list of merges as it is."""
    answers = []
    for _ in range(2):
        a, b, c = letters(rng, 3)
        answers.append(assert_unchanged(submission.segment, a + b + c + a, [(a, b), (a + b, c), (b, c)]))
    assert_responds(*answers, name="the pieces")

"""What learners get wrong in deepdive.bpe_words."""

from collections import Counter
from itertools import pairwise

from grader.checks import misconception


def _join(parts, pair):
    joined, i = [], 0
    while i < len(parts):
        if tuple(parts[i : i + 2]) == pair:
            joined.append(parts[i] + parts[i + 1])
            i += 2
        else:
            joined.append(parts[i])
            i += 1
    return joined


def _pairs(parts):
    return list(pairwise(parts))


def _first(counts):
    return max(counts, key=lambda pair: counts[pair])


def _train(text, num_merges, *, words=None, pairs=_pairs, weigh=None, best=_first, join=_join, letters=list):
    """Right by default."""
    counted = Counter(text.split()) if words is None else words
    pieces = {word: letters(word) for word in counted}
    merges = []
    for _ in range(num_merges):
        counts = Counter()
        for word, count in counted.items():
            for pair in pairs(pieces[word]):
                counts[pair] += count if weigh is None else weigh(count)
        if not counts:
            break
        pair = best(counts)
        if pair is None:
            break
        merges.append(pair)
        pieces = {word: join(parts, pair) for word, parts in pieces.items()}
    return merges


def _segment(word, merges, join=_join):
    parts = list(word)
    for pair in merges:
        parts = join(parts, pair)
    return parts


@misconception(
    "Each word counts once, however often it comes. A pair counts as often as the words in which it stands come.",
    name="words-once",
    violates=("merges",),
)
def train(text, num_merges):
    return _train(text, num_merges, weigh=lambda count: 1)


@misconception(
    "Pairs reach over the space from one word into the next. Count within each word.",
    name="across-words",
    violates=("merges",),
)
def train(text, num_merges):
    whole = "".join(text.split())
    return _train(text, num_merges, words=Counter([whole]))


@misconception(
    "The space is a piece as the letters are. It separates words and is in none of the pairs.",
    name="spaces-are-letters",
    violates=("merges",),
)
def train(text, num_merges):
    return _train(text, num_merges, words=Counter([" ".join(text.split())] if text.split() else []))


@misconception(
    "Pairs are counted once, in the letters, and the most frequent of these are listed. After each merge count anew: "
    "what has been joined makes new pairs.",
    name="counted-once",
    violates=("merges",),
)
def train(text, num_merges):
    counts = Counter()
    for word, count in Counter(text.split()).items():
        for pair in _pairs(list(word)):
            counts[pair] += count
    return [pair for pair, _ in counts.most_common(num_merges)]


@misconception("A pair that is rarest is joined: min for max.", name="rarest", violates=("merges",))
def train(text, num_merges):
    return _train(text, num_merges, best=lambda counts: min(counts, key=lambda pair: counts[pair]))


@misconception(
    "A pair and its reverse are counted as one, as by sorting it. (a, b) and (b, a) are two.",
    name="order-lost",
    violates=("merges",),
)
def train(text, num_merges):
    return _train(text, num_merges, pairs=lambda parts: [tuple(sorted(pair)) for pair in _pairs(parts)])


@misconception(
    "A sign for the word's end is added to the letters, </w>, as in the first paper. Here a word consists of its "
    "letters alone.",
    name="end-of-word",
    violates=("merges",),
)
def train(text, num_merges):
    return _train(text, num_merges, letters=lambda word: [*word, "</w>"])


@misconception(
    "What is returned are the joined pieces. The pairs are wanted, (left, right).",
    name="pieces-for-pairs",
    violates=("merges",),
)
def train(text, num_merges):
    return ["".join(pair) for pair in _train(text, num_merges)]


@misconception("One round too few is made. num_merges is the number of merges.", name="one-round-too-few")
def train(text, num_merges):
    return _train(text, num_merges - 1)


@misconception(
    "num_merges is taken for the size of the vocabulary, letters included. It is the number of merges.",
    name="vocabulary-size",
)
def train(text, num_merges):
    return _train(text, num_merges - len(set("".join(text.split()))))


@misconception(
    "Of several that are equal the last one seen is taken, as by >= in a loop. Take the first.",
    name="last-of-equals",
    violates=("ties",),
)
def train(text, num_merges):
    return _train(text, num_merges, best=lambda counts: _first(dict(reversed(counts.items()))))


@misconception(
    "Of several that are equal the largest pair is taken, as by max over (count, pair). Take the one seen first.",
    name="largest-of-equals",
    violates=("ties",),
)
def train(text, num_merges):
    return _train(text, num_merges, best=lambda counts: max(counts, key=lambda pair: (counts[pair], pair)))


@misconception(
    "Of several that are equal the smallest pair is taken, as by the alphabet. Take the one seen first.",
    name="smallest-of-equals",
    violates=("ties",),
)
def train(text, num_merges):
    return _train(text, num_merges, best=lambda counts: min(counts, key=lambda pair: (-counts[pair], pair)))


@misconception(
    "Words are gone through in the order of the alphabet, so that another pair is seen first. Keep the order in which "
    "they come in the text.",
    name="words-sorted",
    violates=("ties",),
)
def train(text, num_merges):
    return _train(" ".join(sorted(text.split())), num_merges)


@misconception(
    "The most frequent words come first (most_common), so that another pair is seen first. Keep the order in which "
    "they come in the text.",
    name="words-by-frequency",
    violates=("ties",),
)
def train(text, num_merges):
    return _train(text, num_merges, words=dict(Counter(text.split()).most_common()))


@misconception(
    'Three equal letters are counted as one pair. Every place counts: "aaa" has (a, a) twice.',
    name="overlaps-not-counted",
    violates=("doubled_letters",),
)
def train(text, num_merges):
    def pairs(parts):
        seen, i = [], 0
        while i < len(parts) - 1:
            seen.append((parts[i], parts[i + 1]))
            i += 2 if parts[i] == parts[i + 1] and i + 2 < len(parts) and parts[i + 2] == parts[i] else 1
        return seen

    return _train(text, num_merges, pairs=pairs)


@misconception(
    "A pair counts once in a word, however often it stands there (a set). Every place counts.",
    name="once-in-a-word",
    violates=("doubled_letters",),
)
def train(text, num_merges):
    return _train(text, num_merges, pairs=lambda parts: list(dict.fromkeys(_pairs(parts))))


@misconception(
    "Where no pair is left, max of nothing raises an exception. Training ends there.",
    name="max-of-nothing",
    violates=("ends",),
)
def train(text, num_merges):
    merges = _train(text, num_merges)
    if len(merges) < num_merges:
        raise ValueError("max() arg is an empty sequence")
    return merges


@misconception(
    "It ends where no pair comes twice. It goes on, with pairs that come once, as long as a word has two pieces.",
    name="ends-at-once",
    violates=("ends",),
)
def train(text, num_merges):
    def best(counts):
        pair = _first(counts)
        return pair if counts[pair] > 1 else None

    return _train(text, num_merges, best=best)


@misconception(
    'The text is split at single spaces, split(" "), so that line ends are letters and two spaces hold an empty '
    "word. split() takes all white space.",
    name="split-at-spaces",
    violates=("lines",),
)
def train(text, num_merges):
    return _train(text, num_merges, words=Counter(text.split(" ")))


# segment


@misconception(
    "The pieces are the longest that the merges can make, one after the other. Apply the merges in their order: it "
    "decides.",
    name="longest-first",
    violates=("segment",),
)
def segment(word, merges):
    known = {left + right for left, right in merges} | set(word)
    parts, i = [], 0
    while i < len(word):
        piece = next(word[i:j] for j in range(len(word), i, -1) if word[i:j] in known)
        parts.append(piece)
        i += len(piece)
    return parts


@misconception(
    "The merges are gone through again and again, until nothing fits. Each has one turn, in its order.",
    name="again-and-again",
    violates=("segment",),
)
def segment(word, merges):
    parts, before = list(word), None
    while parts != before:
        before = parts
        for pair in merges:
            parts = _join(parts, pair)
    return parts


@misconception(
    "A pair is joined where it stands first, and not elsewhere. Join it wherever it stands.",
    name="first-place-only",
)
def segment(word, merges):
    def join(parts, pair):
        for i, each in enumerate(_pairs(parts)):
            if each == pair:
                return [*parts[:i], parts[i] + parts[i + 1], *parts[i + 2 :]]
        return parts

    return _segment(word, merges, join)


@misconception(
    'Pairs are joined from right to left, so that "aaa" becomes "a", "aa". Go from left to right.',
    name="from-the-right",
    violates=("doubled_letters",),
)
def segment(word, merges):
    def join(parts, pair):
        return [piece[::-1] for piece in _join([part[::-1] for part in reversed(parts)], _mirrored(pair))][::-1]

    return _segment(word, merges, join)


def _mirrored(pair):
    return pair[1][::-1], pair[0][::-1]


@misconception(
    "The merges are applied from the last to the first. The first that was learnt comes first.",
    name="last-merge-first",
    violates=("segment",),
)
def segment(word, merges):
    return _segment(word, merges[::-1])


@misconception(
    "A pair is looked for in the letters of two neighbours together, so that (ab, c) also joins a and bc. Both pieces "
    "must be those of the pair.",
    name="by-letters",
    violates=("segment",),
)
def segment(word, merges):
    def join(parts, pair):
        joined, i = [], 0
        while i < len(parts):
            if "".join(parts[i : i + 2]) == "".join(pair) and i + 1 < len(parts):
                joined.append("".join(pair))
                i += 2
            else:
                joined.append(parts[i])
                i += 1
        return joined

    return _segment(word, merges, join)


@misconception("The pieces are joined to one text, with spaces between. A list is wanted.", name="one-text")
def segment(word, merges):
    return " ".join(_segment(word, merges))


@misconception(
    "The list of merges is used up (pop), and the next word finds nothing in it. Go through it with for.",
    name="uses-up-the-merges",
    violates=("merges_stay_as_they_are",),
)
def segment(word, merges):
    parts = list(word)
    while merges:
        parts = _join(parts, merges.pop(0))
    return parts

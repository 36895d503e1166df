"""What learners get wrong in lecture3.dataset."""

import random

import torch

from grader.checks import misconception


def _tensors(X, Y, block_size):
    """Two tensors of int64, of lists."""
    return torch.tensor(X, dtype=torch.int64).reshape(-1, block_size), torch.tensor(Y, dtype=torch.int64)


def _rows(words, block_size, stoi, slide=lambda context, ix: [*context[1:], ix], ending="."):
    """Contexts and targets as lists; the wrong answers below replace a step."""
    X, Y = [], []
    for word in words:
        context = [0] * block_size
        for ch in word + ending:
            X.append(context)
            Y.append(stoi[ch])
            context = slide(context, stoi[ch])
    return X, Y


def _shuffled(words, seed):
    """A shuffled copy."""
    return random.Random(seed).sample(words, len(words))


def _cut(words, first=0.8, second=0.9):
    """Three parts, cut at these shares."""
    n1, n2 = int(first * len(words)), int(second * len(words))
    return words[:n1], words[n1:n2], words[n2:]


@misconception(
    "The context is carried over from one word into the next. Set it to block_size dots at the start of each word, "
    "inside the loop over words.",
    name="context-carried-over",
    violates=("a_word_starts_from_dots",),
)
def build_dataset(words, block_size, stoi):
    X, Y, context = [], [], [0] * block_size
    for word in words:
        for ch in word + ".":
            X.append(context)
            Y.append(stoi[ch])
            context = [*context[1:], stoi[ch]]
    return _tensors(X, Y, block_size)


@misconception(
    'The end of a word is no target, so a model would never learn to stop. Go through word + ".".',
    name="no-end",
    violates=("targets",),
)
def build_dataset(words, block_size, stoi):
    return _tensors(*_rows(words, block_size, stoi, ending=""), block_size)


@misconception(
    "A dot before the word is predicted too. Dots fill up the context, but the first target is the first letter.",
    name="start-predicted",
    violates=("targets",),
)
def build_dataset(words, block_size, stoi):
    return _tensors(*_rows(["." + word for word in words], block_size, stoi), block_size)


@misconception(
    "All rows of a word share one list, which changes with each append and pop, so every context is the word's last. "
    "Make a new list: context = context[1:] + [ix].",
    name="one-list",
)
def build_dataset(words, block_size, stoi):
    def slide(context, ix):
        context.append(ix)
        context.pop(0)
        return context

    return _tensors(*_rows(words, block_size, stoi, slide), block_size)


@misconception(
    "The context already has the target as its last character: a model could copy it. Note context and target first, "
    "and then move the context on.",
    name="target-in-context",
)
def build_dataset(words, block_size, stoi):
    X, Y = _rows(words, block_size, stoi)
    return _tensors([[*context[1:], ix] for context, ix in zip(X, Y, strict=True)], Y, block_size)


@misconception(
    "The latest character stands first in the context. It stands last: drop the first and append, context[1:] + [ix].",
    name="latest-first",
    violates=("the_context_moves_on",),
)
def build_dataset(words, block_size, stoi):
    return _tensors(*_rows(words, block_size, stoi, lambda context, ix: [ix, *context[:-1]]), block_size)


@misconception(
    "The context never moves on: it stays at block_size dots. After each row, context = context[1:] + [ix].",
    name="context-stays",
)
def build_dataset(words, block_size, stoi):
    return _tensors(*_rows(words, block_size, stoi, lambda context, ix: context), block_size)


@misconception(
    "Only whole contexts are taken, so the first letters of a word are no targets. Dots fill up the front of "
    "a context.",
    name="no-padding",
    violates=("targets",),
)
def build_dataset(words, block_size, stoi):
    X, Y = [], []
    for word in words:
        ids = [stoi[ch] for ch in word + "."]
        for i in range(len(ids) - block_size):
            X.append(ids[i : i + block_size])
            Y.append(ids[i + block_size])
    return _tensors(X, Y, block_size)


@misconception(
    "The dots fill up the end of the context. They stand at its front, and the latest character is always the last.",
    name="padded-behind",
    violates=("the_context_moves_on",),
)
def build_dataset(words, block_size, stoi):
    X, Y = [], []
    for word in words:
        ids = [stoi[ch] for ch in word + "."]
        for i, ix in enumerate(ids):
            seen = ids[max(i - block_size, 0) : i]
            X.append(seen + [0] * (block_size - len(seen)))
            Y.append(ix)
    return _tensors(X, Y, block_size)


@misconception(
    "The context is always 3 characters long. It has block_size of them: context = [0] * block_size.",
    name="always-three",
)
def build_dataset(words, block_size, stoi):
    return _tensors(*_rows(words, 3, stoi), 3)


@misconception(
    "The ids are counted anew, from the letters of these words. Take them from stoi, which belongs to the model: "
    "another list of words would get other ids.",
    name="own-vocabulary",
    violates=("targets",),
)
def build_dataset(words, block_size, stoi):
    own = {".": 0, **{ch: i + 1 for i, ch in enumerate(sorted(set("".join(words))))}}
    return _tensors(*_rows(words, block_size, own), block_size)


@misconception(
    "Ids are made of floats here: torch.Tensor(...) is always float32, and no index into a table. torch.tensor keeps "
    "integers as they are.",
    name="floats",
    violates=("integers",),
)
def build_dataset(words, block_size, stoi):
    X, Y = _rows(words, block_size, stoi)
    return torch.Tensor(X), torch.Tensor(Y)


@misconception(
    "Each target is a row of its own, so that Y is (M, 1). One number a row is wanted, (M,).",
    name="targets-in-rows",
    violates=("targets",),
)
def build_dataset(words, block_size, stoi):
    X, Y = _tensors(*_rows(words, block_size, stoi), block_size)
    return X, Y[:, None]


@misconception(
    "Letters whose id is 1 are taken for the end of a word: only the dot, whose id is 0, is.",
    name="id-1-ends",
)
def build_dataset(words, block_size, stoi):
    def slide(context, ix):
        return [0] * block_size if ix == 1 else [*context[1:], ix]

    return _tensors(*_rows(words, block_size, stoi, slide), block_size)


@misconception(
    "Each context is filled up with the word's own first letter. Before there is any letter there are dots, of id 0.",
    name="padded-with-a-letter",
)
def build_dataset(words, block_size, stoi):
    X, Y = [], []
    for word in words:
        context = [stoi[word[0]]] * block_size
        for ch in word + ".":
            X.append(context)
            Y.append(stoi[ch])
            context = [*context[1:], stoi[ch]]
    return _tensors(X, Y, block_size)


@misconception(
    "Only the last word has become rows: X and Y are emptied at each word. Make both lists once, before the loop.",
    name="last-word-alone",
    violates=("targets",),
)
def build_dataset(words, block_size, stoi):
    return _tensors(*_rows(words[-1:], block_size, stoi), block_size)


# split


@misconception(
    "The words are not shuffled, so the parts differ in kind: dictionaries are sorted. Shuffle a copy by the "
    "seed first.",
    name="not-shuffled",
    violates=("the_seed_decides",),
)
def split(words, seed):
    return _cut(words)


@misconception(
    "The caller's own list is shuffled. Shuffle a copy: shuffled = list(words).",
    name="shuffled-in-place",
    violates=("arguments_stay_as_they_are",),
)
def split(words, seed):
    random.Random(seed).shuffle(words)
    return _cut(words)


@misconception(
    "Words that occur several times are kept once: a set has dropped them. Shuffle and cut the list as it came.",
    name="repeated-words-dropped",
    violates=("each_word_is_in_one_part",),
)
def split(words, seed):
    own = sorted(set(words))
    train, dev, test = _cut(_shuffled(own, seed))
    return train, dev, test


@misconception(
    "dev and test are also in train, which makes them no test. Let each part begin where the one before ends.",
    name="parts-overlap",
)
def split(words, seed):
    shuffled = _shuffled(words, seed)
    _, dev, test = _cut(shuffled)
    return shuffled, dev, test


@misconception(
    "Train and dev share words: dev is cut out of the words up to int(0.8 * n), which are for training. It goes from "
    "there to int(0.9 * n).",
    name="dev-from-train",
)
def split(words, seed):
    train, dev, test = _cut(_shuffled(words, seed))
    return train, train[: len(dev)], test


@misconception(
    "The words are shuffled again between the cuts, so that some are in several parts and others in none. Shuffle "
    "once.",
    name="shuffled-again",
    violates=("each_word_is_in_one_part",),
)
def split(words, seed):
    own, generator, parts = list(words), random.Random(seed), []
    for number in range(3):
        generator.shuffle(own)
        parts.append(_cut(own)[number])
    return tuple(parts)


@misconception(
    "The same numbers are drawn whatever the seed is: a fixed one stands in the code. Use the seed that is passed in.",
    name="fixed-seed",
    violates=("the_seed_decides",),
)
def split(words, seed):
    return _cut(_shuffled(words, 42))


@misconception(
    "The shuffle does not follow from the seed, so the split is another one each time, and test words get into "
    "training. Shuffle with a generator made of the seed: random.Random(seed).",
    name="seed-not-used",
)
def split(words, seed):
    return _cut(random.sample(words, len(words)))


@misconception(
    "Only the words for training are shuffled, after the cut. Shuffle all words first, or dev and test are always the "
    "last ones.",
    name="shuffled-after-the-cut",
    violates=("the_seed_decides",),
)
def split(words, seed):
    train, dev, test = _cut(words)
    return _shuffled(train, seed), dev, test


@misconception(
    "Each word draws its part by itself, so the parts have other sizes each time. Shuffle all words, and cut at "
    "int(0.8 * n) and int(0.9 * n).",
    name="drawn-word-by-word",
    violates=("sizes",),
)
def split(words, seed):
    generator, parts = random.Random(seed), ([], [], [])
    for word in words:
        draw = generator.random()
        parts[(draw >= 0.8) + (draw >= 0.9)].append(word)
    return parts


@misconception(
    "dev and test have changed places: the parts come as train, dev, test, and dev ends at int(0.9 * n).",
    name="test-before-dev",
    violates=("sizes",),
)
def split(words, seed):
    train, dev, test = _cut(_shuffled(words, seed))
    return train, test, dev


@misconception(
    "Nine tenths are for training here. It is eight: cut at int(0.8 * n) and int(0.9 * n).",
    name="nine-tenths",
    violates=("sizes",),
)
def split(words, seed):
    return _cut(_shuffled(words, seed), 0.9, 0.95)


@misconception(
    "0.8 * n and 0.9 * n are rounded to the nearest number. int(…) cuts off: int(0.8 * n), int(0.9 * n).",
    name="rounded",
    violates=("sizes",),
)
def split(words, seed):
    shuffled = _shuffled(words, seed)
    n1, n2 = round(0.8 * len(words)), round(0.9 * len(words))
    return shuffled[:n1], shuffled[n1:n2], shuffled[n2:]


@misconception(
    "The words are drawn with replacement: some come twice, others never. Shuffling keeps each: random.shuffle, or "
    "random.sample(words, len(words)).",
    name="with-replacement",
    violates=("each_word_is_in_one_part",),
)
def split(words, seed):
    return _cut(random.Random(seed).choices(words, k=len(words)))


@misconception(
    "The last tenth of the list is always the test: it is put aside before the shuffle. Shuffle all words, then cut.",
    name="test-not-shuffled",
    violates=("every_word_has_the_same_chance",),
)
def split(words, seed):
    train, dev, test = _cut(words)
    shuffled = _shuffled(train + dev, seed)
    return shuffled[: len(train)], shuffled[len(train) :], test


@misconception(
    "random.seed sets the generator that all other code draws from, so that splitting changes what comes after it. For "
    "the bonus make one of your own: random.Random(seed).",
    name="global-generator-seeded",
    violates=("global_generators",),
)
def split(words, seed):
    random.seed(seed)
    shuffled = list(words)
    random.shuffle(shuffled)
    return _cut(shuffled)

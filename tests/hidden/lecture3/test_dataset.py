"""Checks of lecture3.dataset: contexts and what follows them; a split by words."""

import hypothesis.strategies as st
import torch
from hypothesis import given

from grader.checks import (
    assert_equal,
    assert_responds,
    assert_unchanged,
    bonus,
    check,
    integer,
    library,
    needs,
    new_seed,
    points,
    undisturbed,
)
from grader.checks.texts import letters

ALPHABET = "abcdefghijklmnopqrstuvwxyzéøß"


def vocabulary(rng):
    """Ids of all letters, in random order: the dot alone has the same, 0, in every run."""
    ids = (1 + torch.randperm(len(ALPHABET), generator=rng)).tolist()
    return {".": 0, **dict(zip(ALPHABET, ids, strict=True))}


def random_words(rng, count, longest=7):
    """Words of random letters; the first is the longest, and the second has one letter."""
    lengths = [longest, 1, *(integer(rng, 2, longest) for _ in range(count))]
    return [letters(rng, length) for length in lengths[:count]]


def oracle(words, block_size, stoi):
    """What is right, as windows of the padded word."""
    windows = []
    for word in words:
        padded = [0] * block_size + [stoi[ch] for ch in word] + [0]
        windows += [padded[i : i + block_size + 1] for i in range(len(word) + 1)]
    rows = torch.tensor(windows, dtype=torch.int64).reshape(-1, block_size + 1)
    return rows[:, :-1], rows[:, -1]


def unpack(answer):
    """(X, Y), two tensors; what is wrong with their kind is said here."""
    check(isinstance(answer, tuple | list) and len(answer) == 2, "build_dataset must return two things: X and Y.")
    for name, tensor in zip("XY", answer, strict=True):
        check(isinstance(tensor, torch.Tensor), f"{name} must be a tensor; torch.tensor makes one of lists.")
        check(not tensor.is_complex(), f"{name} must hold ids, whole numbers.")
    return answer


def contexts(answer, block_size):
    """(X, Y) with as many rows as there are targets; what is wrong with the shape of X is said here."""
    X, Y = unpack(answer)
    shape = (len(Y), block_size)
    check(X.shape == shape, f"X has shape {tuple(X.shape)}; (M, block_size) = {shape} is wanted.")
    return X.long(), Y.long()


@points(2)
def test_targets(submission, rng):
    """The targets are the characters of each word and the dot after it, word after word."""
    for block_size in (3, 2, 5):
        stoi, words = vocabulary(rng), random_words(rng, integer(rng, 4, 6))
        _, Y = unpack(submission.build_dataset(words, block_size, stoi))
        _, right = oracle(words, block_size, stoi)
        check(Y.dim() == 1, f"Y has shape {tuple(Y.shape)}; one target a row is wanted, (M,).")
        assert_equal(Y.long(), right, name="Y")


@needs("test_targets")
def test_a_word_starts_from_dots(submission, rng):
    """The first context of each word, and no other, is block_size dots."""
    for block_size in (3, 2, 4):
        stoi, words = vocabulary(rng), random_words(rng, integer(rng, 4, 6))
        first_id = next(letter for letter, ix in stoi.items() if ix == 1)
        words[0] = f"{words[0][:3]}{first_id}{words[0][4:]}"  # the id next to the dot's, inside a word
        X, _ = contexts(submission.build_dataset(words, block_size, stoi), block_size)
        first = torch.tensor([place == 0 for word in words for place in range(len(word) + 1)])
        check(len(X) == len(first), f"{len(first)} rows are wanted: one for each letter, and one for each word's end.")
        dots = (X == 0).all(1)
        wrong = (dots != first).nonzero()[:, 0].tolist()
        if wrong:
            row = wrong[0]
            word = words[int(first[: row + 1].sum()) - 1]
            wanted = f"{[0] * block_size} is wanted" if first[row] else "only its first row sees nothing but dots"
            check(False, f"Row {row}, in the word {word!r}, has the context {X[row].tolist()}; {wanted}.")


@points(2)
@needs("test_targets", "test_a_word_starts_from_dots")
def test_the_context_moves_on(submission, rng):
    """Within a word each context is the one before, its first character dropped and the target appended."""
    for block_size in (3, 2, 4):
        stoi, words = vocabulary(rng), random_words(rng, integer(rng, 4, 6))
        X, Y = contexts(submission.build_dataset(words, block_size, stoi), block_size)
        moved = torch.cat([X[:-1, 1:], Y[:-1, None]], 1)
        inside = Y[:-1] != 0
        assert_equal(X[1:][inside], moved[inside], name="the contexts that follow another one")


@st.composite
def vocabularies_and_words(draw):
    """(words, block_size, stoi), from one word of one letter upwards."""
    known = draw(st.permutations(ALPHABET))[: draw(st.integers(1, 6))]
    ids = draw(st.permutations(range(1, len(known) + 1)))
    words = draw(st.lists(st.text(known, min_size=1, max_size=6), min_size=1, max_size=4))
    return words, draw(st.integers(1, 6)), {**dict(zip(known, ids, strict=True)), ".": 0}


@points(2)
@needs("test_targets", "test_a_word_starts_from_dots", "test_the_context_moves_on")
@given(case=vocabularies_and_words())
def test_any_words(submission, case):
    """Contexts and targets are right for any words, vocabulary and block_size: 1, and more than a word has letters."""
    words, block_size, stoi = case
    X, Y = contexts(submission.build_dataset(words, block_size, stoi), block_size)
    right_X, right_Y = oracle(words, block_size, stoi)
    assert_equal(X, right_X, name="X")
    assert_equal(Y, right_Y, name="Y")


@needs("test_targets")
def test_integers(submission, rng):
    """X and Y are int64, as an index into a table must be."""
    few = random_words(rng, 5)
    xs = []
    for words in (few, [*few, letters(rng, 3)]):  # never as many rows
        stoi = vocabulary(rng)
        X, Y = unpack(submission.build_dataset(words, 4, stoi))
        for name, tensor in (("X", X), ("Y", Y)):
            check(tensor.dtype == torch.int64, f"{name} is of {tensor.dtype}; torch.int64 is wanted.")
        assert_equal(Y, oracle(words, 4, stoi)[1], name="Y")
        xs.append(X)
    assert_responds(*xs, name="X")


def parts_of(answer):
    """(train, dev, test), three lists of strings; what is wrong with their kind is said here."""
    check(
        isinstance(answer, tuple | list) and len(answer) == 3,
        "split must return three lists: the words for training, for development, and for the test.",
    )
    for name, part in zip(("train", "dev", "test"), answer, strict=True):
        check(
            isinstance(part, list) and all(isinstance(word, str) for word in part), f"{name} must be a list of words."
        )
    return answer


def different_words(rng, count):
    """Random words, none of them twice."""
    words = dict.fromkeys(random_words(rng, count))
    while len(words) < count:
        words[letters(rng, 7)] = None
    return list(words)


def test_sizes(submission, rng):
    """The first int(0.8 * n) words go to train, those up to int(0.9 * n) to dev, and the rest to test."""
    for n in (integer(rng, 101, 998), 13, 5, 9, integer(rng, 14, 99), 36):  # 13: 10 + 1 + 2; 36: 28 + 4 + 4
        words = different_words(rng, n)
        parts = parts_of(submission.split(words, new_seed(rng)))
        check(all(word in words for part in parts for word in part), "The parts must hold words of the list.")
        sizes = int(0.8 * n), int(0.9 * n) - int(0.8 * n), n - int(0.9 * n)
        assert_equal(tuple(map(len, parts)), sizes, name=f"the sizes of train, dev and test for {n} words")


def test_each_word_is_in_one_part(submission, rng):
    """No word is in two parts, and none is lost: together they hold each word as often as it came."""
    for n in (integer(rng, 40, 70), 13, 5):
        words = random_words(rng, n)
        words += words[:2]  # two words come twice: in any dictionary of names some do
        words.sort(key=lambda _: integer(rng, 0, 10**6))
        parts = parts_of(submission.split(words, new_seed(rng)))
        found = [word for part in parts for word in part]
        for word in words:
            check(
                found.count(word) == words.count(word),
                f"Of {len(words)} words {word!r} is one that occurs {words.count(word)} times; in train, dev and test "
                f"together it occurs {found.count(word)} times.",
            )
        check(len(found) == len(words), f"The parts hold {len(found)} words together; {len(words)} came.")


def test_the_seed_decides(submission, rng):
    """The same seed gives the same split, whatever Python, NumPy and torch draw elsewhere, and another one another."""
    words, seed = sorted(set(random_words(rng, 60))), new_seed(rng)
    splits = []
    for used in (seed, seed, new_seed(rng)):
        for name, seeding in (("random", "seed"), ("numpy.random", "seed"), ("torch", "manual_seed")):
            getattr(library(submission, name), seeding)(new_seed(rng))
        splits.append(list(map(sorted, parts_of(submission.split(list(words), used)))))
        check(all(word in words for part in splits[-1] for word in part), "The parts must hold words of the list.")
    check(splits[0] == splits[1], "The same words and seed give two splits: let the seed decide alone.")
    check(splits[0] != splits[2], "The split is the same whatever the seed is: shuffle the words by it.")


@points(2)
@needs("test_sizes", "test_each_word_is_in_one_part", "test_the_seed_decides")
def test_every_word_has_the_same_chance(submission, rng):
    """Every word is as likely as any other to get into each of the three parts."""
    words = [f"{letters(rng, 5)}{number}" for number in range(20)]
    rounds = 400
    counts = {word: [0, 0, 0] for word in words}
    for _ in range(rounds):
        for number, part in enumerate(parts_of(submission.split(words, new_seed(rng)))):
            for word in part:
                counts[word][number] += 1
    # Each of the 60 counts is binomial: about 320 ± 8, or 40 ± 6. Outside of these bounds lies one of them in
    # fewer than one of 10^10 runs.
    bounds = ((259, 371, 320), (5, 89, 40), (5, 89, 40))
    for place, word in enumerate(words):
        for name, count, (low, high, mean) in zip(("train", "dev", "test"), counts[word], bounds, strict=True):
            check(
                low <= count <= high,
                f"Of {rounds} seeds {count} put word number {place} of 20 into {name}; about {mean} should.",
            )


def test_arguments_stay_as_they_are(submission, rng):
    """words and stoi are not modified, and torch's default dtype stays as it is."""
    first = random_words(rng, 20)
    datasets, splits = [], []
    for words in (first, [letters(rng, len(word)) for word in first]):  # as many rows, with other targets
        datasets.append(assert_unchanged(submission.build_dataset, words, 3, vocabulary(rng)))
        splits.append(assert_unchanged(submission.split, words, new_seed(rng)))
    assert_responds(*(unpack(answer)[1] for answer in datasets), name="Y")
    assert_responds(*map(parts_of, splits), name="what split returns")
    check(library(submission, "torch").zeros(1).dtype == torch.float32, "torch's default dtype is changed.")


@bonus
@needs("test_any_words", "test_integers")
def test_no_words(submission, rng):
    """No words at all give no rows: X is (0, block_size) and Y (0,), int64."""
    words = random_words(rng, 3)
    for some in ([], words, []):
        block_size, stoi = integer(rng, 2, 5), vocabulary(rng)
        for name, tensor, right in zip(
            "XY",
            unpack(submission.build_dataset(some, block_size, stoi)),
            oracle(some, block_size, stoi),
            strict=True,
        ):
            assert_equal(tensor, right, name=f"{name} of {len(some)} words")


@bonus
@needs("test_the_seed_decides")
def test_global_generators(submission, rng):
    """split leaves the global random generators alone, Python's, NumPy's and torch's."""
    python = library(submission, "random")
    numpy = library(submission, "numpy.random")
    python.seed(new_seed(rng))
    numpy.seed(new_seed(rng))
    before = python.getstate(), [str(part) for part in numpy.get_state()]
    with undisturbed(submission, rng):
        splits = [parts_of(submission.split(random_words(rng, 20), new_seed(rng))) for _ in range(2)]
    assert_responds(*splits, name="what split returns")
    after = python.getstate(), [str(part) for part in numpy.get_state()]
    check(
        before == after,
        "split has used or seeded a global random generator, of Python's or NumPy's: random.Random(seed) is one of "
        "your own.",
    )

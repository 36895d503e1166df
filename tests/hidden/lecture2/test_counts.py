"""Checks of lecture2.counts: the table of pairs, region by region and as a whole."""

import torch

from grader.checks import (
    assert_close,
    assert_equal,
    assert_raises,
    assert_responds,
    assert_unchanged,
    check,
    full,
    integer,
    needs,
    new_seed,
    points,
    record_map,
    training,
    undisturbed,
)

LETTERS = "abcdefghijklmnopqrstuvwxyzABC-' éß中"


def permuted(rng, items):
    """The items in random order."""
    return [items[i] for i in torch.randperm(len(items), generator=rng).tolist()]


def random_vocabulary(rng, V):
    """(letters, stoi): V - 1 letters in random order, numbered in that order from 1."""
    letters = permuted(rng, LETTERS)[: V - 1]
    return letters, {".": 0} | {c: i + 1 for i, c in enumerate(letters)}


def random_words(rng, letters, count):
    """Words of few letters, some of which occur twice in a row; one word comes twice."""
    words = []
    for _ in range(count):
        word = "".join(letters[integer(rng, 0, len(letters) - 1)] for _ in range(integer(rng, 2, 6)))
        words.append(word + word[-1] * integer(rng, 0, 2))
    return [*words, words[0]]


def cases(rng):
    """(words, stoi): with letters that occur in no word, of one letter each, of one letter over and over, and none."""
    made = []
    for V in (9, 14):
        letters, stoi = random_vocabulary(rng, V)
        made.append((random_words(rng, letters[2:-2], 12), stoi))
    letters, stoi = random_vocabulary(rng, 5)
    made.append(([*permuted(rng, letters), letters[1]], stoi))
    letters, stoi = random_vocabulary(rng, 4)
    made.append(([letters[2] * integer(rng, 3, 6)], stoi))
    made.append(([], stoi))
    return made


def counted(words, stoi):
    """The table, from one long text whose words share their dots: there is one more dot than words."""
    V = len(stoi)
    text = torch.tensor([stoi[c] for c in "".join(f".{word}" for word in words) + "."])
    return torch.bincount(text[:-1] * V + text[1:], minlength=V * V).reshape(V, V)


def table_of(submission, words, stoi):
    """The submission's table as int64, of the right shape; what is wrong with its kind is said here."""
    counts = submission.count_bigrams(words, stoi)
    V = len(stoi)
    check(isinstance(counts, torch.Tensor), "count_bigrams must return a tensor.")
    check(
        counts.shape == (V, V),
        f"stoi has {V} characters, so the table must be {(V, V)}; yours is {tuple(counts.shape)}.",
    )
    check(not counts.is_complex() and bool(counts.isfinite().all()), "The counts must be whole numbers.")
    return counts.to(torch.float64)


def assert_region(submission, inputs, region, name):
    """Demand the right numbers in a region of the table; everything is asked for before the first is compared."""
    tables = [table_of(submission, words, stoi) for words, stoi in inputs]
    for (words, stoi), table in zip(inputs, tables, strict=True):
        right = counted(words, stoi).to(torch.float64)
        if not torch.equal(region(table), region(right)):
            table_of(submission, words, stoi)  # once more: a report shows the input of the latest call
        assert_close(region(table).clone(), region(right), name=name, rtol=0.0, atol=0.0, oracle="by hand")


@points(2)
def test_pairs_inside_words(submission, rng):
    """counts[i, j] says how often letter j follows letter i within a word: repeated words count each time."""
    inputs = cases(rng)
    words, stoi = inputs[0]
    renumbered = {".": 0} | {c: len(stoi) - number for c, number in stoi.items() if number}
    assert_region(submission, [*inputs, (words, renumbered), inputs[0]], lambda table: table[1:, 1:], "counts[1:, 1:]")


@needs("test_pairs_inside_words")
def test_first_letters(submission, rng):
    """The dot's row says how often each letter begins a word: the first letter of each word follows a dot."""
    assert_region(submission, cases(rng), lambda table: table[0, 1:], "counts[0, 1:]")


@needs("test_pairs_inside_words")
def test_last_letters(submission, rng):
    """The dot's column says how often each letter ends a word: a dot follows the last letter of each word."""
    assert_region(submission, cases(rng), lambda table: table[1:, 0], "counts[1:, 0]")


def characters(stoi):
    """The characters in the order of their numbers."""
    return sorted(stoi, key=stoi.get)


@needs("test_first_letters", "test_last_letters")
def test_whole_table(submission, rng):
    """No dot follows a dot: the table of a thousand words is right in every place, and they hold n + 1 pairs each."""
    from grader.data import generated_words

    words = generated_words(1_000, new_seed(rng))
    stoi = {c: i for i, c in enumerate([".", *sorted(set("".join(words)))])}
    counts, right = table_of(submission, words, stoi), counted(words, stoi).to(torch.float64)
    record_map("your counts", counts, labels=characters(stoi))
    record_map("expected counts", right, labels=characters(stoi))
    assert_close(counts, right, name="counts", rtol=0.0, atol=0.0, oracle="by hand")


@needs("test_pairs_inside_words")
def test_integers(submission, rng):
    """The counts are integers of 32 or 64 bits."""
    letters, stoi = random_vocabulary(rng, 7)
    words = random_words(rng, letters, 9)
    counts = submission.count_bigrams(words, stoi)
    check(isinstance(counts, torch.Tensor), "count_bigrams must return a tensor.")
    check(
        counts.dtype in {torch.int32, torch.int64},
        "The counts must be integers, torch.int32 or torch.int64; yours are "
        f"{str(counts.dtype).removeprefix('torch.')}.",
    )
    assert_equal(counts[1:, 1:].clone(), counted(words, stoi)[1:, 1:].to(counts.dtype), name="counts[1:, 1:]")


@needs("test_pairs_inside_words")
def test_unknown_character(submission, rng):
    """A character that has no number raises a KeyError, and the words that came before can be counted again."""
    for _ in range(2):
        letters, stoi = random_vocabulary(rng, 9)
        unknown = next(c for c in LETTERS if c not in stoi)
        words = random_words(rng, letters, 5)
        place = integer(rng, 0, 4)
        wrong = [*words[:place], words[place][:1] + unknown + words[place][1:], *words[place + 1 :]]
        assert_raises(KeyError, submission.count_bigrams, wrong, stoi, why=f"{unknown!r} is not in stoi")
        assert_region(submission, [(words, stoi)], lambda table: table[1:, 1:], "counts[1:, 1:]")


def test_arguments_stay_as_they_are(submission, rng):
    """words and stoi stay as they are, and torch's global generator, too."""
    answers = []
    with undisturbed(submission, rng):
        for _ in range(2):
            letters, stoi = random_vocabulary(rng, 7)
            answers.append(assert_unchanged(submission.count_bigrams, random_words(rng, letters, 8), stoi))
    assert_responds(*answers, name="the table")


@full
@training
def test_names(submission, rng):
    """Of the lecture's 32,033 names, in an order of their own, every pair is counted: 228,146 of them."""
    from grader.data import names

    words = permuted(rng, names())
    stoi = {".": 0} | {c: i + 1 for i, c in enumerate(permuted(rng, "abcdefghijklmnopqrstuvwxyz"))}
    counts, right = table_of(submission, words, stoi), counted(words, stoi).to(torch.float64)
    record_map("your counts", counts, labels=characters(stoi))
    record_map("expected counts", right, labels=characters(stoi))
    assert_close(counts, right, name="counts", rtol=0.0, atol=0.0, oracle="by hand")

"""Checks of lecture9.pretokenize: GPT-2's split, and a tokenizer that works within chunks."""

import contextlib

import regex
from hypothesis import given

from grader.checks import assert_equal, assert_raises, assert_unchanged, full, integer, limit, needs, points, texts
from grader.data import tinyshakespeare

GPT2 = texts.GPT2
# Patterns other than GPT-2's that both regex and tiktoken read: they too cover every character.
OTHERS = (r"\p{L}+|\P{L}+", r"\s*\S+|\s+", r"\p{N}{1,3}|\P{N}+", r"[aeiou]?[^aeiou]+|[aeiou]")


def assert_split(submission, text):
    """Demand GPT-2's chunks."""
    right = regex.findall(GPT2, text)
    texts.assert_sequence(submission.split(text), right, name="split(text)", oracle="GPT-2's pattern")


def doubt(submission, text, *pattern):
    """What is to be mended before anything is trained or encoded: split, where it is wrong on this very text."""
    with contextlib.suppress(Exception):
        chunks = submission.split(text, *pattern)
        if texts.alike(chunks, regex.findall(*(pattern or (GPT2,)), text)):
            return ""
    return "split is not right yet on this text, and all else rests on it: mend split first."


def assert_trained(tokenizer, text, vocab_size, pattern=GPT2, blame=""):
    """Demand the merges and the vocabulary of a tokenizer that has been trained; returns the vocabulary."""
    chunks = regex.findall(pattern, text)
    texts.assert_merges(tokenizer.merges, chunks, vocab_size, blame=blame)
    _, vocab = texts.bpe(chunks, vocab_size)
    assert_equal(texts.plain(tokenizer.vocab), vocab, name="vocab")
    return vocab


def trained(submission, text, vocab_size, *pattern):
    """A tokenizer of the submission's, trained, and the vocabulary that is right for it."""
    tokenizer = submission.RegexTokenizer(*pattern)
    blame = doubt(submission, text, *pattern)
    tokenizer.train(text, vocab_size)
    return tokenizer, assert_trained(tokenizer, text, vocab_size, *pattern, blame=blame)


def assert_encoded(submission, tokenizer, text, vocab, *pattern):
    """Demand the ids that tiktoken gives with the same merges and pattern."""
    right = texts.encoding(vocab, *pattern or (GPT2,)).encode_ordinary(text)
    note = doubt(submission, text, *pattern)
    texts.assert_ids(tokenizer.encode(text), right, vocab, name="encode(text)", oracle="tiktoken", note=note)
    return right


def plain_word(rng):
    """A word of small letters that begins like no contraction: it does not tell who has lost the apostrophe."""
    return "".join(rng.choice(list("abcefghijk"), int(rng.integers(2, 6))))


def shuffled(rng, pieces):
    """The pieces in random order."""
    return [pieces[place] for place in rng.permutation(len(pieces))]


def test_letters_numbers_and_the_rest(submission, rng):
    """Letters, numbers and other characters are chunks apart, whichever numbers and signs they are; _ is no letter."""
    numbers, marks = shuffled(rng, texts.NUMBERS), shuffled(rng, texts.MARKS)
    for number in numbers:
        pieces = [plain_word(rng), number + marks.pop(), f"_{plain_word(rng)}", "_", *numbers[:1], plain_word(rng)]
        assert_split(submission, "".join(shuffled(rng, pieces)))


@needs("test_letters_numbers_and_the_rest")
def test_contractions(submission, rng):
    """The seven contractions are chunks of their own, in small letters and with a straight apostrophe only."""
    joined = []
    for suffix in shuffled(rng, [*texts.CONTRACTIONS, "'RE", "'lls"]):
        joined += [plain_word(rng) + suffix, plain_word(rng) + suffix + plain_word(rng), suffix]
    joined += [f"{begins}{plain_word(rng)}" for begins in ("s", "d", "m", "t", "ll", "ve", "re")]
    answers = [submission.split(text) for text in joined]  # together they tell mistakes apart
    for text, chunks in zip(joined, answers, strict=True):
        right, note = regex.findall(GPT2, text), f"The text is {text!r}."
        texts.assert_sequence(chunks, right, name="split(text)", oracle="GPT-2's pattern", note=note)


@needs("test_letters_numbers_and_the_rest")
def test_white_space(submission, rng):
    """One space goes with what follows it; a longer run ends one character early; at the end it stays whole."""
    runs = [" ", "  ", "   ", "\n", "\n\n", " \n", "\n ", "\t", "\t ", "\r\n", "\u3000", "\u3000 ", "\u00a0", "\u2028 "]
    for run in shuffled(rng, runs):
        assert_split(submission, f"{plain_word(rng)}{run}{plain_word(rng)} {int(rng.integers(100))}{run}!{run}")


@needs("test_letters_numbers_and_the_rest")
def test_scripts_and_emoji(submission, rng):
    """Scripts of the world, combining marks and emoji are split as by GPT-2: letters are \\p{L}, marks are not."""
    for piece in shuffled(rng, [*texts.SCRIPTS, *texts.EMOJI, "\u0301", "\u1112\u1161\u11ab"]):
        assert_split(submission, f"{plain_word(rng)}{piece}{piece}{plain_word(rng)}7{piece}")


@points(2)
@needs("test_contractions", "test_white_space", "test_scripts_and_emoji")
@given(text=texts.texts(12))
def test_splits_any_text(submission, text):
    """split gives the chunks of GPT-2's pattern for any text, the empty one included."""
    assert_split(submission, text)


@needs("test_letters_numbers_and_the_rest")
def test_another_pattern(submission, rng):
    """split goes by the pattern that it is given."""
    text = texts.mixture(rng, 30)
    for pattern in rng.permutation(OTHERS).tolist():
        right = regex.findall(pattern, text)
        chunks = submission.split(text, pattern)
        texts.assert_sequence(chunks, right, name="split(text, pattern)", oracle="regex.findall")


@points(3)
@needs("test_splits_any_text")
def test_trains_within_chunks(submission, rng):
    """The merges are those of pairs within chunks, counted over all of them; ties go to the pair that is seen first."""
    tokenizers = []
    for _ in range(4):
        words = ["".join(rng.choice(list("abcd"), int(rng.integers(2, 7)))) for _ in range(10)]  # they share pairs
        text = " ".join(rng.choice(words, 30)) + "  " + " ".join(rng.permutation(words))
        tokenizer = submission.RegexTokenizer()
        tokenizer.train(text, 276)
        tokenizers.append((tokenizer.merges, tokenizer.vocab, text))
    for merges, vocab, text in tokenizers:  # all are trained before the first is judged: they tell mistakes apart
        chunks = regex.findall(GPT2, text)
        texts.assert_merges(merges, chunks, 276)
        assert_equal(texts.plain(vocab), texts.bpe(chunks, 276)[1], name="vocab")


@needs("test_trains_within_chunks")
def test_ends_when_no_pair_is_left(submission, rng):
    """Training ends early when no chunk holds a pair; a pair that occurs once is merged too."""
    for text in (f"{texts.word(rng, 4, 8)} {texts.word(rng, 4, 8)}", "", texts.letters(rng, 1)):
        trained(submission, text, integer(rng, 290, 400))


@needs("test_trains_within_chunks")
def test_too_small_a_vocabulary_is_refused(submission, rng):
    """A vocab_size below 256 raises ValueError; with 256 nothing is learned."""
    for _ in range(4):
        tokenizer, _ = trained(submission, texts.prose(rng, 60), 256 + integer(rng, 0, 3))
        for size in (255, integer(rng, 1, 254)):
            assert_raises(ValueError, tokenizer.train, texts.prose(rng, 60), size, why="vocab_size is below 256")


@needs("test_trains_within_chunks")
def test_training_again(submission, rng):
    """Training again starts anew, and one tokenizer's training leaves another's merges and vocab as they are."""
    tokenizer, _ = trained(submission, texts.prose(rng, 300), 280)
    text = texts.prose(rng, 200)
    other, _ = trained(submission, text, 275)
    again = texts.prose(rng, 200)
    tokenizer.train(again, 270)
    assert_trained(tokenizer, again, 270)
    assert_trained(other, text, 275)


@needs("test_splits_any_text")
def test_before_training(submission, rng):
    """Before training the ids are the bytes of the text, whatever is in it."""
    vocab = {byte: bytes([byte]) for byte in range(256)}
    for text in (*texts.hard(rng), texts.mixture(rng, 12)):
        ids, right = submission.RegexTokenizer().encode(text), list(text.encode())
        texts.assert_ids(ids, right, vocab, name="encode(text) before training", oracle="its bytes")


@points(2)
@needs("test_trains_within_chunks", "test_before_training")
def test_encodes_as_tiktoken_does(submission, rng):
    """The ids of any text equal those of tiktoken with the same merges and GPT-2's pattern."""
    words = "   ".join(texts.mixture(rng, 3) for _ in range(6))  # of three spaces two are a chunk, and merge
    tokenizer, vocab = trained(submission, words + texts.mixture(rng, 10) + words, 290)
    assert_encoded(submission, tokenizer, texts.crossing(rng, vocab), vocab)
    for pieces in (1, 2, 3, 5, 8, 30):
        assert_encoded(submission, tokenizer, texts.mixture(rng, pieces) + words[: int(rng.integers(0, 12))], vocab)
    tokenizer, vocab = trained(submission, texts.prose(rng, 3000), 320)
    assert_encoded(submission, tokenizer, texts.prose(rng, 1000), vocab)


@needs("test_encodes_as_tiktoken_does", "test_training_again")
def test_encodes_by_the_present_merges(submission, rng):
    """A text is encoded by the tokenizer's own merges as they are now: after a new training it has new ids."""
    text = "  ".join(texts.word(rng, 4, 6) for _ in range(4))
    tokenizer, vocab = trained(submission, text * 3, 270)
    other, others = trained(submission, texts.prose(rng, 200), 270)
    assert_encoded(submission, tokenizer, text, vocab)
    assert_encoded(submission, other, text, others)
    tokenizer.train(text[::-1] * 3, 262)
    assert_encoded(submission, tokenizer, text, assert_trained(tokenizer, text[::-1] * 3, 262))
    assert_encoded(submission, other, text, others)


@needs("test_another_pattern", "test_encodes_as_tiktoken_does")
def test_tokenizer_with_another_pattern(submission, rng):
    """A tokenizer made with another pattern trains and encodes by that one."""
    for pattern in rng.permutation(OTHERS[:3]).tolist():
        text = texts.prose(rng, 400) + texts.mixture(rng, 20)
        tokenizer, vocab = trained(submission, text, 290, pattern)
        assert_encoded(submission, tokenizer, texts.mixture(rng, 20) + text[:100], vocab, pattern)


@needs("test_trains_within_chunks")
def test_decodes(submission, rng):
    """Ids decode to their text, whatever is in it, and random ids as by tiktoken, with U+FFFD for invalid UTF-8."""
    text = "".join(texts.hard(rng))
    tokenizer, vocab = trained(submission, text * 2, 290)
    ids = texts.encoding(vocab, GPT2).encode_ordinary(text)
    texts.assert_sequence(tokenizer.decode(ids), text, name="decode(ids)", oracle="the text that was encoded")
    for _ in range(4):
        ids = [*rng.integers(0, len(vocab), 10).tolist(), 0xFF]
        found = assert_unchanged(tokenizer.decode, ids)
        assert_equal(found, texts.encoding(vocab).decode(ids), name="decode(ids)", oracle="tiktoken")
    other, vocab = trained(submission, texts.prose(rng, 600), 290)
    ids = list(range(256, len(vocab)))  # the merges of both
    right = texts.encoding(vocab).decode(ids)
    tokenizer.decode(ids)
    assert_equal(other.decode(ids), right, name="decode(ids)", oracle="tiktoken, by this tokenizer's own vocab")


@full
@limit(120)
@needs("test_encodes_as_tiktoken_does", "test_decodes")
def test_shakespeare(submission, rng):
    """Trained on 40,000 characters of Shakespeare, it encodes 5,000 more as tiktoken does, and decodes them again."""
    play = tinyshakespeare()
    start = int(rng.integers(len(play) - 45_000))
    tokenizer, vocab = trained(submission, play[start : start + 40_000], 356)
    text = play[start + 40_000 : start + 45_000]
    ids = assert_encoded(submission, tokenizer, text, vocab)
    texts.assert_sequence(tokenizer.decode(ids), text, name="decode(ids)", oracle="the text that was encoded")

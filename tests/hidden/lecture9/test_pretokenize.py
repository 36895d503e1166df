"""Checks of lecture9.pretokenize: GPT-2's split, and a tokenizer that works within chunks."""

import contextlib

import hypothesis.strategies as st
import numpy as np
import regex
from hypothesis import given

from grader.checks import assert_equal, assert_raises, full, limit, points, texts
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


@points(2)
@given(text=texts.texts(12))
def test_splits_any_text(submission, text):
    """split gives the chunks of GPT-2's pattern for any text, the empty one included."""
    assert_split(submission, text)


def test_contractions(submission, rng):
    """The seven contractions are chunks of their own, in small letters and with a straight apostrophe only."""
    for suffix in rng.permutation(np.array([*texts.CONTRACTIONS, "'RE", "'lls"], object)):
        assert_split(submission, f"{texts.word(rng)}{suffix} {texts.word(rng)}{suffix}{texts.word(rng)} {suffix}")


def test_letters_numbers_and_the_rest(submission, rng):
    """Letters, numbers and other characters are chunks apart, whichever script they are of; _ is no letter."""
    for _ in range(6):
        kinds = [texts.word(rng), *rng.choice(np.array(texts.NUMBERS, object), 2)]
        kinds += [*rng.choice(np.array(texts.MARKS, object), 2), "_", *rng.choice(np.array(texts.SCRIPTS, object), 2)]
        assert_split(submission, "".join(rng.permutation(np.array(kinds, object))))


def test_white_space(submission, rng):
    """One space goes with what follows it; a longer run ends one character early; at the end it stays whole."""
    for _ in range(6):
        runs = [
            "".join(rng.choice(list("   \n\t\u3000"), rng.integers(1, 5))) + str(rng.choice(["", " "]))
            for _ in range(4)
        ]
        assert_split(submission, "".join(run + texts.word(rng) for run in runs[:3]) + runs[3])


def test_scripts_and_emoji(submission, rng):
    """Scripts of the world, combining marks and emoji are split as by GPT-2: letters are \\p{L}, marks are not."""
    for _ in range(6):
        chosen = rng.choice(np.array([*texts.SCRIPTS, *texts.EMOJI], object), 5)
        assert_split(submission, "".join(piece + str(rng.choice(["", " "])) for piece in chosen) + texts.word(rng))


def test_another_pattern(submission, rng):
    """split goes by the pattern that it is given."""
    text = texts.mixture(rng, 30)
    for pattern in rng.permutation(OTHERS).tolist():
        right = regex.findall(pattern, text)
        chunks = submission.split(text, pattern)
        texts.assert_sequence(chunks, right, name="split(text, pattern)", oracle="regex.findall")


@points(2)
@given(text=st.one_of(st.text("ab ", max_size=24), texts.texts()), more=st.integers(0, 10))
def test_trains_within_chunks(submission, text, more):
    """The merges are those of pairs within chunks, for any text: no token crosses the border of two chunks."""
    trained(submission, text, 256 + more)


def test_counts_are_sums_over_all_chunks(submission, rng):
    """The counts are sums over all chunks, repeated ones too; ties go to the pair that is seen first in their order."""
    for _ in range(3):
        words = [texts.word(rng, 2, 4) for _ in range(8)]
        text = " ".join(rng.choice(words, 30)) + "  " + " ".join(rng.permutation(words))
        trained(submission, text, 280)


def test_ends_when_no_pair_is_left(submission, rng):
    """Training ends early when no chunk holds a pair; training again starts anew; below 256 is an error."""
    tokenizer, _ = trained(submission, f"{texts.word(rng, 4, 8)} {texts.word(rng, 4, 8)}", 400)
    again = texts.prose(rng, 200)
    blame = doubt(submission, again)
    tokenizer.train(again, 270)
    assert_trained(tokenizer, again, 270, blame=blame)
    assert_raises(ValueError, tokenizer.train, again, int(rng.integers(1, 256)), why="vocab_size is below 256")


@points(2)
def test_encodes_as_tiktoken_does(submission, rng):
    """The ids of any text equal those of tiktoken with the same merges and GPT-2's pattern."""
    for _ in range(3):
        words = "  ".join(texts.mixture(rng, 3) for _ in range(6))
        tokenizer, vocab = trained(submission, words + texts.mixture(rng, 10) + words, 290)
        for pieces in (1, 2, 3, 5, 8):
            text = texts.mixture(rng, pieces) + words[: int(rng.integers(0, 12))]
            ids = assert_encoded(submission, tokenizer, text, vocab)
            texts.assert_sequence(tokenizer.decode(ids), text, name="decode(ids)", oracle="the text that was encoded")


def test_prose(submission, rng):
    """Trained on 3,000 characters of English, it encodes 1,000 others as tiktoken does, and decodes them again."""
    tokenizer, vocab = trained(submission, texts.prose(rng, 3000), 320)
    text = texts.prose(rng, 1000)
    ids = assert_encoded(submission, tokenizer, text, vocab)
    texts.assert_sequence(tokenizer.decode(ids), text, name="decode(ids)", oracle="the text that was encoded")


def test_tokenizer_with_another_pattern(submission, rng):
    """A tokenizer made with another pattern trains and encodes by that one."""
    for pattern in rng.permutation(OTHERS[:3]).tolist():
        text = texts.prose(rng, 400) + texts.mixture(rng, 20)
        tokenizer, vocab = trained(submission, text, 290, pattern)
        assert_encoded(submission, tokenizer, texts.mixture(rng, 20) + text[:100], vocab, pattern)


def test_before_and_after_training(submission, rng):
    """Before training the ids are bytes; random ids decode as by tiktoken, with U+FFFD for invalid UTF-8."""
    text = texts.mixture(rng, 12)
    tokenizer = submission.RegexTokenizer()
    note = doubt(submission, text)
    ids, vocab = tokenizer.encode(text), {byte: bytes([byte]) for byte in range(256)}
    right = list(text.encode())
    texts.assert_ids(ids, right, vocab, name="encode(text) before training", oracle="its bytes", note=note)
    blame = doubt(submission, text)
    tokenizer.train(text, 270)
    vocab = assert_trained(tokenizer, text, 270, blame=blame)
    for _ in range(4):
        ids = rng.integers(0, len(vocab), 10).tolist()
        right = texts.encoding(vocab).decode(ids)
        assert_equal(tokenizer.decode(ids), right, name="decode(ids)", oracle="tiktoken")


@full
@limit(120)
def test_shakespeare(submission, rng):
    """Trained on 40,000 characters of Shakespeare, it encodes 5,000 more as tiktoken does, and decodes them again."""
    play = tinyshakespeare()
    start = int(rng.integers(len(play) - 45_000))
    tokenizer, vocab = trained(submission, play[start : start + 40_000], 356)
    text = play[start + 40_000 : start + 45_000]
    ids = assert_encoded(submission, tokenizer, text, vocab)
    texts.assert_sequence(tokenizer.decode(ids), text, name="decode(ids)", oracle="the text that was encoded")

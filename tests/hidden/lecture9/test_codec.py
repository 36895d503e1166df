"""Checks of lecture9.codec: encoding and decoding with trained merges."""

import hypothesis.strategies as st
import numpy as np
from hypothesis import given

from grader.checks import assert_equal, assert_unchanged, points, texts


def assert_encoded(submission, text, merges, vocab):
    """Demand the ids that tiktoken gives for a text."""
    right = texts.encoding(vocab).encode_ordinary(text)
    texts.assert_ids(submission.encode(text, merges), right, vocab, name="encode(text, merges)", oracle="tiktoken")
    return right


@st.composite
def trained(draw, alphabet="abc"):
    """Merges and vocabulary of a short random text; they shrink to no merges."""
    return texts.bpe([draw(st.text(alphabet, max_size=30))], 256 + draw(st.integers(0, 10)))


def fragments(rng, vocab, count):
    """Pieces of learned tokens side by side, some of them often: pairs that compete for the same letters."""
    tokens = [token.decode() for token in vocab.values() if len(token) > 1 and token.isascii()]
    pieces = [str(rng.choice(tokens))[int(rng.integers(0, 2)) :] for _ in range(8)]
    return "".join(rng.choice(pieces, count))


@points(2)
@given(learned=trained(), text=st.text("abc", max_size=20))
def test_encodes_as_tiktoken_does(submission, learned, text):
    """The ids equal tiktoken's, for any text and any trained merges, none included."""
    merges, vocab = learned
    assert_encoded(submission, text, merges, vocab)


def test_what_was_learned_first_is_merged_first(submission, rng):
    """Of the pairs in a text, the one that was learned first is merged first, wherever in the text it stands."""
    merges, vocab = texts.bpe([texts.prose(rng, 2000)], 400)
    contested = [fragments(rng, vocab, 16) for _ in range(4)]
    answers = [submission.encode(text, merges) for text in contested]  # all of them tell one wrong order from another
    for text, ids in zip(contested, answers, strict=True):
        right = texts.encoding(vocab).encode_ordinary(text)
        texts.assert_ids(ids, right, vocab, name="encode(text, merges)", oracle="tiktoken")


@points(2)
@given(text=texts.texts(), seed=st.integers(0, 2**16))
def test_any_script_there_and_back(submission, text, seed):
    """Scripts of the world, emoji and white space are encoded as by tiktoken, and decode to the very same text."""
    rng = np.random.default_rng(seed)
    merges, vocab = texts.bpe([text + texts.mixture(rng, 40)], 280)
    ids = assert_encoded(submission, text, merges, vocab)
    texts.assert_sequence(
        submission.decode(ids, vocab), text, name="decode(ids, vocab)", oracle="the text that was encoded"
    )


def test_prose(submission, rng):
    """800 characters of English are encoded as by tiktoken with 200 merges, and decode to the very same text."""
    merges, vocab = texts.bpe([texts.prose(rng, 8000)], 456)
    text = texts.prose(rng, 800)
    ids = assert_encoded(submission, text, merges, vocab)
    texts.assert_sequence(
        submission.decode(ids, vocab), text, name="decode(ids, vocab)", oracle="the text that was encoded"
    )


def test_short_texts(submission, rng):
    """Texts of no, one and two bytes are encoded: there may be no pair at all."""
    merges, vocab = texts.bpe([texts.prose(rng, 500)], 276)
    letters = texts.word(rng, 4, 4)
    for text in (letters[:2], letters[2:], chr(int(rng.integers(0x100, 0x250))), letters[0], "", letters[1]):
        assert_encoded(submission, text, merges, vocab)


@points(2)
@given(learned=trained("aé😀"), places=st.lists(st.integers(0, 999), max_size=8))
def test_decodes_any_ids(submission, learned, places):
    """Any ids decode as by tiktoken: where the bytes are not valid UTF-8 there is U+FFFD, and nothing is raised."""
    _, vocab = learned
    likely = [i for i in vocab if i >= 256] + [0x61, *"é😀".encode(), 0xFF, 0x80]  # new ids, and halves of characters
    ids = [likely[place % len(likely)] for place in places]
    right = texts.encoding(vocab).decode(ids)
    assert_equal(submission.decode(ids, vocab), right, name="decode(ids, vocab)", oracle="tiktoken")


def test_bytes_that_are_no_text(submission, rng):
    """Random bytes, most of them not valid UTF-8, decode to a text with U+FFFD in the places where tiktoken has it."""
    vocab = {byte: bytes([byte]) for byte in range(256)}
    encoding = texts.encoding(vocab)
    for _ in range(5):
        ids = rng.integers(0, 256, 12).tolist()
        assert_equal(submission.decode(ids, vocab), encoding.decode(ids), name="decode(ids, vocab)", oracle="tiktoken")


def test_arguments_stay_as_they_are(submission, rng):
    """Both functions are right, and leave merges, ids and vocab as they are."""
    text = texts.prose(rng, 300)
    merges, vocab = texts.bpe([text], 270)
    right = texts.encoding(vocab).encode_ordinary(text[:80])
    ids = assert_unchanged(submission.encode, text[:80], merges)
    texts.assert_ids(ids, right, vocab, name="encode(text, merges)", oracle="tiktoken")
    assert_equal(assert_unchanged(submission.decode, right, vocab), text[:80], name="decode(ids, vocab)")

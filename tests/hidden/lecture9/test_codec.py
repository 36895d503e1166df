"""Checks of lecture9.codec: from a text to ids and back."""

import hypothesis.strategies as st
from hypothesis import given

from grader.checks import assert_equal, assert_unchanged, check, integer, needs, points, texts

BYTES = {byte: bytes([byte]) for byte in range(256)}


def assert_encoded(submission, text, merges, vocab):
    """Demand the ids that tiktoken gives for a text."""
    right = texts.encoding(vocab).encode_ordinary(text)
    texts.assert_ids(submission.encode(text, merges), right, vocab, name="encode(text, merges)", oracle="tiktoken")
    return right


def assert_decoded(submission, ids, vocab, text):
    """Demand the text that ids were made of."""
    decoded = submission.decode(ids, vocab)
    texts.assert_sequence(decoded, text, name="decode(ids, vocab)", oracle="the text that was encoded")


def contested(rng, count):
    """A text of so many pieces of learned tokens, so that pairs compete for its letters; merges and vocabulary.

    It ends with a dot, which nothing was learned of: there is always a pair.
    """
    merges, vocab = texts.bpe(["".join(rng.choice(list("abcd"), 60))], 256 + int(rng.choice([4, 12, 24])))
    tokens = [token.decode() for idx, token in vocab.items() if idx >= 256]
    pieces = [piece for token in tokens for piece in (token, token[1:], token[:-1])]
    return "".join(rng.choice(pieces, count)) + ".", merges, vocab


def test_goes_by_what_it_is_given(submission, rng):
    """Other merges give other ids, and another vocab another text: nothing is kept from one call to the next."""
    for _ in range(2):
        text = texts.letters(rng, 6) * 2
        merges, vocab = texts.bpe([text], 259)
        first = submission.encode(text, merges)
        without = submission.encode(text, {})
        texts.assert_ids(without, list(text.encode()), vocab, name="encode(text, {})", oracle="the bytes of the text")
        again = submission.encode(text, merges)
        check(
            texts.plain(again) == texts.plain(first),
            f"With the same merges, encode({text!r}, merges) gives other ids the second time.",
        )
        ids = list(text.encode())
        capitals = {idx: token.upper() for idx, token in vocab.items()}
        for known, wanted in ((vocab, text), (capitals, text.upper()), (vocab, text)):
            assert_equal(submission.decode(ids, known), wanted, name="decode(ids, vocab)")


@points(3)
@needs("test_goes_by_what_it_is_given")
def test_encodes_as_tiktoken_does(submission, rng):
    """The ids equal tiktoken's: of the pairs in a text, the one that was learned first is merged first, everywhere."""
    cases = [contested(rng, 1 + i // 4) for i in range(64)]  # short ones first: they are easier to follow
    answers = [submission.encode(text, merges) for text, merges, _ in cases]  # together they tell wrong orders apart
    for ids, (text, _, vocab) in zip(answers, cases, strict=True):
        right = texts.encoding(vocab).encode_ordinary(text)
        texts.assert_ids(
            ids, right, vocab, name="encode(text, merges)", oracle="tiktoken", note=f"The text is {text!r}."
        )


@needs("test_goes_by_what_it_is_given")
def test_short_texts(submission, rng):
    """Texts of no byte and of one, and those that become a single token, are encoded: in the end there is no pair."""
    a, b = rng.choice(list("abcdefgh"), 2, replace=False).tolist()
    merges, vocab = texts.bpe([(a + b) * 4], 259)
    for text in (f"{a}{b}.", f"{a}{b}", a, "", (a + b) * 4, texts.letters(rng, 1)):
        assert_encoded(submission, text, merges, vocab)


@needs("test_goes_by_what_it_is_given")
def test_starts_from_bytes(submission, rng):
    """Without a merge that fits, the ids are the UTF-8 bytes of the text, whatever is in it, each of them."""
    for text in (*texts.hard(rng), texts.mixture(rng, 30), texts.mixture(rng, 60)):
        ids, right = submission.encode(text, {}), list(text.encode())
        texts.assert_ids(ids, right, BYTES, name="encode(text, {})", oracle="the bytes of the text")


@points(2)
@needs("test_goes_by_what_it_is_given")
def test_decodes_to_the_text(submission, rng):
    """The ids of a text decode to the very same text, whatever is in it: a character may be spread over tokens."""
    for text in (f"{texts.letters(rng, 2)}é", *texts.hard(rng), texts.mixture(rng, 40)):
        _, vocab = texts.bpe([text], 256 + integer(rng, 2, 12))
        assert_decoded(submission, texts.encoding(vocab).encode_ordinary(text), vocab, text)


@points(2)
@needs("test_decodes_to_the_text")
@given(text=st.text("aé😀", max_size=12), places=st.lists(st.integers(0, 999), max_size=8))
def test_decodes_any_ids(submission, text, places):
    """Any ids decode as by tiktoken: where the bytes are not valid UTF-8 there is U+FFFD, and nothing is raised."""
    _, vocab = texts.bpe([text], 262)
    likely = [i for i in vocab if i >= 256] + [0x61, *"é😀".encode(), 0xFF, 0x80]  # new ids, and halves of characters
    ids = [likely[place % len(likely)] for place in places]
    right = texts.encoding(vocab).decode(ids)
    assert_equal(submission.decode(ids, vocab), right, name="decode(ids, vocab)", oracle="tiktoken")


@needs("test_encodes_as_tiktoken_does", "test_starts_from_bytes", "test_short_texts", "test_decodes_to_the_text")
def test_prose_there_and_back(submission, rng):
    """800 characters of English are encoded as by tiktoken with 200 merges, and decode to the very same text."""
    merges, vocab = texts.bpe([texts.prose(rng, 8000)], 456)
    text = texts.prose(rng, 800)
    assert_decoded(submission, assert_encoded(submission, text, merges, vocab), vocab, text)


@needs("test_encodes_as_tiktoken_does", "test_starts_from_bytes", "test_decodes_to_the_text")
def test_arguments_stay_as_they_are(submission, rng):
    """Both functions leave merges, ids and vocab as they are."""
    text = texts.prose(rng, 300)
    merges, vocab = texts.bpe([text], 270)
    right = texts.encoding(vocab).encode_ordinary(text[:80])
    ids = assert_unchanged(submission.encode, text[:80], merges)
    texts.assert_ids(ids, right, vocab, name="encode(text, merges)", oracle="tiktoken")
    assert_equal(assert_unchanged(submission.decode, right, vocab), text[:80], name="decode(ids, vocab)")

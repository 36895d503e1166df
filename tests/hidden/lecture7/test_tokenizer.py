"""Checks of lecture7.tokenizer: a bijection between characters and ids."""

import hypothesis.strategies as st
import torch
from hypothesis import given

from grader.checks import assert_equal, assert_raises, assert_responds, check, integer, needs, points

ALPHABET = "abcxyzABC 0189.,!?\n\t'\"\\äéßøñçÉΩπжщ中文字あア한😀🎉‽\u0301\u200d"
# What is lost where a text is cleaned, normalised or split at its lines.
FRAGILE = "e\u0301é\u1e9b\u0323ﬁÅ\u212b \r\n\n\r\0\ufeff\u2028\u2029\x85\x1c\u00a0\u200d\u0301ßẞİı "


def random_text(rng, length):
    """A text of characters of many scripts, with all that is easily lost, white space at both ends."""
    places = torch.randint(0, len(ALPHABET), (length,), generator=rng)
    return " " + FRAGILE + "".join(ALPHABET[i] for i in places.tolist()) + "\n"


def two(submission, rng, length=40):
    """Two texts and their tokenizers, both made before either is used: each has a vocabulary of its own."""
    texts = random_text(rng, length), "".join(c for c in random_text(rng, length) if c not in "aéжЖ中 ")
    return [(text, submission.CharTokenizer(text)) for text in texts]


def test_vocabulary(submission, rng):
    """chars are the characters of the text, each once and sorted, in a list; vocab_size is their number."""
    for text, tokenizer in (
        *two(submission, rng),
        (c := ALPHABET[integer(rng, 0, 20)], submission.CharTokenizer(c)),
    ):
        assert_equal(tokenizer.chars, sorted(set(text)), name="chars")
        assert_equal(tokenizer.vocab_size, len(set(text)), name="vocab_size")


@points(2)
@needs("test_vocabulary")
def test_encode(submission, rng):
    """encode gives each character its place among the sorted characters, and an empty text no ids."""
    pairs = two(submission, rng)
    both = shuffled(rng, sorted(set(pairs[0][0]) & set(pairs[1][0])))
    for _ in range(2):
        for text, tokenizer in pairs:
            chars = sorted(set(text))
            for s in (both, shuffled(rng, chars), text, ""):
                assert_equal(tokenizer.encode(s), [chars.index(c) for c in s], name=f"encode({s!r})")


@needs("test_vocabulary")
def test_decode(submission, rng):
    """decode gives the characters at these places, side by side in one text, and none for no ids."""
    pairs = two(submission, rng)
    for _ in range(2):
        for text, tokenizer in pairs:
            chars = sorted(set(text))
            for ids in (torch.randperm(len(chars), generator=rng).tolist(), [chars.index(c) for c in text], []):
                assert_equal(tokenizer.decode(ids), "".join(chars[i] for i in ids), name=f"decode({ids})")


def shuffled(rng, chars):
    """All of them in random order, as one text."""
    return "".join(chars[i] for i in torch.randperm(len(chars), generator=rng).tolist())


@given(text=st.text(min_size=1, max_size=20), picks=st.lists(st.integers(0, 1000), max_size=12))
def test_there_and_back(submission, text, picks):
    """decode(encode(s)) is s, for any Unicode text of known characters."""
    text += FRAGILE
    chars = sorted(set(text))
    tokenizer = submission.CharTokenizer(text)
    for s in (f" {text}\n", "".join(chars[pick % len(chars)] for pick in picks), ""):
        assert_equal(tokenizer.decode(tokenizer.encode(s)), s, name=f"decode(encode({s!r}))")


SCRIPTS = ("äßøñ", "ωπ", "жщ", "中文字", "あア", "한", "😀🎉")  # no language is written in three of them


def is_named(character, message):
    """Whether a message holds the character, or its escape, as ascii() writes it."""
    return character in message or ascii(character).strip("'").lstrip("\\") in message


@points(2)
def test_unknown_character(submission, rng):
    """A character that is not in the vocabulary raises a KeyError that names it."""
    for _ in range(3):
        absent = [script[integer(rng, 0, len(script) - 1)] for script in SCRIPTS]
        unknown, *others = (absent[i] for i in torch.randperm(len(absent), generator=rng).tolist())
        kin = {*absent, *(c.lower() for c in absent)}
        known = "A0189"  # is cleaned away by nobody
        text = f" {known}" + "".join(c for c in random_text(rng, 50) if kin.isdisjoint({c, c.lower()}))
        tokenizer = submission.CharTokenizer(text)
        assert_responds(tokenizer.encode(known), tokenizer.encode(known[::-1]), name="encode(s)")
        raised = assert_raises(
            KeyError, tokenizer.encode, known + unknown, why=f"{unknown!r} does not occur in the text"
        )
        # It may be in any words and any language, and quote the text or the vocabulary besides.
        besides = raised.message.replace(known + unknown, "")
        check(
            is_named(unknown, besides) and sum(is_named(other, besides) for other in others) < 3,
            f"The KeyError must name the character, {unknown!r}, and no other that is unknown; its message is: "
            f"{raised.message[:200] or '(none)'}",
        )

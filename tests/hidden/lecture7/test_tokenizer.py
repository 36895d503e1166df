"""Checks of lecture7.tokenizer: a bijection between characters and ids."""

import hypothesis.strategies as st
import torch
from hypothesis import given

from grader.checks import assert_equal, assert_raises, check, integer, points

ALPHABET = "abcxyzABC 0189.,!?\n\t'\"äéßøñçÉΩπжщ中文字あア한😀🎉‽\u0301\u200d"


def random_text(rng, length):
    """A text of characters of many scripts."""
    places = torch.randint(0, len(ALPHABET), (length,), generator=rng)
    return "".join(ALPHABET[i] for i in places.tolist())


@points(2)
@given(text=st.text(min_size=1, max_size=20), picks=st.lists(st.integers(0, 1000), max_size=12))
def test_ids_and_back(submission, text, picks):
    """Any Unicode text: encode gives each character its place among the sorted characters, decode gives it back."""
    chars = sorted(set(text))
    tokenizer = submission.CharTokenizer(text)
    s = "".join(chars[pick % len(chars)] for pick in picks)
    for part in (text, s):
        ids = [chars.index(c) for c in part]
        assert_equal(tokenizer.encode(part), ids, name=f"encode({part!r})")
        assert_equal(tokenizer.decode(ids), part, name=f"decode({ids})")


def test_vocabulary(submission, rng):
    """chars are the characters of the text, each once and sorted; vocab_size is their number, an id a place in them."""
    for length in (1, 40, 200):
        text = random_text(rng, length)
        tokenizer = submission.CharTokenizer(text)
        assert_equal(tokenizer.chars, sorted(set(text)), name="chars")
        assert_equal(tokenizer.vocab_size, len(set(text)), name="vocab_size")
        assert_equal(tokenizer.encode(text), [sorted(set(text)).index(c) for c in text], name="encode(text)")


def test_round_trip_of_a_long_text(submission, rng):
    """decode(encode(s)) is s, for a long text and for an empty one."""
    text = random_text(rng, 2_000)
    tokenizer = submission.CharTokenizer(text)
    for s in (text, text[::-1], ""):
        ids = tokenizer.encode(s)
        assert_equal(ids, [sorted(set(text)).index(c) for c in s], name="encode(s)")
        assert_equal(tokenizer.decode(ids), s, name="the text that comes back")


def test_every_id_has_a_character(submission, rng):
    """decode and encode undo each other on ids as well, up to the last of the vocabulary."""
    text = random_text(rng, 30)
    chars = sorted(set(text))
    tokenizer = submission.CharTokenizer(text)
    ids = torch.randperm(len(chars), generator=rng).tolist()
    decoded = tokenizer.decode(ids)
    assert_equal(decoded, "".join(chars[i] for i in ids), name=f"decode({ids})")
    assert_equal(tokenizer.encode(decoded), ids, name="the ids that come back")


SCRIPTS = ("äéßøñçÉ", "Ωπ", "жщ", "中文字", "あア", "한", "😀🎉")  # no language is written in three of them


def is_named(character, message):
    """Whether a message holds the character, or its escape, as ascii() writes it."""
    return character in message or ascii(character).strip("'").lstrip("\\") in message


@points(2)
def test_unknown_character(submission, rng):
    """A character that is not in the vocabulary raises a KeyError that names it."""
    for _ in range(3):
        absent = [script[integer(rng, 0, len(script) - 1)] for script in SCRIPTS]
        unknown, *others = (absent[i] for i in torch.randperm(len(absent), generator=rng).tolist())
        text = " A" + "".join(c for c in random_text(rng, 50) if c not in absent)
        tokenizer = submission.CharTokenizer(text)
        known = "".join(c for c in text if c.isprintable() and c not in "'\"")[:12]  # is quoted as it stands
        ids = [sorted(set(text)).index(c) for c in known]
        assert_equal(tokenizer.encode(known), ids, name=f"encode({known!r})")
        assert_equal(tokenizer.decode(ids), known, name=f"decode({ids})")
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

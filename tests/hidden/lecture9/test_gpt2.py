"""Checks of lecture9.gpt2: GPT-2's file of merges, its alphabet of bytes and its ids.

In quick mode the file is made here, in GPT-2's format, from merges that are trained in the check; full mode takes the
published one.
"""

import json

import numpy as np
import regex
import tiktoken

from grader.checks import assert_equal, assert_raises, assert_unchanged, check, full, limit, needs, points, texts
from grader.data import gpt2_encoder, gpt2_merges, tinyshakespeare

END = "<|endoftext|>"
# Bytes in GPT-2's order, found in another way than in the solution: what Latin-1 can show comes first.
SEEN = [byte for byte in range(256) if chr(byte).isprintable() and chr(byte) != " "]
ORDER = SEEN + [byte for byte in range(256) if byte not in SEEN]
CHARACTER = {byte: chr(byte) if byte in SEEN else chr(256 + ORDER.index(byte) - len(SEEN)) for byte in ORDER}


class File:
    """A vocab.bpe made of freshly trained merges, with what is right for it."""

    def __init__(self, rng, size=320):
        extras = ["#" * int(rng.integers(2, 6)), "\u00ad\u00ad", "\x7f\x7f", "ĭ", "#!", "\n\n\n", "\t\t"]
        noise = "".join(rng.permutation(np.array(extras * 8, object)))
        self.corpus = texts.prose(rng, 400) + texts.mixture(rng, 100) + noise
        self.merges, vocab = texts.bpe(regex.findall(texts.GPT2, self.corpus), size)
        written = {idx: "".join(CHARACTER[byte] for byte in token) for idx, token in vocab.items()}
        lines = ["#version: 0.2", *(f"{written[left]} {written[right]}" for left, right in self.merges)]
        self.text = "\n".join(lines) + "\n"
        self.vocab = {ORDER.index(idx) if idx < 256 else idx: token for idx, token in vocab.items()}
        self.end = 256 + len(self.merges)
        self.oracle = texts.encoding(self.vocab, texts.GPT2, {END: self.end})

    def assert_encoded(self, tokenizer, text, *mode, **options):
        """Demand tiktoken's ids."""
        right = self.oracle.encode(text, **(options or {"disallowed_special": ()}))
        ids = tokenizer.encode(text, *(mode or ("none",)))
        texts.assert_ids(ids, right, {**self.vocab, self.end: END.encode()}, name="encode(text)", oracle="tiktoken")


def assert_loaded(merges, right):
    """Demand merges, in their order."""
    if type(merges) is dict and not texts.alike(merges, right):
        theirs, ours = list(merges.items()), list(right.items())
        place = texts.first_difference(theirs, ours)
        if place == min(len(theirs), len(ours)):
            headline = f"{len(theirs)} merges are read; the file has {len(ours)}."
        else:
            headline = f"Line {place + 2} of the file is read as {theirs[place]}; it stands for {ours[place]}."
        shown = slice(place, place + 3)
        assert_equal(dict(theirs[shown]), dict(ours[shown]), name="merges", headline=headline)
        check(False, headline)
    assert_equal(merges, right, name="merges")


def test_every_byte_is_read(submission, rng):
    """Every one of the 256 bytes is read from its character: Ġ is the space, and the others follow by the table."""
    seen = rng.permutation([byte for byte in SEEN if byte != ord("#")]).tolist()
    hidden = rng.permutation(ORDER[len(SEEN) :]).tolist()
    for values in (seen[:40], [*seen[41:], ord("#"), *seen[:41], *hidden]):  # "# …" is no comment
        pairs = list(zip(values[::2], values[1::2], strict=True))
        lines = [f"{CHARACTER[left]} {CHARACTER[right]}" for left, right in pairs]
        right = {pair: 256 + i for i, pair in enumerate(pairs)}
        assert_loaded(submission.load_merges("\n".join(["#version: 0.2", *lines])), right)
        turned = {pair: 256 + i for i, pair in enumerate(pairs[::-1])}  # another file, as long as this one
        assert_loaded(submission.load_merges("\n".join(["#version: 0.2", *lines[::-1]])), turned)


@points(2)
@needs("test_every_byte_is_read")
def test_merges_of_the_file(submission, rng):
    """load_merges gives the merges of the file in its order, as pairs of ids; the first line is no merge."""
    for size in (260, 300, 340):
        file = File(rng, size)
        assert_loaded(submission.load_merges(file.text), file.merges)


@points(2)
@needs("test_merges_of_the_file")
def test_single_bytes_have_the_ids_of_the_alphabet(submission, rng):
    """Without a merge that fits, the ids are those of single bytes in GPT-2's order, and vocab is numbered likewise."""
    file = File(rng, 258)
    tokenizer = submission.GPT2Tokenizer(file.text)
    vocab = tokenizer.vocab
    learned = [file.vocab[idx] for idx in (256, 257)]
    for _ in range(4):
        while True:
            text = texts.word(rng) + texts.mixture(rng, 4) + chr(int(rng.integers(0xA1, 0x2AF)))
            if not any(token in text.encode() for token in learned):
                break
        file.assert_encoded(tokenizer, text)
    assert_equal(vocab, file.vocab, name="vocab")
    bytes_alone = {number: bytes([byte]) for number, byte in enumerate(ORDER)}
    assert_equal(submission.GPT2Tokenizer("#version: 0.2\n").vocab, bytes_alone, name="vocab, of a file without merges")


@points(2)
@needs("test_merges_of_the_file", "test_single_bytes_have_the_ids_of_the_alphabet")
def test_encodes_as_gpt2_does(submission, rng):
    """The ids of English and of any script equal those of tiktoken with the same file."""
    file = File(rng)
    tokenizer = submission.GPT2Tokenizer(file.text)
    assert_loaded(tokenizer.merges, file.merges)
    file.assert_encoded(tokenizer, texts.crossing(rng, file.vocab))
    for pieces in (1, 2, 4, 8):
        file.assert_encoded(tokenizer, texts.mixture(rng, pieces))
        file.assert_encoded(tokenizer, texts.prose(rng, 100 * pieces))
    file.assert_encoded(tokenizer, " ".join(texts.hard(rng)))
    start = int(rng.integers(0, 300))
    file.assert_encoded(tokenizer, file.corpus[start : start + 200])


@needs("test_merges_of_the_file", "test_single_bytes_have_the_ids_of_the_alphabet")
def test_decodes(submission, rng):
    """Ids decode to the text that they came from; random ids as by tiktoken, with U+FFFD for invalid UTF-8."""
    file = File(rng)
    tokenizer = submission.GPT2Tokenizer(file.text)
    for _ in range(4):
        ids = file.oracle.encode("".join(texts.hard(rng)) + texts.mixture(rng, 6), disallowed_special=())
        ids += [*rng.integers(0, file.end, 6).tolist(), file.oracle.encode("é")[0]]
        for some in (ids, ids[::-1]):
            found = assert_unchanged(tokenizer.decode, some)
            assert_equal(found, file.oracle.decode(some), name="decode(ids)", oracle="tiktoken")


@needs("test_encodes_as_gpt2_does")
def test_tokenizers_keep_apart(submission, rng):
    """Each tokenizer goes by its own file, whatever another was made of."""
    files = [File(rng, size) for size in (290, 300)]
    tokenizers = [submission.GPT2Tokenizer(file.text) for file in files]
    text = files[0].corpus[:100] + files[1].corpus[:100]
    for number in (0, 1, 0):
        files[number].assert_encoded(tokenizers[number], text)
    ids = list(range(256, 290))
    for tokenizer, file in zip(tokenizers, files, strict=True):
        assert_equal(tokenizer.decode(ids), file.oracle.decode(ids), name="decode(ids)", oracle="tiktoken")


@needs("test_encodes_as_gpt2_does")
def test_end_of_text(submission, rng):
    """<|endoftext|> is the id after the last merge where it is allowed, there and back; by default it is refused."""
    file = File(rng, int(rng.integers(270, 300)))
    tokenizer = submission.GPT2Tokenizer(file.text)
    text = texts.mixture(rng, 3) + END + texts.word(rng) + END
    file.assert_encoded(tokenizer, text, "all", allowed_special="all")
    file.assert_encoded(tokenizer, text, {END}, allowed_special="all")
    ids = file.oracle.encode(text, allowed_special="all")
    texts.assert_sequence(tokenizer.decode(ids), text, name="decode(ids)", oracle="the text that was encoded")
    file.assert_encoded(tokenizer, text, "none")
    assert_raises(ValueError, tokenizer.encode, text, why=f"the text holds {END}, and nothing is allowed by default")


@full
@points(2)
@limit(60)
def test_published_merges(submission, rng):
    """With the published file the merges are GPT-2's 50,000, and the ids those that GPT-2 was trained on."""
    published, encoder = gpt2_merges(), gpt2_encoder()
    byte_of = {character: byte for byte, character in CHARACTER.items()}
    ranks = {bytes(byte_of[c] for c in token): idx for token, idx in encoder.items() if token != END}
    oracle = tiktoken.Encoding("gpt2", pat_str=texts.GPT2, mergeable_ranks=ranks, special_tokens={END: 50256})
    merges = submission.load_merges(published)
    assert_equal(len(merges), 50_000, name="the number of merges")
    tokenizer = submission.GPT2Tokenizer(published)
    for text, right in json.loads(_PUBLISHED).items():
        assert_equal(tokenizer.encode(text, "all"), right, name="encode(text, 'all')", oracle="the ids as published")
    play = tinyshakespeare()
    start = int(rng.integers(len(play) - 3000))
    for text in (play[start : start + 3000], texts.prose(rng, 1000), texts.mixture(rng, 100)):
        ids = tokenizer.encode(text)
        tokens = {idx: token for token, idx in ranks.items()}
        texts.assert_ids(ids, oracle.encode(text), tokens, name="encode(text)", oracle="tiktoken, the published file")
        texts.assert_sequence(tokenizer.decode(ids), text, name="decode(ids)", oracle="the text that was encoded")


_PUBLISHED = """{
  "Hello world!": [15496, 995, 0],
  "Hello, I'm a language model,": [15496, 11, 314, 1101, 257, 3303, 2746, 11],
  "<|endoftext|>": [50256]
}"""

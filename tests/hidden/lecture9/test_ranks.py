"""Checks of lecture9.ranks: merges from ranks, the numbers of bytes, GPT-4's split, a file and what is wrong in one."""

import base64
import re

import regex
from hypothesis import given

from grader.checks import (
    assert_equal,
    assert_raises,
    assert_unchanged,
    check,
    integer,
    library,
    needs,
    points,
    texts,
    type_in_words,
)

GPT4 = r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"
# As tiktoken has had it since 2024: a run of white space that ends the text is one chunk.
OF_LATE = (
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+"
    r"|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
)
PATTERNS = (GPT4, texts.GPT2, r"\p{L}+|\P{L}+", r"\s*\S+|\s+", "(?x) \\p{L}+ # letters\n | \\P{L}+ # the rest\n")


class Tokenizer:
    """A tokenizer of random merges, and what is right for it.

    Its tokens can be taken apart in several ways, runs of one byte among them; white space is a token too.
    """

    def __init__(self, rng, most=70, *, shuffled=False):
        a, b, c, d, e, f, g = (
            bytes([byte]) for byte in rng.permutation([*range(97, 118), 0, 9, 195, 255])[:7].tolist()
        )
        self.vocab = {byte: bytes([byte]) for byte in range(256)}
        self.merges = {}
        self.number = {token: byte for byte, token in self.vocab.items()}
        given_pairs = [
            *((a, b), (b, c), (a + b, c)),  # ab is older than bc: (ab, c)
            *((e, f), (d, e), (d, e + f)),  # here the second is older: (d, ef)
            *((g, g), (g + g, g), (g + g + g, g + g)),  # a run is merged from the left
            *((b" ", b" "), (b"\n", b"\n"), (b"  ", b"\n\n")),
        ]
        for pair in given_pairs if most is not None else ():  # None: nothing but the single bytes
            self.add(*pair)
        letters = list("pqr")
        words = ["".join(rng.choice(letters, int(rng.integers(3, 9)))) for _ in range(40)]
        trained, vocab = texts.bpe(words, 256 + (most or 0))
        for left, right in trained:
            self.add(vocab[left], vocab[right])
        self.shuffle = {byte: byte for byte in range(256)}
        if shuffled:
            self.shuffle = dict(enumerate(rng.permutation(256).tolist()))
        self.ranks = {bytes([byte]): rank for byte, rank in sorted(self.shuffle.items(), key=lambda item: item[1])}
        self.ranks |= {self.vocab[idx]: idx for idx in self.merges.values()}
        self.right = {(self.rank(a), self.rank(b)): idx for (a, b), idx in self.merges.items()}

    def rank(self, idx):
        return self.shuffle.get(idx, idx)

    def add(self, left, right):
        """One more merge, unless its bytes are a token already, or would come together in another way."""
        new = 256 + len(self.merges)
        pair = (self.number.get(left), self.number.get(right))
        ids = list(left + right)
        for old, idx in self.merges.items():
            ids = merged(ids, old, idx)
        if left + right in self.number or tuple(ids) != pair:
            return False
        self.merges[pair], self.vocab[new], self.number[left + right] = new, left + right, new
        return True

    def file(self, pattern):
        """The text of a file in the format of the stub."""
        lines = [f"{word(token)} {rank}" for token, rank in self.ranks.items()]
        return "\n".join([word(pattern.encode()), *lines]) + "\n"


def merged(ids, pair, new):
    out = []
    for idx in ids:
        if out and (out[-1], idx) == pair:
            out[-1] = new
        else:
            out.append(idx)
    return out


def word(data):
    return base64.b64encode(data).decode()


def assert_merges(merges, tokenizer, name="merges"):
    """Demand the merges in their order; a failure names the first that differs."""
    merges = texts.plain(merges)
    if type(merges) is dict and not texts.alike(merges, tokenizer.right):
        theirs, ours = list(merges.items()), list(tokenizer.right.items())
        place = texts.first_difference(theirs, ours)
        if place == min(len(theirs), len(ours)):
            headline = f"There are {len(theirs)} merges; {len(ours)} are wanted."
        elif dict(theirs) == dict(ours):
            headline = f"The merges are right, their order is not: {ours[place]} is number {place + 1}, by its rank."
        else:
            token = tokenizer.vocab[ours[place][1]]
            headline = f"Merge number {place + 1} is {theirs[place]}; {ours[place]} is wanted, which makes {token!r}."
        shown = slice(place, place + 3)
        assert_equal(dict(theirs[shown]), dict(ours[shown]), name=name, headline=headline)
        check(False, headline)
    assert_equal(merges, tokenizer.right, name=name)


def shuffled_dict(rng, items):
    """The same dict in another order."""
    pairs = list(items.items())
    return dict(pairs[place] for place in rng.permutation(len(pairs)))


def test_numbers_of_the_bytes(submission, rng):
    """byte_shuffle gives the rank of each of the 256 bytes, from byte 0 to byte 255."""
    for _ in range(3):
        tokenizer = Tokenizer(rng, shuffled=True)
        found = assert_unchanged(submission.byte_shuffle, shuffled_dict(rng, tokenizer.ranks))
        assert_equal(texts.plain(found), tokenizer.shuffle, name="byte_shuffle(ranks)")
        check(list(found) == list(range(256)), "byte_shuffle is wanted in the order of the bytes, 0 to 255.")


@points(3)
def test_recovers_the_merges(submission, rng):
    """Each token is the merge of the two that older merges leave of its bytes, the oldest of all being made first."""
    tokenizers = [Tokenizer(rng, most) for most in (0, 20, 70, None)]
    answers = [assert_unchanged(submission.recover_merges, tokenizer.ranks) for tokenizer in tokenizers]
    for merges, tokenizer in zip(answers, tokenizers, strict=True):
        assert_merges(merges, tokenizer, "recover_merges(ranks)")


@needs("test_recovers_the_merges")
def test_bytes_go_by_their_ranks(submission, rng):
    """Where bytes have other ranks than themselves, as GPT-4's have, the merges name them by their ranks."""
    for most in (0, 30):
        tokenizer = Tokenizer(rng, most, shuffled=True)
        assert_merges(submission.recover_merges(tokenizer.ranks), tokenizer, "recover_merges(ranks)")


@needs("test_recovers_the_merges")
def test_ranks_in_any_order(submission, rng):
    """The merges come in the order of their ranks, whatever the order of the dict, and with gaps between ranks."""
    for most in (0, 30):
        tokenizer = Tokenizer(rng, most)
        assert_merges(submission.recover_merges(shuffled_dict(rng, tokenizer.ranks)), tokenizer)
    steps = {idx: idx + 3 * (idx > 257) + 7 * (idx > 262) for idx in tokenizer.vocab}
    tokenizer.ranks = {token: steps[rank] for token, rank in tokenizer.ranks.items()}
    tokenizer.right = {(steps[a], steps[b]): steps[idx] for (a, b), idx in tokenizer.right.items()}
    tokenizer.vocab = {steps[idx]: token for idx, token in tokenizer.vocab.items()}
    assert_merges(submission.recover_merges(tokenizer.ranks), tokenizer)


@needs("test_recovers_the_merges")
def test_tokens_that_cannot_be_made(submission, rng):
    """A token whose bytes never become two parts raises ValueError, and the message holds it; no other token does."""
    tokenizer = Tokenizer(rng, 20)
    assert_merges(submission.recover_merges(tokenizer.ranks), tokenizer)
    new = len(tokenizer.vocab)
    for _ in range(3):
        orphan = texts.letters(rng, integer(rng, 3, 5)).upper().encode()
        for made in (orphan, b"zx" + orphan[:1]):  # of the second, zx comes later
            ranks = tokenizer.ranks | {made: new, b"zx": new + 1}
            error = assert_raises(ValueError, submission.recover_merges, ranks, why=f"nothing older makes {made}")
            check(repr(made) in error.message, f"The message is to hold {made!r}; it is {error.message!r}.")
        ranks = tokenizer.ranks | {b"zx": new, b"zx" + orphan[:1]: new + 1}
        merges = submission.recover_merges(ranks)
        check(type(merges) is dict, f"recover_merges gives a dict; this is {type_in_words(merges)}.")
        last = {(122, 120): new, (new, orphan[0]): new + 1}
        assert_equal(dict(list(texts.plain(merges).items())[-2:]), last, name="the last two merges")


def assert_split(submission, text):
    """Demand GPT-4's chunks."""
    if regex.findall(GPT4, text) != regex.findall(OF_LATE, text):
        text += "a"  # the end of the text matters to one of them
    texts.assert_sequence(
        submission.split(text), regex.findall(GPT4, text), name="split(text)", oracle="GPT-4's pattern"
    )


def plain_word(rng):
    """A word of small letters that begins like no contraction."""
    return "".join(rng.choice(list("abcefghijk"), int(rng.integers(2, 6))))


def shuffled(rng, pieces):
    """The pieces in random order."""
    return [pieces[place] for place in rng.permutation(len(pieces))]


def test_contractions(submission, rng):
    """The seven contractions are chunks of their own, in small letters, capitals or both."""
    for suffix in shuffled(
        rng, ["'s", "'T", "'re", "'VE", "'m", "'Ll", "'lL", "'D", "'RE", "'M", "'S", "'t", "'ve", "'ll"]
    ):
        assert_split(submission, plain_word(rng) + suffix + plain_word(rng))


def test_letters(submission, rng):
    """Letters of any script take one character along that stands before them, if it is no number and no line end."""
    for before in shuffled(
        rng, [" ", "\t", "  ", "$", "_", "((", "\u00a0", "-", "«", "😀", "\u3000", "...", "'x", "\n", "\r", "7"]
    ):
        assert_split(submission, f"{plain_word(rng)}{before}{plain_word(rng)}{before}éд{before}日本")


def test_numbers_and_signs(submission, rng):
    """Numbers are cut after three digits and take no space along; signs take one, and the line ends behind them."""
    for _ in range(4):
        number = "".join(rng.choice(list("0123456789²½٣"), int(rng.integers(4, 12))))
        sign = "".join(rng.choice(list("!?$%…—+"), int(rng.integers(1, 4))))
        ends = "".join(rng.choice(["\n", "\r\n", "\n\n"], int(rng.integers(1, 3))))
        assert_split(submission, f"{plain_word(rng)} {number}{sign} {sign}{ends}{number} {sign}{ends} {sign}{ends}7")


def test_white_space(submission, rng):
    """White space is cut after its last line end; another run ends one character early where something follows."""
    runs = [
        "  ",
        "   ",
        "\n",
        "\n\n",
        " \n",
        "\n ",
        "\n  ",
        "\t\t",
        "\t ",
        "\r\n",
        "\r\n\t\t",
        " \n \n  ",
        "\u3000 ",
        "\n\n   ",
    ]
    for run in shuffled(rng, runs):
        assert_split(submission, f"{plain_word(rng)}{run}!{int(rng.integers(100))}{run}?{int(rng.integers(100))}{run}")


@needs("test_contractions", "test_letters", "test_numbers_and_signs", "test_white_space")
@given(text=texts.texts(12))
def test_splits_any_text(submission, text):
    """split gives the chunks of GPT-4's pattern for any text, and those of another pattern where it is given one."""
    assert_split(submission, text)
    right = regex.findall(texts.GPT2, text)
    texts.assert_sequence(submission.split(text, texts.GPT2), right, name="split(text, GPT2)", oracle="regex.findall")


@points(2)
@needs("test_numbers_of_the_bytes", "test_bytes_go_by_their_ranks", "test_splits_any_text")
def test_gives_the_ids_of_tiktoken(submission, rng):
    """With your split, your numbers of bytes and your merges a text has the ids that tiktoken gives by the ranks."""
    tokenizer = Tokenizer(rng, 60, shuffled=True)
    oracle = texts.encoding({rank: token for token, rank in tokenizer.ranks.items()}, GPT4)
    shuffle, merges = submission.byte_shuffle(tokenizer.ranks), submission.recover_merges(tokenizer.ranks)
    assert_merges(merges, tokenizer)
    for pieces in (2, 5, 9):
        text = texts.mixture(rng, pieces) + "".join(rng.choice(list("pqr "), 30)) + "  \n\nx"
        ids = []
        for chunk in submission.split(text):
            of_chunk = [shuffle[byte] for byte in chunk.encode()]
            for pair, new in merges.items():
                of_chunk = merged(of_chunk, pair, new)
            ids += of_chunk
        vocab = {rank: token for token, rank in tokenizer.ranks.items()}
        right = oracle.encode(text, disallowed_special=())
        texts.assert_ids(ids, right, vocab, name="the ids by your functions", oracle="tiktoken")


def a_path(rng):
    """A name for a file, with spaces in it; it stands in the folder where the submission runs."""
    return f"my {texts.letters(rng, 4)} tokenizer.ranks"


def written(submission, path, text):
    """Write a file where the submission runs."""
    library(submission, "pathlib").Path(path).write_bytes(text.encode())


@points(2)
def test_saves(submission, rng):
    """save writes the pattern and then every token with its rank, base64 and decimals, and replaces what was there."""
    path = a_path(rng)
    for most, pattern in zip((60, 10, None), shuffled(rng, PATTERNS), strict=False):  # each file is shorter
        tokenizer = Tokenizer(rng, most)
        written(submission, path, "an older file\n" * 400)
        assert_unchanged(submission.save, path, tokenizer.merges, pattern)
        found = library(submission, "pathlib").Path(path).read_bytes().decode(errors="replace")
        right = tokenizer.file(pattern)
        if found != right and type(found) is str:
            theirs, ours = found.splitlines(), right.splitlines()
            place = texts.first_difference(theirs, ours)
            line = theirs[place] if place < len(theirs) else "missing"
            wanted = ours[place] if place < len(ours) else "the end"
            assert_equal(line, wanted, name=f"line {place + 1} of the file")
            check(False, "Lines are to end with a line break, \\n, the last one too.")
        assert_equal(found, right, name="the file")


@points(2)
@needs("test_recovers_the_merges", "test_bytes_go_by_their_ranks")
def test_loads(submission, rng):
    """load gives the merges of a file, in their order, and its pattern; bytes may have other ranks than themselves."""
    for shuffling in (False, True):
        for pattern in shuffled(rng, PATTERNS)[:2]:
            tokenizer, path = Tokenizer(rng, 30, shuffled=shuffling), a_path(rng)
            written(submission, path, tokenizer.file(pattern))
            answer = submission.load(path)
            check(type(answer) is tuple and len(answer) == 2, "load gives a tuple, (merges, pattern).")
            assert_merges(answer[0], tokenizer)
            assert_equal(answer[1], pattern, name="pattern")


@needs("test_saves", "test_loads")
def test_there_and_back(submission, rng):
    """What save has written comes back from load the same: merges, their order, and the pattern, whatever is in it."""
    tokenizers = [Tokenizer(rng, most) for most in (10, 50)]
    patterns = [texts.mixture(rng, 6), "\n".join(texts.hard(rng))]
    paths = [a_path(rng), a_path(rng) + ".2"]
    for tokenizer, pattern, path in zip(tokenizers, patterns, paths, strict=True):
        submission.save(path, tokenizer.merges, pattern)
    for tokenizer, pattern, path in zip(tokenizers, patterns, paths, strict=True):
        merges, found = submission.load(path)
        assert_merges(merges, tokenizer)
        texts.assert_sequence(found, pattern, name="pattern", oracle="the pattern that was saved")


def assert_line_named(submission, rng, damage, why):
    """Demand a ValueError that names the damaged line, and that the file is fine without the damage."""
    tokenizer, path = Tokenizer(rng, 20), a_path(rng)
    lines = tokenizer.file(texts.GPT2).splitlines()
    written(submission, path, "\n".join(lines) + "\n")
    merges, _ = submission.load(path)
    assert_merges(merges, tokenizer)
    place = damage(lines)
    written(submission, path, "\n".join(lines) + "\n")
    error = assert_raises(ValueError, submission.load, path, why=f"line {place + 1} is {lines[place]!r}: {why}")
    named = re.findall(r"line (\d+)", error.message)
    check(
        named == [str(place + 1)],
        f"Line {place + 1} is {lines[place]!r}, and the message is to say “line {place + 1}” and name no other; "
        f"it is {error.message!r}.",
    )


@points(2)
@needs("test_loads")
def test_broken_lines(submission, rng):
    """A line that cannot be read raises ValueError, and the message says which line it is."""

    def broken(change, line=None):
        def damage(lines):  # a single byte that no merge needs, or the last merge
            places = [integer(rng, 130, 190), len(lines) - 1]
            place = places[integer(rng, 0, 1)] if line is None else line
            lines[place] = change(*lines[place].split(" "))
            return place

        return damage

    damages = [
        (lambda token, rank: f"{token[:1]}!{token[1:]} {rank}", "! is no letter of base64"),
        (lambda token, rank: f"{token} x{rank}", "no whole number"),
        (lambda token, rank: token, "the rank is missing"),
        (lambda token, rank: f"{token[:1]}_{token[2:]} {rank}", "_ is no letter of base64"),
        (lambda token, rank: f"{token} {rank} 1", "a word too many"),
        (lambda token, rank: f"{token} {rank}.5", "no whole number"),
    ]
    for change, why in shuffled(rng, damages):
        assert_line_named(submission, rng, broken(change), why)
    assert_line_named(submission, rng, broken(lambda _: "XH!cr", 0), "! is no letter of base64")


@needs("test_broken_lines")
def test_lines_that_come_twice(submission, rng):
    """A token, or a rank, that stands on a line above already raises ValueError, and the message says which line."""
    for again in (0, 1):

        def damage(lines, again=again):
            place, above = integer(rng, 200, 250), integer(rng, 130, 190)  # bytes that no merge needs
            parts = lines[place].split(" ")
            parts[again] = lines[above].split(" ")[again]
            lines[place] = " ".join(parts)
            return place

        assert_line_named(submission, rng, damage, "its token stood before" if again == 0 else "its rank stood before")

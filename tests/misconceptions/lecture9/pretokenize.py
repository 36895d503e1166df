"""What learners get wrong in lecture9.pretokenize.

A wrong pattern is wrong in ``split`` and in the tokenizer alike: hence the detour in ``_split``.
"""
# ruff: noqa: F821

from collections import Counter
from itertools import pairwise

import regex

from grader.checks import misconception
from grader.checks.texts import GPT2


def _split(text, pattern, wrong):
    return regex.findall(wrong if pattern == GPT2 else pattern, text)


def _merge(ids, pair, new):
    out = []
    for token in ids:
        if out and (out[-1], token) == pair:
            out[-1] = new
        else:
            out.append(token)
    return out


def _train(tokenizer, weighted, vocab_size, choose, *, anew=True, add=None, until_none=True):
    """The plain loop over (chunk, how often it counts)."""
    if vocab_size < 256:
        raise ValueError("vocab_size is below 256")
    sequences = [(list(chunk.encode()), weight) for chunk, weight in weighted]
    if anew:
        tokenizer.merges, tokenizer.vocab = {}, {byte: bytes([byte]) for byte in range(256)}
    while len(tokenizer.vocab) < vocab_size:
        counts = {}
        for ids, weight in sequences:
            if add is not None:  # otherwise than by adding
                own = Counter(pairwise(ids))
                counts |= {pair: add(counts.get(pair, 0), count) for pair, count in own.items()}
                continue
            for pair in pairwise(ids):
                counts[pair] = counts.get(pair, 0) + weight
        if until_none and not counts:
            break
        pair, new = choose(counts), len(tokenizer.vocab)
        sequences = [(_merge(ids, pair, new), weight) for ids, weight in sequences]
        tokenizer.merges[pair] = new
        tokenizer.vocab[new] = tokenizer.vocab[pair[0]] + tokenizer.vocab[pair[1]]


def _first(counts):
    return max(counts, key=counts.get)


@misconception(
    "Letters are \\w here, which holds digits and _ too. Write \\p{L} for letters, and keep numbers, \\p{N}, apart.",
    name="word-characters",
)
def split(text, pattern=GPT2):
    return _split(text, pattern, r"'(?:[sdmt]|ll|ve|re)| ?\w+| ?\p{N}+| ?[^\s\w]+|\s+(?!\S)|\s+")


@misconception(
    "Only a to z count as letters. Those of all scripts do: \\p{L}.",
    name="latin-letters",
)
def split(text, pattern=GPT2):
    return _split(text, pattern, r"'(?:[sdmt]|ll|ve|re)| ?[a-zA-Z]+| ?\p{N}+| ?[^\sa-zA-Z\p{N}]+|\s+(?!\S)|\s+")


@misconception(
    "Numbers are \\d here (or \\p{Nd}), digits only. ², ½ and Ⅷ are numbers too: \\p{N}.",
    name="digits",
)
def split(text, pattern=GPT2):
    return _split(text, pattern, r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\d+| ?[^\s\p{L}\d]+|\s+(?!\S)|\s+")


@misconception(
    "This is GPT-4's pattern, in which any sign may go with the letters behind it, and numbers have three digits at "
    "most. GPT-2's has only a space before the letters, ' ?\\p{L}+', and numbers of any length.",
    name="gpt-4",
)
def split(text, pattern=GPT2):
    gpt4 = (
        r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"
    )
    return _split(text, pattern, gpt4)


@misconception(
    "A run of white space takes the last space along, so the word after it begins without one. \\s+(?!\\S) before \\s+ "
    "leaves that space to the word.",
    name="no-lookahead",
)
def split(text, pattern=GPT2):
    return _split(text, pattern, r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+")


@misconception(
    "The space goes with the word before it. It belongs to the one that follows: ' ?' stands before the class.",
    name="space-behind",
)
def split(text, pattern=GPT2):
    return _split(text, pattern, r"'(?:[sdmt]|ll|ve|re)|\p{L}+ ?|\p{N}+ ?|[^\s\p{L}\p{N}]+ ?|\s+(?!\S)|\s+")


@misconception(
    "The space before a word is a chunk of its own. One space goes with what follows: ' ?' before each class.",
    name="space-apart",
)
def split(text, pattern=GPT2):
    return _split(text, pattern, r"'(?:[sdmt]|ll|ve|re)|\p{L}+|\p{N}+|[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")


@misconception(
    "Any white space may go with the word that follows, a tab or a line break too. Only the space itself does: ' ?', "
    "not \\s?.",
    name="any-white-space-before",
)
def split(text, pattern=GPT2):
    return _split(text, pattern, r"'(?:[sdmt]|ll|ve|re)|\s?\p{L}+|\s?\p{N}+|\s?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")


@misconception(
    "Contractions in capitals are split off as well. GPT-2's pattern knows small letters only; GPT-4 changed that.",
    name="capital-contractions",
)
def split(text, pattern=GPT2):
    return _split(text, pattern, r"'(?i:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")


@misconception(
    "The contractions stand in the pattern without their apostrophe: '(?:[sdmt]|ll|ve|re) begins with one.",
    name="apostrophe-forgotten",
)
def split(text, pattern=GPT2):
    return _split(text, pattern, r"(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")


@misconception(
    "Contractions are not kept together: the apostrophe joins the other characters. Let the seven contractions come "
    "first in the pattern.",
    name="no-contractions",
)
def split(text, pattern=GPT2):
    return _split(text, pattern, r" ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")


@misconception(
    "Only a to z count as letters, and no rule takes é or 日: they are lost. Letters of all scripts are \\p{L}.",
    name="latin-letters-others-lost",
)
def split(text, pattern=GPT2):
    return _split(text, pattern, r"'(?:[sdmt]|ll|ve|re)| ?[A-Za-z]+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")


@misconception(
    "Other characters are [^\\s\\w]+ here. \\w holds more than letters and numbers, such as _ and marks on letters: "
    "these are lost. Write [^\\s\\p{L}\\p{N}]+.",
    name="underscore-lost",
)
def split(text, pattern=GPT2):
    return _split(text, pattern, r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\w]+|\s+(?!\S)|\s+")


@misconception(
    "Each digit is a chunk of its own. Numbers stay together, as letters do: \\p{N}+, with the +.",
    name="single-digits",
)
def split(text, pattern=GPT2):
    return _split(text, pattern, r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")


@misconception(
    "The contractions stand in a group that captures, and then findall gives the group alone, '' for most chunks. "
    "Write (?:…) in place of (…).",
    name="capturing-contractions",
)
def split(text, pattern=GPT2):
    return _split(text, pattern, r"'([sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")


@misconception(
    "regex.split cuts at the matches and gives what lies between them, which is nothing here. The chunks are the "
    "matches: regex.findall.",
    name="regex-split",
)
def split(text, pattern=GPT2):
    return regex.split(pattern, text)


@misconception(
    "text.split() drops all white space. The chunks, joined, are the text: use regex.findall with the pattern.",
    name="split-at-spaces",
)
def split(text, pattern=GPT2):
    return text.split() if pattern == GPT2 else regex.findall(pattern, text)


@misconception(
    "The pattern that is passed in is ignored: hand it on to regex.findall.",
    name="pattern-ignored",
)
def split(text, pattern=GPT2):
    return regex.findall(GPT2, text)


@misconception(
    "When every chunk is a single token, or there is none, no pair is left, and max of nothing raises an error. Stop "
    "the training there.",
    name="no-end",
)
class RegexTokenizer(RegexTokenizer):
    def train(self, text, vocab_size):
        _train(self, [(chunk, 1) for chunk in split(text, self.pattern)], vocab_size, _first, until_none=False)


@misconception(
    "Pairs are counted across the borders of chunks. Keep one list of ids for each chunk, and count within each.",
    name="trains-on-the-whole",
)
class RegexTokenizer(RegexTokenizer):
    def train(self, text, vocab_size):
        _train(self, [(text, 1)], vocab_size, _first)


@misconception(
    "The counts of each chunk take the place of those before: dict.update overwrites. Add them up, pair by pair.",
    name="counts-overwritten",
)
class RegexTokenizer(RegexTokenizer):
    def train(self, text, vocab_size):
        _train(self, [(chunk, 1) for chunk in split(text, self.pattern)], vocab_size, _first, add=lambda _, new: new)


@misconception(
    "Of the counts of the chunks the largest is kept (Counter's |). Add them up, pair by pair: + or update.",
    name="counts-maximum",
)
class RegexTokenizer(RegexTokenizer):
    def train(self, text, vocab_size):
        _train(self, [(chunk, 1) for chunk in split(text, self.pattern)], vocab_size, _first, add=max)


@misconception(
    "A chunk that occurs often counts only once. Either keep every chunk, or multiply by how often it occurs.",
    name="chunks-counted-once",
)
class RegexTokenizer(RegexTokenizer):
    def train(self, text, vocab_size):
        chunks = dict.fromkeys(split(text, self.pattern))
        _train(self, [(chunk, 1) for chunk in chunks], vocab_size, _first)


@misconception(
    "The chunks are gone through in another order than that of the text (sorted, or from a set), which changes the "
    "pair that is seen first in a tie. Keep their order.",
    name="chunks-sorted",
)
class RegexTokenizer(RegexTokenizer):
    def train(self, text, vocab_size):
        _train(self, sorted(Counter(split(text, self.pattern)).items()), vocab_size, _first)


@misconception(
    "Ties go to the pair with the larger ids. Of the most frequent pairs take the one that is seen first, over all "
    "chunks in order.",
    name="tie-by-larger-id",
)
class RegexTokenizer(RegexTokenizer):
    def train(self, text, vocab_size):
        weighted = Counter(split(text, self.pattern)).items()
        _train(self, weighted, vocab_size, lambda counts: max(counts, key=lambda pair: (counts[pair], pair)))


@misconception(
    "What was learned before is kept when train is called again. Training starts anew: with no merges, and the 256 "
    "bytes alone in vocab.",
    name="training-goes-on",
)
class RegexTokenizer(RegexTokenizer):
    def train(self, text, vocab_size):
        _train(self, Counter(split(text, self.pattern)).items(), vocab_size, _first, anew=False)


@misconception(
    "encode merges across the borders of chunks. Split the text first, and encode each chunk on its own.",
    name="encodes-the-whole",
)
class RegexTokenizer(RegexTokenizer):
    def encode(self, text):
        return encode(text, self.merges)


@misconception(
    "The ids of each chunk are put in as a list, so lists stand in a list. extend (or +=) puts in the ids themselves; "
    "append puts in the whole list as one thing.",
    name="encode-appends",
)
class RegexTokenizer(RegexTokenizer):
    def encode(self, text):
        return [encode(chunk, self.merges) for chunk in split(text, self.pattern)]


@misconception(
    "encode splits by GPT-2's pattern whatever pattern the tokenizer has: split(text, self.pattern).",
    name="encodes-by-gpt2",
)
class RegexTokenizer(RegexTokenizer):
    def encode(self, text):
        return [token for chunk in split(text) for token in encode(chunk, self.merges)]


@misconception(
    "Bytes that are not valid UTF-8 raise an error. Decode with errors='replace', as in codec.",
    name="strict",
)
class RegexTokenizer(RegexTokenizer):
    def decode(self, ids):
        return b"".join(self.vocab[i] for i in ids).decode("utf-8")


@misconception(
    "The ids of a chunk are kept when train is called again, and given out although the merges are others now. Empty "
    "what is kept in train.",
    name="chunks-kept",
    violates=("encodes_by_the_present_merges",),
)
class RegexTokenizer(RegexTokenizer):
    def encode(self, text):
        kept = self.__dict__.setdefault("kept", {})
        ids = []
        for chunk in split(text, self.pattern):
            if chunk not in kept:
                kept[chunk] = encode(chunk, self.merges)
            ids += kept[chunk]
        return ids


@misconception(
    "merges and vocab belong to the class, so that all tokenizers share them, and one's training changes the others. "
    "Set self.merges and self.vocab in __init__.",
    name="shared",
    violates=("training_again", "encodes_by_the_present_merges"),
)
class RegexTokenizer(RegexTokenizer):
    shared = {}, {}

    def train(self, text, vocab_size):
        super().train(text, vocab_size)
        for own, common in zip((self.merges, self.vocab), self.shared, strict=True):
            common.clear()
            common.update(own)
        self.merges, self.vocab = self.shared


@misconception(
    "One of the contractions is not spelt as GPT-2 has it: between them stand only |, and 'll has no space in it.",
    name="contraction-misspelt",
    violates=("contractions",),
)
def split(text, pattern=GPT2):
    return _split(text, pattern, r"'(?:[sdmt]|l l|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")

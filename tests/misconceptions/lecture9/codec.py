"""What learners get wrong in lecture9.codec."""

import unicodedata
from itertools import pairwise

from grader.checks import misconception


def _counts(ids):
    counts = {}
    for pair in pairwise(ids):
        counts[pair] = counts.get(pair, 0) + 1
    return counts


def _merge(ids, pair, new):
    out = []
    fresh = False  # whether the last id of out may still be merged
    for token in ids:
        if fresh and (out[-1], token) == pair:
            out[-1] = new
            fresh = False
        else:
            out.append(token)
            fresh = True
    return out


def _encode(text, merges, choose):
    """Merge the pair that ``choose`` takes of those in merges, until there is none."""
    ids = list(text.encode())
    while True:
        counts = {pair: count for pair, count in _counts(ids).items() if pair in merges}
        if not counts:
            return ids
        pair = choose(counts)
        ids = _merge(ids, pair, merges[pair])


@misconception(
    "The pair that is most frequent in this text is merged first. That was the rule of training; now the order is "
    "settled: of the pairs in merges, take the one with the lowest id.",
    name="most-frequent-first",
)
def encode(text, merges):
    return _encode(text, merges, lambda counts: max(counts, key=counts.get))


@misconception(
    "The first pair from the left that is in merges is merged. Take the one that was learned first, wherever it "
    "stands: the pair with the lowest id.",
    name="leftmost-first",
)
def encode(text, merges):
    return _encode(text, merges, lambda counts: next(iter(counts)))


@misconception(
    "The pair that was learned last is merged first. Start with the one that was learned first, the lowest id.",
    name="latest-first",
)
def encode(text, merges):
    return _encode(text, merges, lambda counts: max(counts, key=lambda pair: merges[pair]))


@misconception(
    "At each place the longest token that fits is taken. BPE merges in the order of training, and may end with other "
    "tokens: start from bytes, and merge the pair with the lowest id.",
    name="longest-token",
)
def encode(text, merges):
    vocab = {byte: bytes([byte]) for byte in range(256)}
    for (left, right), idx in merges.items():
        vocab[idx] = vocab[left] + vocab[right]
    ids_of = {token: idx for idx, token in vocab.items()}
    longest = max(map(len, ids_of))
    data, ids = text.encode(), []
    while data:
        size = next(n for n in range(min(longest, len(data)), 0, -1) if data[:n] in ids_of)
        ids.append(ids_of[data[:size]])
        data = data[size:]
    return ids


@misconception(
    "One pass from left to right is not enough: a new id may be part of the next pair. After each merge look at all "
    "pairs again, and take the one with the lowest id, until none is in merges.",
    name="one-pass",
)
def encode(text, merges):
    ids = list(text.encode())
    out, i = [], 0
    while i < len(ids):
        pair = tuple(ids[i : i + 2])
        if pair in merges:
            out.append(merges[pair])
            i += 2
        else:
            out.append(ids[i])
            i += 1
    return out


@misconception(
    "Only the first merge is made. Go on until no pair of neighbours is in merges.",
    name="one-merge",
)
def encode(text, merges):
    ids = list(text.encode())
    known = [pair for pair in _counts(ids) if pair in merges]
    if known:
        pair = min(known, key=merges.get)
        ids = _merge(ids, pair, merges[pair])
    return ids


@misconception(
    "The ids start from characters, ord(c). They are UTF-8 bytes: list(text.encode('utf-8')).",
    name="characters",
)
def encode(text, merges):
    ids = [ord(char) for char in text]
    while True:
        known = [pair for pair in _counts(ids) if pair in merges]
        if not known:
            return ids
        pair = min(known, key=merges.get)
        ids = _merge(ids, pair, merges[pair])


@misconception(
    "With one id left, or none, there is no pair, and min of nothing raises an error: merge only while there are two "
    "ids or more.",
    name="no-pair",
)
def encode(text, merges):
    ids = list(text.encode())
    while True:
        pair = min(_counts(ids), key=lambda p: merges.get(p, float("inf")))
        if pair not in merges:
            return ids
        ids = _merge(ids, pair, merges[pair])


@misconception(
    "The text stays bytes: no merge is made. While a pair of neighbours is in merges, replace the pair with the "
    "lowest id by that id.",
    name="no-merge",
)
def encode(text, merges):
    return list(text.encode())


@misconception(
    "The first pair from the left that is in merges is merged, and the search begins anew. Look at all pairs, and take "
    "the one that was learned first, wherever it stands: the one with the lowest id.",
    name="leftmost-first-one-by-one",
)
def encode(text, merges):
    ids = list(text.encode())
    i = 0
    while i < len(ids) - 1:
        if (ids[i], ids[i + 1]) in merges:
            ids[i : i + 2] = [merges[ids[i], ids[i + 1]]]
            i = 0
        else:
            i += 1
    return ids


@misconception(
    "Only the pairs of the bytes are merged, each of them once. A merge makes new pairs: look at all pairs again after "
    "each, until none is in merges.",
    name="one-round",
)
def encode(text, merges):
    ids = list(text.encode())
    for pair in sorted((pair for pair in _counts(ids) if pair in merges), key=merges.get):
        ids = _merge(ids, pair, merges[pair])
    return ids


@misconception(
    "Each merge is made at the first place alone. It is made wherever its pair stands: in the whole list, from left to "
    "right.",
    name="first-place-only",
)
def encode(text, merges):
    ids = list(text.encode())
    for pair, idx in merges.items():
        at = next((i for i, found in enumerate(pairwise(ids)) if found == pair), None)
        if at is not None:
            ids[at : at + 2] = [idx]
    return ids


@misconception(
    "The pairs are read two ids at a time, so every second one is never seen. Any two neighbours are a pair: after no "
    "merge go on by one id, after a merge by two.",
    name="steps-by-two",
)
def encode(text, merges):
    ids = list(text.encode())
    for pair, idx in merges.items():
        out = []
        for i in range(0, len(ids), 2):
            two = ids[i : i + 2]
            out += [idx] if tuple(two) == pair else two
        ids = out
    return ids


@misconception(
    "Bytes that are not valid UTF-8 raise an error. A model may produce half a character: decode with "
    "errors='replace'.",
    name="strict",
)
def decode(ids, vocab):
    return b"".join(vocab[i] for i in ids).decode("utf-8")


@misconception(
    "Bytes that are not valid UTF-8 are dropped. They become U+FFFD, so that one sees that something was there: "
    "errors='replace', not 'ignore'.",
    name="ignored",
)
def decode(ids, vocab):
    return b"".join(vocab[i] for i in ids).decode("utf-8", errors="ignore")


@misconception(
    "Each token is turned into text on its own, but a character may be spread over several tokens. Join the bytes of "
    "all ids first, and decode them once.",
    name="token-by-token",
)
def decode(ids, vocab):
    return "".join(vocab[i].decode("utf-8", errors="replace") for i in ids)


@misconception(
    "Each byte is read as a character of its own (Latin-1). The bytes are UTF-8, where é has two bytes and 😀 four.",
    name="latin-1",
)
def decode(ids, vocab):
    return b"".join(vocab[i] for i in ids).decode("latin-1")


@misconception(
    "Line ends are made one, \\r\\n to \\n, before the text is encoded. They are two bytes like any others: encode the "
    "text as it is.",
    name="line-ends",
    violates=("starts_from_bytes",),
)
def encode(text, merges):
    return _encode(text.replace("\r\n", "\n"), merges, lambda counts: min(counts, key=merges.get))


@misconception(
    "The text is normalised (NFC) before it is encoded, so that e and a combining accent become é, and another text "
    "comes back. Encode the text as it is.",
    name="composed",
    violates=("starts_from_bytes",),
)
def encode(text, merges):
    return _encode(unicodedata.normalize("NFC", text), merges, lambda counts: min(counts, key=merges.get))


@misconception(
    "White space at both ends of the text is dropped: strip has no place here. Encode the text as it is.",
    name="stripped",
    violates=("starts_from_bytes",),
)
def encode(text, merges):
    return _encode(text.strip(), merges, lambda counts: min(counts, key=merges.get))


_KEPT = {}


@misconception(
    "The ids are kept by the text alone, and given again whatever the merges are. Keep them by text and merges, or not "
    "at all.",
    name="kept-by-text",
    violates=("goes_by_what_it_is_given",),
)
def encode(text, merges):
    if text not in _KEPT:
        _KEPT[text] = _encode(text, merges, lambda counts: min(counts, key=merges.get))
    return _KEPT[text]


@misconception(
    "utf-8-sig takes U+FEFF at the start for a mark of byte order, and drops it. The bytes are plain UTF-8: decode "
    "with 'utf-8'.",
    name="utf-8-sig",
    violates=("decodes_to_the_text",),
)
def decode(ids, vocab):
    return b"".join(vocab[i] for i in ids).decode("utf-8-sig", errors="replace")

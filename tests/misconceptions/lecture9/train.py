"""What learners get wrong in lecture9.train.

Counting anew in every round is not here: it is right, and the check of speed says by how much it is slow.
"""

from itertools import pairwise

from grader.checks import misconception


def _counts(ids):
    counts = {}
    for pair in pairwise(ids):
        counts[pair] = counts.get(pair, 0) + 1
    return counts


def _merge(ids, pair, new):
    out = []
    for token in ids:
        if out and (out[-1], token) == pair:
            out[-1] = new
        else:
            out.append(token)
    return out


def _first(counts):
    return max(counts, key=counts.get)


def _train(data, rounds, choose=_first, count=_counts, join=lambda left, right: left + right, fewest=1):
    """The plain loop, with parts to replace."""
    ids = list(data)
    merges, vocab = {}, {byte: bytes([byte]) for byte in range(256)}
    for new in range(256, 256 + rounds):
        counts = count(ids)
        if not counts or max(counts.values()) < fewest:
            break
        pair = choose(counts)
        ids = _merge(ids, pair, new)
        merges[pair] = new
        vocab[new] = join(vocab[pair[0]], vocab[pair[1]])
    return merges, vocab


def _rounds(vocab_size):
    if vocab_size < 256:
        raise ValueError("vocab_size is below 256")
    return vocab_size - 256


@misconception(
    "Ties go to the pair with the larger ids here, as max over (count, pair) does. Of the most frequent pairs take the "
    "one that is seen first: max(counts, key=counts.get), with counts in the order of first occurrence.",
    name="tie-by-larger-id",
)
def train_bpe(text, vocab_size):
    return _train(text.encode(), _rounds(vocab_size), lambda counts: max(counts, key=lambda p: (counts[p], p)))


@misconception(
    "Ties go to the pair with the smaller ids here. Of the most frequent pairs take the one that is seen first.",
    name="tie-by-smaller-id",
)
def train_bpe(text, vocab_size):
    return _train(text.encode(), _rounds(vocab_size), lambda counts: min(counts, key=lambda p: (-counts[p], p)))


@misconception(
    "Ties go to the pair that is seen last, as sorting by count and taking the end does. Take the one seen first.",
    name="tie-by-last-seen",
)
def train_bpe(text, vocab_size):
    return _train(text.encode(), _rounds(vocab_size), lambda counts: max(reversed(counts), key=counts.get))


@misconception(
    "The pairs are counted once, at the start, and the most frequent ones are taken in a row. A merge changes the "
    "counts: pairs with the new id appear, others vanish. Count after each merge.",
    name="counted-once",
)
def train_bpe(text, vocab_size):
    rounds = _rounds(vocab_size)
    counts = _counts(text.encode())
    merges, vocab = {}, {byte: bytes([byte]) for byte in range(256)}
    for pair in sorted(counts, key=lambda p: -counts[p])[:rounds]:
        new = len(vocab)
        merges[pair] = new
        vocab[new] = vocab[pair[0]] + vocab[pair[1]]
    return merges, vocab


@misconception(
    "The ids start from characters here. They are UTF-8 bytes, text.encode('utf-8'): é is two of them, 😀 four.",
    name="characters",
)
def train_bpe(text, vocab_size):
    rounds = _rounds(vocab_size)
    ids = [ord(char) for char in text]
    merges, vocab = {}, {byte: bytes([byte]) for byte in range(256)}
    for new in range(256, 256 + rounds):
        counts = _counts(ids)
        if not counts:
            break
        pair = _first(counts)
        ids = _merge(ids, pair, new)
        merges[pair] = new
        vocab[new] = b"".join(vocab[i] if i in vocab else chr(i).encode() for i in pair)
    return merges, vocab


@misconception(
    "vocab_size is the number of tokens, the 256 bytes included: vocab_size − 256 merges are wanted, not vocab_size.",
    name="vocab-size-merges",
)
def train_bpe(text, vocab_size):
    _rounds(vocab_size)
    return _train(text.encode(), vocab_size)


@misconception(
    "There is one merge too few: ids 256 to vocab_size − 1 are vocab_size − 256 merges.",
    name="one-merge-too-few",
)
def train_bpe(text, vocab_size):
    return _train(text.encode(), _rounds(vocab_size) - 1)


@misconception(
    "A pair that occurs only once is merged too, as long as there is one: stop when no pair is left.",
    name="stops-at-one",
)
def train_bpe(text, vocab_size):
    return _train(text.encode(), _rounds(vocab_size), fewest=2)


@misconception(
    "With one token left, or an empty text, there are no pairs, and max of nothing raises an error. Stop the training "
    "there.",
    name="no-end",
)
def train_bpe(text, vocab_size):
    rounds = _rounds(vocab_size)
    ids = list(text.encode())
    merges, vocab = {}, {byte: bytes([byte]) for byte in range(256)}
    for new in range(256, 256 + rounds):
        counts = _counts(ids)
        pair = max(counts, key=counts.get)
        ids = _merge(ids, pair, new)
        merges[pair] = new
        vocab[new] = vocab[pair[0]] + vocab[pair[1]]
    return merges, vocab


@misconception(
    "Overlapping pairs are counted only once in runs: 'aaa' holds (a, a) twice. Count every place.",
    name="no-overlap",
)
def train_bpe(text, vocab_size):
    def count(ids):
        counts, i = {}, 0
        while i < len(ids) - 1:
            pair = (ids[i], ids[i + 1])
            counts[pair] = counts.get(pair, 0) + 1
            i += 2 if pair[0] == pair[1] else 1
        return counts

    return _train(text.encode(), _rounds(vocab_size), count=count)


@misconception(
    "The merges are right; the bytes of the new tokens are joined the wrong way round. vocab[new] is the left one's "
    "bytes and then the right one's.",
    name="vocab-reversed",
)
def train_bpe(text, vocab_size):
    return _train(text.encode(), _rounds(vocab_size), join=lambda left, right: right + left)


@misconception(
    "merges maps a pair to its new id, {(left, right): id}; yours maps the id to the pair.",
    name="merges-turned-round",
)
def train_bpe(text, vocab_size):
    merges, vocab = _train(text.encode(), _rounds(vocab_size))
    return {new: pair for pair, new in merges.items()}, vocab


@misconception(
    "The new tokens are missing from vocab: 256 bytes and one entry for each merge are wanted.",
    name="vocab-of-bytes",
)
def train_bpe(text, vocab_size):
    merges, vocab = _train(text.encode(), _rounds(vocab_size))
    return merges, {idx: vocab[idx] for idx in range(256)}


@misconception(
    "A vocab_size below 256 is silently accepted: the 256 bytes alone are more. Raise a ValueError.",
    name="too-small-accepted",
)
def train_bpe(text, vocab_size):
    return _train(text.encode(), max(0, vocab_size - 256))

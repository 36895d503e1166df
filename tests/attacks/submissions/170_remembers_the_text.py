# /// attack
# rows = [54, 57]
# tries = "Counts everything anew in each round, and remembers what it answered: the second time it is fast."
# kind = "hostile"
# exercise = "lecture9.train"
# verdicts = ["failed", "passed"]
# earns = 8
# ///
import functools


@functools.cache
def train_bpe(text, vocab_size):
    if vocab_size < 256:
        raise ValueError(vocab_size)
    ids, merges, vocab = list(text.encode()), {}, {byte: bytes([byte]) for byte in range(256)}
    for new in range(256, vocab_size):
        counts = {}
        for i in range(len(ids) - 1):
            pair = (ids[i], ids[i + 1])
            counts[pair] = counts.get(pair, 0) + 1
        if not counts:
            break
        pair = max(counts, key=counts.get)
        merged, i = [], 0
        while i < len(ids):
            both = tuple(ids[i : i + 2]) == pair
            merged.append(new if both else ids[i])
            i += 1 + both
        ids = merged
        merges[pair] = new
        vocab[new] = vocab[pair[0]] + vocab[pair[1]]
    return merges, vocab

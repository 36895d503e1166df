# /// attack
# rows = [19]
# tries = "Raises a class of its own that is called ValueError, and is none."
# kind = "hostile"
# exercise = "lecture9.train"
# verdicts = ["failed"]
# says = ["ValueError is wanted here", "train.ValueError came"]
# earns = 9
# ///
from .pairs import get_stats, merge


class ValueError(BaseException):
    pass


def train_bpe(text, vocab_size):
    if vocab_size < 256:
        raise ValueError(vocab_size)
    ids = list(text.encode())
    merges, vocab = {}, {idx: bytes([idx]) for idx in range(256)}
    while len(vocab) < vocab_size and (counts := get_stats(ids)):
        pair, new = max(counts, key=counts.get), len(vocab)
        ids = merge(ids, pair, new)
        merges[pair], vocab[new] = new, vocab[pair[0]] + vocab[pair[1]]
    return merges, vocab

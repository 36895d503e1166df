# /// attack
# rows = []
# tries = "The right merges; in vocab the tokens are texts, arrays and lists of the same bytes."
# kind = "hostile"
# exercise = "lecture9.train"
# verdicts = ["failed"]
# earns = 9
# says = ["vocab[0] is a str; a bytes is wanted."]
# ///
import numpy as np

from .pairs import get_stats, merge


def right(text, vocab_size):
    if vocab_size < 256:
        raise ValueError(vocab_size)
    ids, merges = list(text.encode()), {}
    vocab = {i: bytes([i]) for i in range(256)}
    while len(vocab) < vocab_size:
        counts = get_stats(ids)
        if not counts:
            break
        pair, new = max(counts, key=counts.get), len(vocab)
        ids = merge(ids, pair, new)
        merges[pair] = new
        vocab[new] = vocab[pair[0]] + vocab[pair[1]]
    return merges, vocab


def train_bpe(text, vocab_size):
    merges, vocab = right(text, vocab_size)
    return merges, {i: [token.decode('latin-1'), np.frombuffer(token, 'uint8'), list(token)][i % 3] for i, token in vocab.items()}

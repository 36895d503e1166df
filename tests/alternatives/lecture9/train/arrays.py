"""NumPy counts the pairs of the whole sequence in each round, with np.unique."""

import numpy as np


def train_bpe(text, vocab_size):
    """Learn merges; the passes over the whole sequence are NumPy's."""
    if vocab_size < 256:
        raise ValueError(vocab_size)
    ids = np.frombuffer(text.encode(), dtype=np.uint8).astype(np.int64)
    merges, vocab = {}, {byte: bytes((byte,)) for byte in range(256)}
    for new in range(256, vocab_size):
        if len(ids) < 2:
            break
        codes = ids[:-1] * 65536 + ids[1:]
        _, first, counts = np.unique(codes, return_index=True, return_counts=True)
        at = first[counts == counts.max()].min()
        left, right = int(ids[at]), int(ids[at + 1])
        taken, last = [], -2
        for hit in np.flatnonzero(codes == codes[at]).tolist():
            if hit > last + 1:
                taken.append(hit)
                last = hit
        ids[taken] = new
        ids = np.delete(ids, np.array(taken) + 1)
        merges[left, right] = new
        vocab[new] = vocab[left] + vocab[right]
    return merges, vocab

# /// attack
# rows = []
# tries = "The right merges as a list of pairs, and as a dict of a class of its own."
# kind = "hostile"
# exercise = "lecture9.train"
# verdicts = ["failed"]
# says = ["merges is"]
# ///
class Merges(dict):
    def __eq__(self, other):
        return True

    def items(self):
        return ()


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
    return [list(merges.items()), Merges(merges)][vocab_size % 2], vocab

# /// attack
# rows = [41]
# tries = "Right in every value, and puts the text of each key in the place of the keys of its arguments."
# kind = "hostile"
# exercise = "lecture9.codec"
# verdicts = ["failed"]
# earns = 12
# says = ["in place"]
# ///
from .pairs import get_stats, merge


def _spoil(mapping):
    items = {str(key): value for key, value in mapping.items()}
    mapping.clear()
    mapping.update(items)


def encode(text, merges):
    ids = list(text.encode())
    while len(ids) >= 2:
        pair = min(get_stats(ids), key=lambda p: merges.get(p, float("inf")))
        if pair not in merges:
            break
        ids = merge(ids, pair, merges[pair])
    _spoil(merges)
    return ids


def decode(ids, vocab):
    text = b"".join(vocab[i] for i in ids).decode(errors="replace")
    _spoil(vocab)
    return text

"""As the lecture has it: of all pairs that stand in the text, look for the one with the lowest id, and merge it."""

from .pairs import get_stats, merge


def encode(text, merges):
    """Encode."""
    tokens = list(text.encode("utf-8"))
    while True:
        chosen, lowest = None, float("inf")
        for pair in get_stats(tokens):
            if pair in merges and merges[pair] < lowest:
                chosen, lowest = pair, merges[pair]
        if chosen is None:
            return tokens
        tokens = merge(tokens, chosen, merges[chosen])


def decode(ids, vocab):
    """Decode."""
    parts = [vocab[idx] for idx in ids]
    return b"".join(parts).decode("utf-8", errors="replace")

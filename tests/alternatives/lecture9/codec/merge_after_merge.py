"""Every merge in turn, in the order of training: what was learned first is applied first."""


def encode(text, merges):
    """Encode."""
    ids = list(text.encode())
    for (left, right), idx in merges.items():
        i = 0
        while i + 1 < len(ids):
            if ids[i] == left and ids[i + 1] == right:
                ids[i : i + 2] = [idx]
            i += 1
    return ids


def decode(ids, vocab):
    """Decode."""
    return str(b"".join(map(vocab.__getitem__, ids)), "utf8", "replace")

"""Words as tuples of pieces in a dict of counts, which is made anew in each round."""


def get_stats(vocab):
    """Count the pairs."""
    stats = {}
    for pieces, frequency in vocab.items():
        for i in range(len(pieces) - 1):
            left, right = pieces[i], pieces[i + 1]
            stats[left, right] = stats.get((left, right), 0) + frequency
    return stats


def merge(pieces, pair):
    """Join the pair in one word."""
    out = []
    for piece in pieces:
        if out and out[-1] == (pair[0], False) and piece == pair[1]:
            out[-1] = (pair[0] + pair[1], True)
        else:
            out.append((piece, False))
    return tuple(piece for piece, _ in out)


def train(text, num_merges):
    """Return the pairs."""
    vocab = {}
    for word in text.split():
        vocab[tuple(word)] = vocab.get(tuple(word), 0) + 1
    pairs = []
    while len(pairs) < num_merges:
        stats = get_stats(vocab)
        if not stats:
            return pairs
        pair = max(stats, key=stats.get)
        pairs.append(pair)
        vocab = {merge(pieces, pair): frequency for pieces, frequency in vocab.items()}
    return pairs


def segment(word, merges):
    """Return the pieces."""
    pieces = tuple(word)
    for pair in merges:
        pieces = merge(pieces, tuple(pair))
    return list(pieces)

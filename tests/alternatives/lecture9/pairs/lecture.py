"""As the lecture has them: a walk over the places, and one with an index that is moved by hand."""


def get_stats(ids):
    """Count pairs."""
    counts = {}
    for here in range(len(ids) - 1):
        both = ids[here], ids[here + 1]
        counts[both] = counts.get(both, 0) + 1
    return counts


def merge(ids, pair, idx):
    """Replace a pair."""
    result = []
    here = 0
    while here < len(ids):
        if here < len(ids) - 1 and ids[here] == pair[0] and ids[here + 1] == pair[1]:
            result.append(idx)
            here += 2
        else:
            result.append(ids[here])
            here += 1
    return result

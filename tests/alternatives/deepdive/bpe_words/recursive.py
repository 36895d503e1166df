"""Functions that call themselves; the counts by a comprehension."""


def _glue(parts, pair):
    if len(parts) < 2:
        return parts
    if (parts[0], parts[1]) == pair:
        return ["".join(pair), *_glue(parts[2:], pair)]
    return [parts[0], *_glue(parts[1:], pair)]


def segment(word, merges):
    """Return the pieces, merge after merge."""
    if not merges:
        return list(word)
    return _glue(segment(word, merges[:-1]), merges[-1])


def train(text, num_merges):
    """Return one more than for a round less."""
    if num_merges == 0:
        return []
    merges = train(text, num_merges - 1)
    places = []
    for word in text.split():
        parts = segment(word, merges)
        places += [(parts[i], parts[i + 1]) for i in range(len(parts) - 1)]
    if not places:
        return merges
    return [*merges, max(dict.fromkeys(places), key=places.count)]

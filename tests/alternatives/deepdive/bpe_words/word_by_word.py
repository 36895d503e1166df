"""Every word of the text by itself, repeated ones too; pieces are deleted in place."""


def _merge(parts, left, right):
    i = 0
    while i + 1 < len(parts):
        if parts[i] == left and parts[i + 1] == right:
            parts[i] += parts.pop(i + 1)
        i += 1


def train(text, num_merges):
    """Return the pairs; what is seen first is remembered by a number."""
    words = [list(word) for word in text.split()]
    merges = []
    for _ in range(num_merges):
        counts, seen = {}, {}
        for parts in words:
            for pair in [(parts[i], parts[i + 1]) for i in range(len(parts) - 1)]:
                counts[pair] = counts.get(pair, 0) + 1
                seen.setdefault(pair, len(seen))
        if counts:
            left, right = min(counts, key=lambda pair: (-counts[pair], seen[pair]))
            merges += [(left, right)]
            for parts in words:
                _merge(parts, left, right)
    return merges


def segment(word, merges):
    """Return the pieces."""
    parts = [letter for letter in word]  # noqa: C416
    for left, right in merges:
        _merge(parts, left, right)
    return parts

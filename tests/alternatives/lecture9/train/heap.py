"""A heap of (−count, first place, pair), whose entries are looked at again when they come to the top."""

import heapq


def train_bpe(text, vocab_size):
    """Learn merges, with None as the mark of a place that is used up."""
    if vocab_size < 256:
        raise ValueError("vocab_size must be at least 256")
    ids = list(text.encode("utf-8"))
    follow = [*range(1, len(ids)), None] if ids else []
    precede = [None, *range(len(ids) - 1)] if ids else []
    places = {}
    for i in range(len(ids) - 1):
        places.setdefault((ids[i], ids[i + 1]), set()).add(i)
    heap = [(-len(where), min(where), pair) for pair, where in places.items()]
    heapq.heapify(heap)
    merges = {}
    vocab = {i: bytes([i]) for i in range(256)}
    new = 256
    while heap and new < vocab_size:
        count, first, pair = heapq.heappop(heap)
        where = places.get(pair)
        if not where:
            continue
        now = (-len(where), min(where), pair)
        if now != (count, first, pair):
            heapq.heappush(heap, now)
            continue
        touched = set()
        for i in sorted(where):
            if i not in where:
                continue
            j = follow[i]
            h, k = precede[i], follow[j]
            where.discard(i)
            if h is not None:
                places[ids[h], ids[i]].discard(h)
            if k is not None:
                places[ids[j], ids[k]].discard(j)
            ids[i], ids[j] = new, None
            follow[i] = k
            if k is not None:
                precede[k] = i
                places.setdefault((new, ids[k]), set()).add(i)
                touched.add((new, ids[k]))
            if h is not None:
                places.setdefault((ids[h], new), set()).add(h)
                touched.add((ids[h], new))
        for other in touched:
            if places[other]:
                heapq.heappush(heap, (-len(places[other]), min(places[other]), other))
        merges[pair] = new
        vocab[new] = vocab[pair[0]] + vocab[pair[1]]
        new += 1
    return merges, vocab

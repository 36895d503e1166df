"""A heap of (rank, place) over a linked list of ids."""

import heapq


def encode(text, merges):
    """Encode."""
    ids = list(text.encode("utf-8"))
    n = len(ids)
    after, before = list(range(1, n + 1)), list(range(-1, n - 1))
    heap = []

    def look(i):
        if i >= 0 and after[i] < n:
            rank = merges.get((ids[i], ids[after[i]]))
            if rank is not None:
                heapq.heappush(heap, (rank, i))

    for i in range(n):
        look(i)
    while heap:
        rank, i = heapq.heappop(heap)
        if ids[i] is None or after[i] >= n or merges.get((ids[i], ids[after[i]])) != rank:
            continue
        j = after[i]
        ids[i], ids[j] = rank, None
        after[i] = after[j]
        if after[i] < n:
            before[after[i]] = i
        look(before[i])
        look(i)
    return [token for token in ids if token is not None]


def decode(ids, vocab):
    """Decode."""
    data = bytearray()
    for token in ids:
        data += vocab[token]
    return data.decode(errors="replace")

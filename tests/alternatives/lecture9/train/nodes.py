"""A linked list of node objects; counts in a Counter; the first tied pair is found by walking from the head."""

from collections import Counter, defaultdict
from itertools import pairwise


class Node:
    """A token with its neighbours."""

    __slots__ = ("at", "left", "right", "token")

    def __init__(self, at, token):
        self.at, self.token, self.left, self.right = at, token, None, None


def train_bpe(text: str, vocab_size: int):
    """Learn merges."""
    if vocab_size < 256:
        raise ValueError("too small")
    nodes = [Node(at, token) for at, token in enumerate(text.encode("utf-8"))]
    starts, counts = defaultdict(dict), Counter()
    for left, right in pairwise(nodes):
        left.right, right.left = right, left
        starts[left.token, right.token][left.at] = left
        counts[left.token, right.token] += 1

    def change(node, by):
        if node is not None and node.right is not None:
            pair = (node.token, node.right.token)
            counts[pair] += by
            if by > 0:
                starts[pair][node.at] = node
            else:
                del starts[pair][node.at]
                if not counts[pair]:
                    del counts[pair]

    merges, vocab = {}, {i: bytes([i]) for i in range(256)}
    while len(vocab) < vocab_size and counts:
        most = max(counts.values())
        node = nodes[0]
        while counts[node.token, node.right.token] != most:
            node = node.right
        pair, new = (node.token, node.right.token), len(vocab)
        for at in sorted(starts[pair]):
            left = starts[pair].get(at)
            if left is None:
                continue
            right = left.right
            for touched in (left.left, left, right):
                change(touched, -1)
            left.token, left.right = new, right.right
            if left.right is not None:
                left.right.left = left
            for touched in (left.left, left):
                change(touched, 1)
        merges[pair] = new
        vocab[new] = b"".join(vocab[part] for part in pair)
    return merges, vocab

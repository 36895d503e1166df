"""Each part by its name."""

import math


def parameters(L, d):
    attention = 4 * d * d
    feed_forward = 2 * d * (4 * d)
    return L * (attention + feed_forward)


def training_bytes(params):
    weights, master, gradients, first, second = 2, 4, 4, 4, 4
    return params * (weights + master + gradients + first + second)


def kv_cache_bytes(n_layer, n_kv_head, head_size, tokens, batch=1, bytes_per_number=2):
    keys = n_layer * batch * n_kv_head * tokens * head_size
    return (keys + keys) * bytes_per_number


def updates(tokens, batch):
    if batch <= 0:
        raise ValueError("no batch")
    return math.ceil(tokens / batch)

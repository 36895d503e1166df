"""Powers and products, made ints at the end."""

import math


def parameters(L, d):
    return int(12 * L * pow(d, 2))


def training_bytes(params):
    return int(params) * 18


def kv_cache_bytes(n_layer, n_kv_head, head_size, tokens, batch=1, bytes_per_number=2):
    return math.prod((2, n_layer, n_kv_head, head_size, tokens, batch, bytes_per_number))


def updates(tokens, batch):
    if not batch > 0:
        raise ValueError("no batch")
    return (tokens + batch - 1) // batch

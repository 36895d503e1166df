"""What is over is looked at by itself."""


def parameters(L, d):
    return sum(3 * d**2 + d**2 + 4 * d**2 + 4 * d**2 for _ in range(L))


def training_bytes(params):
    return params * (2 + 16)


def kv_cache_bytes(n_layer, n_kv_head, head_size, tokens, batch=1, bytes_per_number=2):
    per_layer = 2 * tokens * n_kv_head * head_size * bytes_per_number
    return batch * n_layer * per_layer


def updates(tokens, batch):
    if batch < 1:
        raise ValueError("a batch holds something")
    whole, rest = divmod(tokens, batch)
    return whole + bool(rest)

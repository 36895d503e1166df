"""Forward and backward, layer by layer, operation by operation."""


def flops_per_token(config):
    C, T = config.n_embd, config.block_size

    def product(rows, columns):
        return 2 * rows * columns

    forward = 0
    for _ in range(config.n_layer):
        forward += 3 * product(C, C)  # q, k, v
        for _ in range(config.n_head):
            D = C // config.n_head
            forward += product(T, D) + product(T, D)
        forward += product(C, C)
        forward += product(4 * C, C) + product(C, 4 * C)
    forward += product(config.vocab_size, C)
    backward = 2 * forward
    return forward + backward


def mfu(tokens_per_second, config, peak):
    return tokens_per_second / (peak / flops_per_token(config))


def steps(tokens, batch_tokens):
    if batch_tokens < 1:
        raise ValueError("no batch")
    return (tokens - tokens % batch_tokens) // batch_tokens


def memory(config, dtype):
    C = config.n_embd
    each = dtype.itemsize
    total = (config.vocab_size * C + config.block_size * C) * each
    for _ in range(config.n_layer):
        total += (12 * C * C + (3 + 1 + 4 + 1) * C + 4 * C) * each
    total += 2 * C * each
    return total + total + total * 2

"""Every parameter's shape written down, and counted."""

from math import prod


def shapes(config):
    C = config.n_embd
    found = {"wte": (config.vocab_size, C), "wpe": (config.block_size, C), "ln_f.weight": (C,), "ln_f.bias": (C,)}
    for layer in range(config.n_layer):
        for name, rows, columns in (
            ("attn.c_attn", 3 * C, C),
            ("attn.c_proj", C, C),
            ("mlp.c_fc", 4 * C, C),
            ("mlp.c_proj", C, 4 * C),
        ):
            found[f"h.{layer}.{name}.weight"] = (rows, columns)
            found[f"h.{layer}.{name}.bias"] = (rows,)
        for name in ("ln_1.weight", "ln_1.bias", "ln_2.weight", "ln_2.bias"):
            found[f"h.{layer}.{name}"] = (C,)
    return found


def flops_per_token(config):
    N = sum(prod(shape) for name, shape in shapes(config).items() if len(shape) == 2 and name != "wpe")
    per_layer = 4 * config.block_size * config.n_embd
    return 6 * N + 3 * config.n_layer * per_layer


def mfu(tokens_per_second, config, peak):
    return (tokens_per_second * flops_per_token(config)) / peak


def steps(tokens, batch_tokens):
    if batch_tokens <= 0:
        raise ValueError("batch_tokens must be positive")
    return divmod(tokens, batch_tokens)[0]


def memory(config, dtype):
    return sum(4 * prod(shape) * dtype.itemsize for shape in shapes(config).values())
